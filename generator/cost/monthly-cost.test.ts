/** What each line of the bill follows: its own template, and nothing else. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { committed, type Documents, type Draft, mutated, set } from '../testing/committed.ts';
import { costChange } from './change.ts';
import { free } from './free.ts';
import { monthlyCost, stackCost } from './monthly-cost.ts';
import { ageInDays, prices } from './prices.ts';
import { readWorkload } from './workload.ts';
import { expectedWorkload } from './workloads.ts';

const cost = (templates: Documents = committed) => monthlyCost(templates, expectedWorkload, prices);
const usd = (value: number) => Number(value.toFixed(2));

function changeOf(path: string, change: (template: Draft) => void) {
  const after = mutated(path, change).get(path);
  return costChange(path, committed.get(path), after, committed, expectedWorkload, prices);
}

describe('cost: the committed templates', () => {
  it('are priced to the last resource', () => {
    const { lines, unpriced, totalUSD } = cost();
    assert.deepEqual(unpriced, []);
    assert.ok(lines.length > 80);
    assert.equal(usd(totalUSD), usd(lines.reduce((sum, line) => sum + line.quantity * line.unitUSD, 0)));
    for (const line of lines) {
      assert.ok(line.source.length > 20 && line.unit.length > 0 && line.quantity > 0, JSON.stringify(line));
    }
  });

  it('have no line for a type that is said to be free', () => {
    for (const { type } of cost().lines) assert.ok(!(type in free), type);
  });
});

describe('cost: a line moves with its template', () => {
  const production = (stack: string) => `environments/production/${stack}.yaml`;
  const tier = (stack: string) => `tiers/production/${stack}.yaml`;
  const hours = expectedWorkload.hoursPerMonth;
  const price = (key: string) => prices.prices[key]?.usd ?? Number.NaN;

  for (const [what, path, change, resource, expected] of [
    [
      'the class of the database',
      tier('database'),
      (template: Draft) => set(template, 'Database', { DBInstanceClass: 'db.t3.micro' }),
      'Database',
      hours * (price('rds.db.t3.micro') - price('rds.db.t3.small')),
    ],
    [
      'a standby',
      tier('database'),
      (template: Draft) => set(template, 'Database', { MultiAZ: true }),
      'Database',
      hours * price('rds.db.t3.small') + 20 * price('rds.gp3'),
    ],
    [
      'the memory of the function',
      production('api'),
      (template: Draft) => set(template, 'Function', { MemorySize: 2048 }),
      'Function',
      1_140_000 * 0.25 * price('lambda.arm64'),
    ],
    [
      'an interface endpoint',
      tier('network'),
      ({ Resources }: Draft) => {
        Resources.Secrets = {
          Type: 'AWS::EC2::VPCEndpoint',
          Properties: { VpcEndpointType: 'Interface', SubnetIds: [{ Ref: 'AppSubnet1' }, { Ref: 'AppSubnet2' }] },
        };
      },
      'Secrets',
      2 * hours * price('vpc.endpoint') + 5 * price('vpc.endpointTraffic'),
    ],
    [
      'a NAT gateway',
      tier('network'),
      ({ Resources }: Draft) => {
        Resources.Nat = { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: { Ref: 'PublicSubnet1' } } };
      },
      'Nat',
      hours * price('vpc.nat') + 5 * price('vpc.natTraffic'),
    ],
    [
      'an instance that is always ready',
      production('api'),
      (template: Draft) =>
        set(template, 'LiveAlias', { ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } }),
      'LiveAlias',
      hours * 3600 * price('lambda.provisioned.arm64'),
    ],
    [
      'an alarm taken out',
      production('monitoring'),
      ({ Resources }: Draft) => {
        delete Resources.DatabaseCpuAlarm;
      },
      'DatabaseCpuAlarm',
      -price('cloudwatch.alarm'),
    ],
    [
      'a cache of the API',
      production('api'),
      (template: Draft) => set(template, 'Stage', { CacheClusterEnabled: true, CacheClusterSize: '0.5' }),
      'Stage',
      hours * price('apigateway.cache.0.5'),
    ],
  ] as const) {
    it(what, () => {
      const { resources } = changeOf(path, change);
      const found = resources.find((each) => each.resource === resource);
      assert.ok(found, JSON.stringify(resources));
      assert.equal(usd(found.monthlyUSD), usd(expected));
    });
  }

  it('a database that sleeps at night', () => {
    const { monthlyUSD } = changeOf(tier('database'), ({ Resources }) => {
      for (const [action, hour, days] of [
        ['start', 8, 'MON-FRI'],
        ['stop', 20, '*'],
      ] as const) {
        Resources[action] = {
          Type: 'AWS::Scheduler::Schedule',
          Properties: {
            ScheduleExpression: `cron(0 ${hour} ? * ${days} *)`,
            Target: { Arn: { 'Fn::Sub': `arn:\${AWS::Partition}:scheduler:::aws-sdk:rds:${action}DBInstance` } },
          },
        };
      }
    });
    // Awake for twelve hours of five days.
    assert.equal(usd(monthlyUSD), usd(hours * price('rds.db.t3.small') * (60 / 168 - 1)));
  });

  it('and with nothing else: what costs nothing changes nothing', () => {
    const change = changeOf(production('api'), (template) => set(template, 'Function', { Timeout: 20 }));
    assert.deepEqual(change, { monthlyUSD: 0, resources: [], unpriced: [] });
  });

  it('a stack that is new, and one that goes away', () => {
    const path = tier('database');
    const [added, removed] = [
      costChange(path, undefined, committed.get(path), committed, expectedWorkload, prices),
      costChange(path, committed.get(path), undefined, committed, expectedWorkload, prices),
    ];
    assert.equal(added.monthlyUSD, -removed.monthlyUSD);
    assert.ok(added.monthlyUSD > 25);
    assert.equal(added.resources.find(({ resource }) => resource === 'Database')?.before, '');
  });
});

describe('cost: what is unknown is named', () => {
  const path = 'tiers/production/database.yaml';
  const unpricedAfter = (change: (template: Draft) => void, at = path) => changeOf(at, change).unpriced;

  it('a class without a price', () => {
    const [unpriced] = unpricedAfter((template) => set(template, 'Database', { DBInstanceClass: 'db.x9.huge' }));
    assert.match(unpriced?.why ?? '', /no price for db\.x9\.huge/);
  });

  it('a type without a meter', () => {
    const [unpriced] = unpricedAfter(({ Resources }) => {
      Resources.Cluster = { Type: 'AWS::ElastiCache::CacheCluster', Properties: {} };
    });
    assert.deepEqual(unpriced, {
      path,
      resource: 'Cluster',
      type: 'AWS::ElastiCache::CacheCluster',
      why: 'nothing here knows what it costs',
    });
  });

  it('an environment of which the workload says nothing', () => {
    const { production: _, ...environments } = expectedWorkload.environments;
    const { unpriced } = stackCost(
      'environments/production/api.yaml',
      committed.get('environments/production/api.yaml') ?? never(),
      committed,
      { ...expectedWorkload, environments },
      prices,
    );
    assert.ok(
      unpriced.some(
        ({ resource, why }) => resource === 'Function' && /nothing about the environment production/.test(why),
      ),
    );
  });

  it('a schedule that nobody has worked out', () => {
    const [unpriced] = unpricedAfter(
      (template) => set(template, 'KeepWarmRule', { ScheduleExpression: 'cron(0 3 * * ? *)' }),
      'environments/production/api.yaml',
    );
    assert.match(unpriced?.why ?? '', /cron\(0 3/);
  });
});

describe('cost: figures', () => {
  it('stand in the price file and the workloads, and nowhere in the code', () => {
    for (const file of globSync('generator/cost/**/*.ts').filter((path) => !path.endsWith('.test.ts'))) {
      const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      assert.doesNotMatch(code, /(?<![\w.'])\d+\.\d*[1-9]\d*|\$\d/, file);
    }
  });

  it('have an age', () => {
    assert.equal(ageInDays({ ...prices, asOf: '2026-01-01' }, '2026-07-01'), 181);
  });

  it('of a workload are refused by name where they cannot be', () => {
    assert.throws(
      () =>
        readWorkload(
          { ...expectedWorkload, hoursPerMonth: 24, tiers: { production: { tableGB: -1 } }, nights: 3 },
          'mine.json',
        ),
      (error: Error & { exitCode?: number }) =>
        error.exitCode === 2 &&
        /mine\.json cannot be used/.test(error.message) &&
        /hoursPerMonth takes a number from 672 to 744/.test(error.message) &&
        /tiers\.production\.tableGB takes a number, not negative/.test(error.message) &&
        /unknown: nights/.test(error.message),
    );
  });
});

function never(): never {
  throw new Error('there is no such template');
}
