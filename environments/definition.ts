/** What environments may say: the one schema behind the types, the validation and the editor's JSON Schema. */
import type * as z from 'zod/mini';
import { accountDefinition } from './account-definition.ts';
import { overlap, parseCidr } from './cidr.ts';
import { environmentDefinition, tierNames } from './environment-definition.ts';
import { record, rule } from './fields.ts';
import { tierDefinition } from './tier-definition.ts';

export { tierNames };
export const environmentNames = ['development', 'staging', 'production'] as const;
export type TierName = (typeof tierNames)[number];
export type EnvironmentName = (typeof environmentNames)[number];
export type AccountDefinition = z.infer<typeof accountDefinition>;
/** As the files may say it: what has a default may be left out. */
export type TierDefinition = z.input<typeof tierDefinition>;
export type EnvironmentDefinition = z.input<typeof environmentDefinition>;
/** As everybody else reads it. */
export type TierSettings = z.output<typeof tierDefinition>;
export type EnvironmentSettings = z.output<typeof environmentDefinition>;

export interface Definition {
  readonly account: AccountDefinition;
  readonly tiers: Readonly<Record<TierName, TierSettings>>;
  readonly environments: Readonly<Record<EnvironmentName, EnvironmentSettings>>;
}

/** The share of `maxConnections` that may be promised; the rest is for superusers, monitoring and a release that overlaps. */
const connectionShare = 0.8;

/** Where a host name may be written. */
const hosts = environmentNames.flatMap((environment) =>
  (['api', 'cdn'] as const).map((front) => ({
    environment,
    front,
    path: `environments.${environment}.${front}.domain`,
  })),
);
type Host = (typeof hosts)[number];

export const definition = record(
  {
    account: accountDefinition,
    tiers: record({ nonproduction: tierDefinition, production: tierDefinition }),
    environments: record({
      development: environmentDefinition,
      staging: environmentDefinition,
      production: environmentDefinition,
    }),
  },
  rule<Definition>({
    over: ['tiers.production.deletionProtection'],
    holds: ({ tiers }) => tiers.production.deletionProtection,
    about: 'tiers.production.deletionProtection',
    allowed: 'true; production is never left unprotected',
  }),
  rule<Definition>({
    over: ['tiers.production.database.stopHours'],
    holds: ({ tiers }) => tiers.production.database.stopHours === undefined,
    about: 'tiers.production.database.stopHours',
    allowed: 'nothing; production has no closing time',
  }),
  rule<Definition>({
    over: ['tiers.nonproduction.network.cidr', 'tiers.production.network.cidr'],
    holds: ({ tiers }) => !rangesOverlap(tiers.nonproduction.network.cidr, tiers.production.network.cidr),
    about: 'tiers.production.network.cidr',
    allowed: 'a range that does not overlap the one in tiers/nonproduction.ts, so that the two can be peered',
  }),
  rule<Definition>({
    over: ['tiers', 'environments.production.tier'],
    holds: ({ tiers, environments }) => {
      const { deletionProtection, database } = tiers[environments.production.tier];
      return deletionProtection && database.stopHours === undefined;
    },
    about: 'environments.production.tier',
    allowed: 'a tier with deletionProtection and without database.stopHours; production is never unprotected or asleep',
  }),
  ...tierNames.map(connectionBudget),
  ...tierNames.map(copiesGoElsewhere),
  ...environmentNames.flatMap((name) => [
    paidWhileStopped(name),
    certificateIsNear(name),
    saysBudgetAlone(name),
    mailLeaves(name),
  ]),
  ...hosts.map(isAnotherHost),
);

/** Everything that may be connected to a tier's database at once: its environments, and one import of boundaries. */
function connectionBudget(name: TierName) {
  const promised = ({ tiers, environments }: Definition) =>
    environmentNames
      .map((key) => environments[key])
      .filter(({ tier }) => tier === name)
      .reduce((sum, { database }) => sum + database.connections, tiers[name].database.importerConnections);
  return rule<Definition>({
    over: [
      `tiers.${name}.database`,
      ...environmentNames.flatMap((key) => [`environments.${key}.tier`, `environments.${key}.database`]),
    ],
    holds: (all) => {
      const { mode, maxConnections } = all.tiers[name].database;
      // What a database elsewhere can hold is not ours to know.
      return mode === 'external' || promised(all) <= maxConnections * connectionShare;
    },
    about: `tiers.${name}.database.maxConnections`,
    allowed: (all) =>
      `at least ${Math.ceil(promised(all) / connectionShare)}: its environments and the importer are promised ${promised(all)}, and a fifth stays free`,
  });
}

/** Provisioned instances cost the same by night, when the database does not answer. */
function paidWhileStopped(name: EnvironmentName) {
  return rule<Definition>({
    over: [`environments.${name}.lambda`, `environments.${name}.tier`, 'tiers'],
    holds: ({ tiers, environments }) =>
      tiers[environments[name].tier].database.stopHours === undefined ||
      environments[name].lambda.provisionedConcurrency === undefined,
    about: `environments.${name}.lambda.provisionedConcurrency`,
    allowed: 'nothing while its tier has database.stopHours: it would be paid for through every night',
  });
}

/** SES is asked over IPv6; the only endpoint of the strict network is that of Secrets Manager. */
function mailLeaves(name: EnvironmentName) {
  return rule<Definition>({
    over: [`environments.${name}.mail`, `environments.${name}.tier`, 'tiers'],
    holds: ({ tiers, environments }) => {
      const { mail, tier } = environments[name];
      const { vpc, egress } = tiers[tier].network;
      return mail === undefined || !vpc || egress !== 'interface-endpoints';
    },
    about: `environments.${name}.mail`,
    allowed:
      'nothing while network.egress of its tier is "interface-endpoints", which leads to no mail server and not to SES; "ipv6" and "nat" do',
  });
}

/** A regional API takes certificates of its own region only. */
function certificateIsNear(name: EnvironmentName) {
  return rule<Definition>({
    over: [`environments.${name}.api.domain`, 'account.region'],
    holds: ({ account, environments }) => {
      const { domain } = environments[name].api;
      return domain === undefined || domain.certificateArn.includes(`:acm:${account.region}:`);
    },
    about: `environments.${name}.api.domain.certificateArn`,
    allowed: ({ account }) => `the ARN of an ACM certificate in ${account.region}, where the API is`,
  });
}

/** RDS refuses to replicate backups to the region that they are in. */
function copiesGoElsewhere(name: TierName) {
  return rule<Definition>({
    over: [`tiers.${name}.database.backupCopies`, 'account.region'],
    holds: ({ account, tiers }) => tiers[name].database.backupCopies?.region !== account.region,
    about: `tiers.${name}.database.backupCopies.region`,
    allowed: ({ account }) => `another region than ${account.region}, where the backups themselves are`,
  });
}

/** The budget is the account's: a second one would count, and report, the same dollars. */
function saysBudgetAlone(name: EnvironmentName) {
  const earlier = environmentNames.slice(0, environmentNames.indexOf(name));
  const sayer = ({ environments }: Definition) =>
    earlier.find((other) => environments[other].monitoring.budgetUSD !== undefined);
  return rule<Definition>({
    over: [name, ...earlier].map((each) => `environments.${each}.monitoring`),
    holds: (all) => all.environments[name].monitoring.budgetUSD === undefined || sayer(all) === undefined,
    about: `environments.${name}.monitoring.budgetUSD`,
    allowed: (all) => `nothing while ${sayer(all)} says one; the budget is of the whole account`,
  });
}

/** A name leads to one place: CloudFront and API Gateway refuse one that is taken. */
function isAnotherHost(host: Host, index: number) {
  const nameOf = ({ environments }: Definition, { environment, front }: Host) =>
    environments[environment][front].domain?.name;
  const earlier = hosts.slice(0, index);
  const holder = (all: Definition) => earlier.find((other) => nameOf(all, other) === nameOf(all, host));
  return rule<Definition>({
    over: [host, ...earlier].map(({ path }) => path),
    holds: (all) => nameOf(all, host) === undefined || holder(all) === undefined,
    about: `${host.path}.name`,
    allowed: (all) => `a name of its own; ${holder(all)?.environment} has this one for its ${holder(all)?.front}`,
  });
}

function rangesOverlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a !== undefined && b !== undefined && overlap(a, b);
}
