/** What a file of `tiers/` may say: the network, database and table that a tier's environments share. */
import * as z from 'zod/mini';
import { contains, parseCidr } from './cidr.ts';
import { flag, hostName, lastDay, oneOf, otherwise, record, rule, text, whole } from './fields.ts';
import { isDailyWindow, isWeeklyWindow, windowsMeet } from './window.ts';

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

const network = record({
  vpc: flag('whether functions sit in a private network; only a database elsewhere can do without'),
  cidr: text(
    isPrivateRange,
    'a private IPv4 range from /16 to /18 whose address is its first, like "10.20.0.0/16"',
    'the range of the VPC; it holds three groups of /24 subnets, 16 apart',
  ),
  egress: oneOf(
    ['ipv6', 'interface-endpoints', 'nat'],
    'what functions reach beyond the VPC: "ipv6" is free and reaches whatever speaks it, "interface-endpoints" reaches AWS only for about 7 dollars a month each, "nat" adds IPv4 for about 37',
  ),
});

const database = record(
  {
    mode: oneOf(
      ['rds', 'external'],
      '"rds" is an instance of ours; "external" is any PostgreSQL with PostGIS whose URL is in a secret, and the rest of this section is left unread',
    ),
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
    backupCopies: z.exactOptional(
      record({
        region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region like "us-west-2"', 'where backups are copied to'),
        kmsKeyArn: text(
          /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
          'the ARN of a KMS key',
          'a key of that region: copies of an encrypted database need one there',
        ),
        retentionDays: whole(1, 35, 'how far back a restore from the copies reaches'),
      }),
    ),
    maintenanceWindow: text(
      isWeeklyWindow,
      'a weekly window of at least 30 minutes, like "sun:08:30-sun:09:30"',
      'when RDS may patch and restart, in UTC',
    ),
    maxConnections: whole(25, 450, 'max_connections of the instance; its memory bounds it'),
    importerConnections: whole(1, 50, 'how many connections an import of boundaries may hold'),
    queryLogging: z.exactOptional(
      record({
        slowerThanMs: whole(0, 60_000, 'statements that take longer are logged with their text; 0 logs all of them'),
        until: lastDay('when to take it out again: statements carry what people have typed'),
      }),
    ),
    readReplica: z.exactOptional(flag('a copy that only answers queries')),
    stopHours: z.exactOptional(
      record({
        start: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like "07:30"', 'when it starts, Monday to Friday'),
        stop: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like "19:00"', 'when it stops, every day'),
        timeZone: text(/^[A-Z]\w+(\/[A-Z][\w+-]+)*$/, 'a zone like "America/New_York"', 'in which zone'),
      }),
    ),
  },
  rule({
    over: ['allocatedStorageGB', 'maxAllocatedStorageGB'],
    holds: ({ allocatedStorageGB, maxAllocatedStorageGB }) => maxAllocatedStorageGB >= allocatedStorageGB * 1.1,
    about: 'maxAllocatedStorageGB',
    allowed: 'at least 10 % more than allocatedStorageGB',
  }),
  rule({
    over: ['backupWindow', 'maintenanceWindow'],
    holds: ({ backupWindow, maintenanceWindow }) => !windowsMeet(backupWindow, maintenanceWindow),
    about: 'maintenanceWindow',
    allowed: 'a window that does not meet backupWindow',
  }),
  rule({
    over: ['instanceClass', 'maxConnections'],
    holds: ({ instanceClass, maxConnections }) => maxConnections <= connectionsOf(instanceClass),
    about: 'maxConnections',
    allowed: `no more than the memory of instanceClass carries (${connectionTable()})`,
  }),
  rule({
    over: ['readReplica'],
    holds: ({ readReplica }) => readReplica !== true,
    about: 'readReplica',
    allowed:
      'false; RDS makes no replica of an instance whose master password it keeps itself, and ours is such a one: nobody else ever knows that password',
  }),
  rule({
    over: ['stopHours'],
    holds: ({ stopHours }) => stopHours === undefined || stopHours.start !== stopHours.stop,
    about: 'stopHours.stop',
    allowed: 'another time than start',
  }),
  rule({
    over: ['backupCopies'],
    holds: ({ backupCopies }) => !backupCopies || backupCopies.kmsKeyArn.includes(`:kms:${backupCopies.region}:`),
    about: 'backupCopies.kmsKeyArn',
    allowed: 'a key of the region that the copies go to',
  }),
);

const outbound = record({
  geocoder: otherwise(
    oneOf(['none', 'census'], 'who turns addresses into coordinates; the Census Bureau’s answers over IPv4 only'),
    'none',
  ),
  smtp: z.exactOptional(
    record({
      host: text(hostName, 'a host name like "smtp.example.org"', 'who delivers mail, on port 587'),
      addresses: oneOf(['ipv4', 'dual-stack'], '`dig AAAA` of the host tells: without an answer it is "ipv4"'),
    }),
  ),
});
type Outbound = z.infer<typeof outbound>;

export const tierDefinition = record(
  {
    deletionProtection: flag('whether databases, tables and stacks refuse to be deleted'),
    network,
    database,
    outbound: otherwise(outbound, {}),
    rateLimits: record({
      maxReadRequestUnits: whole(
        1,
        10_000,
        'DynamoDB throttles reads above this many a second, so that a flood stays cheap',
      ),
      maxWriteRequestUnits: whole(
        1,
        10_000,
        'DynamoDB throttles writes above this many a second; a check is one write',
      ),
    }),
    media: record({
      oldVersionsDays: whole(
        1,
        365,
        'how long a replaced or deleted upload can be brought back; what is current never expires',
      ),
    }),
    logs: record({
      // CloudWatch takes no other numbers of days.
      retentionDays: oneOf([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], 'how long logs are kept'),
    }),
  },
  rule({
    over: ['network.vpc', 'database.mode'],
    holds: ({ network: { vpc }, database: { mode } }) => vpc || mode === 'external',
    about: 'network.vpc',
    allowed: 'true; the RDS instance has no public address, so functions outside the VPC would wait for it in vain',
  }),
  rule({
    over: ['network.vpc', 'database.mode'],
    holds: ({ network: { vpc }, database: { mode } }) => !vpc || mode === 'rds',
    about: 'network.vpc',
    allowed:
      'false; with database.mode "external" there is no network stack, and functions reach the database over the internet',
  }),
  reachable('geocoder', ({ geocoder }) => (geocoder === 'census' ? 'ipv4' : undefined)),
  reachable('smtp', ({ smtp }) => smtp?.addresses),
);

/** What a tier's functions reach beyond it: everything from outside a VPC, from inside one what the way out leads to. */
function reachable(name: 'geocoder' | 'smtp', addresses: (outbound: Outbound) => 'ipv4' | 'dual-stack' | undefined) {
  return rule<{ readonly network: z.infer<typeof network>; readonly outbound: Outbound }>({
    over: ['network', 'outbound'],
    holds: ({ network: { vpc, egress }, outbound }) => {
      const wanted = addresses(outbound);
      return !wanted || !vpc || egress === 'nat' || (egress === 'ipv6' && wanted === 'dual-stack');
    },
    about: `outbound.${name}`,
    allowed: ({ network: { egress } }) => {
      const why = egress === 'ipv6' ? 'it speaks IPv4 only' : 'it is not AWS';
      return `one that can be reached: ${why}, and network.egress "${egress}" does not lead there; "nat" would`;
    },
  });
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

function connectionsOf(instanceClass: InstanceClass): number {
  return Math.floor((instanceMemoryMiB[instanceClass] * 1024 * 1024) / 9_531_392);
}

function connectionTable(): string {
  return instanceClasses.map((name) => `${name} ${connectionsOf(name)}`).join(', ');
}
