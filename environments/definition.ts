/**
 * What an environment may say: the one schema behind the types, the validation and the editor's JSON Schema.
 *
 * The message of every leaf is what it allows, so that a refusal can name it (`refusals.ts`); its description is the
 * advice that goes with the refusal.
 */
import { z } from 'zod';
import { contains, overlap, parseCidr } from './cidr.ts';
import { isDailyWindow, isWeeklyWindow, windowsMeet } from './window.ts';

export const tierNames = ['nonproduction', 'production'] as const;
export const environmentNames = ['development', 'staging', 'production'] as const;
export type TierName = (typeof tierNames)[number];
export type EnvironmentName = (typeof environmentNames)[number];

/** Memory decides what RDS lets `max_connections` be: memory in bytes / 9531392 (the RDS formula for PostgreSQL). */
const instanceMemoryMiB = {
  'db.t3.micro': 1024,
  'db.t3.small': 2048,
  'db.t3.medium': 4096,
  'db.t4g.micro': 1024,
  'db.t4g.small': 2048,
  'db.t4g.medium': 4096,
} as const;
type InstanceClass = keyof typeof instanceMemoryMiB;
const instanceClasses = Object.keys(instanceMemoryMiB) as InstanceClass[];

/** The share of `maxConnections` that may be promised; the rest is for superusers, monitoring and a release that overlaps. */
const connectionShare = 0.8;

const account = record({
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region like "us-east-1"', 'the region that every stack lives in'),
  id: text(
    /^\d{12}$/,
    'an account id of 12 digits',
    'the account to deploy to; without it, whichever the credentials are for',
  ).exactOptional(),
});

const tier = record({
  deletionProtection: flag('whether databases, tables and stacks refuse to be deleted'),
  network: record({
    cidr: text(
      isPrivateRange,
      'a private IPv4 range from /16 to /18 whose address is its first, like "10.20.0.0/16"',
      'the range of the VPC; it holds three groups of /24 subnets, 16 apart',
    ),
    egress: oneOf(
      ['ipv6', 'nat'],
      'how functions reach the internet: "ipv6" is free, "nat" adds IPv4 for about 37 dollars a month',
    ),
  }),
  database: record({
    instanceClass: oneOf(instanceClasses, 'the size of the RDS instance'),
    allocatedStorageGB: whole(20, 1000, 'gp3 starts at 20 GB for PostgreSQL'),
    maxAllocatedStorageGB: whole(22, 1000, 'storage grows by itself up to this'),
    multiAZ: flag('a standby in a second zone; it doubles the price of the instance'),
    backupRetentionDays: whole(1, 35, 'how far back a point-in-time restore reaches; 0 would switch backups off'),
    backupWindow: text(
      isDailyWindow,
      'a daily window of at least 30 minutes, like "07:00-08:00"',
      'when RDS takes its daily backup, in UTC',
    ),
    maintenanceWindow: text(
      isWeeklyWindow,
      'a weekly window of at least 30 minutes, like "sun:08:30-sun:09:30"',
      'when RDS may patch and restart, in UTC',
    ),
    maxConnections: whole(25, 450, 'max_connections of the instance; its memory bounds it'),
    importerConnections: whole(1, 50, 'how many connections an import of boundaries may hold'),
  })
    .refine(({ allocatedStorageGB, maxAllocatedStorageGB }) => maxAllocatedStorageGB >= allocatedStorageGB * 1.1, {
      path: ['maxAllocatedStorageGB'],
      error: 'at least 10 % more than allocatedStorageGB',
      when: sound('allocatedStorageGB', 'maxAllocatedStorageGB'),
    })
    .refine(({ backupWindow, maintenanceWindow }) => !windowsMeet(backupWindow, maintenanceWindow), {
      path: ['maintenanceWindow'],
      error: 'a window that does not meet backupWindow',
      when: sound('backupWindow', 'maintenanceWindow'),
    })
    .refine(({ instanceClass, maxConnections }) => maxConnections <= connectionsOf(instanceClass), {
      path: ['maxConnections'],
      error: `no more than the memory of instanceClass carries (${connectionTable()})`,
      when: sound('instanceClass', 'maxConnections'),
    }),
  rateLimits: record({
    maxReadRequestUnits: whole(
      1,
      10_000,
      'DynamoDB throttles reads above this many a second, so that a flood stays cheap',
    ),
    maxWriteRequestUnits: whole(1, 10_000, 'DynamoDB throttles writes above this many a second; a check is one write'),
  }),
  logs: record({
    // CloudWatch takes no other numbers of days.
    retentionDays: oneOf([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], 'how long logs are kept'),
  }),
});

const environment = record({
  tier: oneOf(tierNames, 'the tier whose network, database and table this environment uses'),
  database: record({
    connections: whole(1, 400, 'how many connections the functions of this environment may hold together'),
  }),
});

export const definition = record({
  account,
  tiers: record({ nonproduction: tier, production: tier }),
  environments: record({ development: environment, staging: environment, production: environment }),
})
  .refine(({ tiers }) => tiers.production.deletionProtection, {
    path: ['tiers', 'production', 'deletionProtection'],
    error: 'true; production is never left unprotected',
    when: sound('tiers.production.deletionProtection'),
  })
  .refine(({ tiers }) => !rangesOverlap(tiers.nonproduction.network.cidr, tiers.production.network.cidr), {
    path: ['tiers', 'production', 'network', 'cidr'],
    error: 'a range that does not overlap the one in tiers/nonproduction.ts, so that the two can be peered',
    when: sound('tiers.nonproduction.network.cidr', 'tiers.production.network.cidr'),
  })
  .refine(...connectionBudget('nonproduction'))
  .refine(...connectionBudget('production'));

export type Definition = z.infer<typeof definition>;
export type AccountDefinition = Definition['account'];
export type TierDefinition = Definition['tiers'][TierName];
export type EnvironmentDefinition = Definition['environments'][EnvironmentName];

/** An object that refuses keys it does not know, and that nobody changes afterwards. */
function record<Shape extends z.ZodRawShape>(shape: Shape) {
  const error = ({ code }: { code?: string }) =>
    code === 'unrecognized_keys' ? `the keys ${Object.keys(shape).join(', ')}` : 'an object';
  return z.strictObject(shape, { error }).readonly();
}

function whole(from: number, to: number, advice: string) {
  // Not z.int(): its refusal of 1.5 would keep every rule over several values from running.
  return z
    .number({ error: `a whole number from ${from} to ${to}` })
    .multipleOf(1)
    .min(from)
    .max(to)
    .describe(advice);
}

function flag(advice: string) {
  return z.boolean({ error: 'true or false' }).describe(advice);
}

/** @param accepts a pattern, which the JSON Schema repeats, or what no pattern can say */
function text(accepts: RegExp | ((text: string) => boolean), allowed: string, advice: string) {
  const any = z.string({ error: allowed });
  return (accepts instanceof RegExp ? any.regex(accepts, { error: allowed }) : any.refine(accepts)).describe(advice);
}

function oneOf<const T extends string | number>(values: readonly T[], advice: string) {
  const error = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return z.literal([...values], { error }).describe(advice);
}

/** A rule over several values waits until each of them is sound by itself; what else is wrong does not hold it back. */
function sound(...paths: string[]) {
  return ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ code, path = [] }) => {
      const faulty = path.join('.');
      const touches = (needed: string) =>
        `${needed}.`.startsWith(`${faulty}.`) || `${faulty}.`.startsWith(`${needed}.`);
      return code !== 'unrecognized_keys' && (faulty === '' || paths.some(touches));
    });
}

/** Everything that may be connected to a tier's database at once: its environments, and one import of boundaries. */
function connectionBudget(name: TierName) {
  const promised = ({ tiers, environments }: Connections) =>
    environmentNames
      .map((key) => environments[key])
      .filter(({ tier }) => tier === name)
      .reduce((sum, { database }) => sum + database.connections, tiers[name].database.importerConnections);
  return [
    (all: Connections) => promised(all) <= all.tiers[name].database.maxConnections * connectionShare,
    {
      path: ['tiers', name, 'database', 'maxConnections'] as PropertyKey[],
      error: ({ input }: { input?: unknown }) => {
        const needed = promised(input as Connections);
        return `at least ${Math.ceil(needed / connectionShare)}: its environments and the importer are promised ${needed}, and a fifth stays free`;
      },
      when: sound(`tiers.${name}.database`, 'environments'),
    },
  ] as const;
}

interface Connections {
  readonly tiers: Record<TierName, { database: { maxConnections: number; importerConnections: number } }>;
  readonly environments: Record<EnvironmentName, { tier: TierName; database: { connections: number } }>;
}

/** RFC 1918; AWS takes /16 to /28, and three groups of subnets 16 apart need a /18. */
function isPrivateRange(text: string): boolean {
  const range = parseCidr(text);
  const inside = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].some((block) => {
    const outer = parseCidr(block);
    return outer !== undefined && range !== undefined && contains(outer, range);
  });
  return inside && range !== undefined && range.size <= 2 ** 16 && range.size >= 2 ** 14;
}

function rangesOverlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a !== undefined && b !== undefined && overlap(a, b);
}

function connectionsOf(instanceClass: InstanceClass): number {
  return Math.floor((instanceMemoryMiB[instanceClass] * 1024 * 1024) / 9_531_392);
}

function connectionTable(): string {
  return instanceClasses.map((name) => `${name} ${connectionsOf(name)}`).join(', ');
}
