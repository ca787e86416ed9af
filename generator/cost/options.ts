/** What one could choose in `environments/`, as what it would change of the bill: compiled, read back and priced. */
import type { Environment, Environments, Tier } from '../../environments/index.ts';
import { readTemplate, type TemplateDocument } from '../cloudformation/read-yaml.ts';
import { templates } from '../templates.ts';
import { deductions } from './allowances.ts';
import { monthlyCost, sum } from './monthly-cost.ts';
import type { PriceList } from './prices.ts';
import type { Workload } from './workload.ts';

export interface Option {
  readonly name: string;
  /** The setting that chooses it, as it would be written. */
  readonly setting: string;
  /** USD a month, against what is chosen now. */
  readonly monthlyUSD: number;
}

interface Choice {
  readonly name: string;
  readonly setting: string;
  readonly tier?: (tier: Tier) => Tier;
  readonly environment?: (environment: Environment) => Environment;
}

const choices: readonly Choice[] = [
  {
    name: 'Interface endpoints instead of IPv6, both tiers',
    setting: "network.egress: 'interface-endpoints'",
    tier: (tier) => ({ ...tier, network: { ...tier.network, egress: 'interface-endpoints' } }),
  },
  {
    name: 'NAT gateways instead of IPv6, both tiers',
    setting: "network.egress: 'nat'",
    tier: (tier) => ({ ...tier, network: { ...tier.network, egress: 'nat' } }),
  },
  {
    name: 'Graviton databases, both tiers',
    setting: 'database.instanceClass: db.t4g.…',
    tier: (tier) => ({
      ...tier,
      database: {
        ...tier.database,
        instanceClass: tier.database.instanceClass.replace('.t3.', '.t4g.') as Tier['database']['instanceClass'],
      },
    }),
  },
  {
    name: 'One instance of production always ready',
    setting: 'lambda.provisionedConcurrency: 1',
    environment: (environment) =>
      environment.name === 'production'
        ? { ...environment, lambda: { ...environment.lambda, provisionedConcurrency: 1 } }
        : environment,
  },
  {
    name: "Nonproduction's database asleep at night and on weekends",
    setting: "database.stopHours: { start: '08:00', stop: '20:00', … }",
    tier: (tier) =>
      tier.name === 'production'
        ? tier
        : {
            ...tier,
            database: {
              ...tier.database,
              stopHours: { start: '08:00', stop: '20:00', timeZone: 'America/New_York' },
            },
          },
  },
  {
    name: "A standby of production's database in a second zone",
    setting: 'database.multiAZ: true',
    tier: (tier) => (tier.name === 'production' ? { ...tier, database: { ...tier.database, multiAZ: true } } : tier),
  },
];

export function options(environments: Environments, workload: Workload, prices: PriceList): readonly Option[] {
  const read = reader();
  const cost = (all: Environments) => {
    const { lines, totalUSD } = monthlyCost(read(templates(all)), workload, prices);
    return totalUSD - (workload.allowances ? sum(deductions(lines, prices)) : 0);
  };
  const now = cost(environments);
  return choices.map((choice) => ({
    name: choice.name,
    setting: choice.setting,
    monthlyUSD: cost(chosen(environments, choice)) - now,
  }));
}

function chosen(environments: Environments, { tier, environment }: Choice): Environments {
  const tiers = new Map<Tier, Tier>();
  const entries = Object.entries(environments).map(([name, each]) => {
    const changed = tiers.get(each.tier) ?? tier?.(each.tier) ?? each.tier;
    tiers.set(each.tier, changed);
    const joined = { ...each, tier: changed };
    return [name, environment?.(joined) ?? joined];
  });
  return Object.fromEntries(entries) as unknown as Environments;
}

/** Most templates of a choice are those of every other one: each text is read once. */
function reader(): (bodies: ReadonlyMap<string, string>) => ReadonlyMap<string, TemplateDocument> {
  const known = new Map<string, TemplateDocument>();
  return (bodies) =>
    new Map(
      [...bodies].map(([path, body]) => {
        const document = known.get(body) ?? readTemplate(body);
        known.set(body, document);
        return [path, document];
      }),
    );
}
