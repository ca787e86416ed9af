/** The founding document's table, out of our own templates; and what one could choose instead. */
import assert from 'node:assert/strict';
import { environments } from '../../environments/index.ts';
import { committed, mutated, set } from '../testing/committed.ts';
import { deductions } from './allowances.ts';
import { monthlyCost, sum } from './monthly-cost.ts';
import { options } from './options.ts';
import { prices } from './prices.ts';
import { seedTable } from './seed-table.ts';
import { expectedWorkload, seedWorkload } from './workloads.ts';

/** As the document has it; said here a second time, so that no edit of the table goes unseen. */
const document = [
  ['Compute', 25, 5],
  ['Load balancer', 16, 4],
  ['Networking', 32, 0],
  ['Database', 15, 15],
  ['Storage', 5, 5],
  ['Other', 5, 1],
] as const;

const tableOf = (templates = committed, seed = seedWorkload) => {
  const { lines } = monthlyCost(templates, expectedWorkload, prices);
  return seedTable(templates, seed, { lines, allowances: true }, prices);
};

describe('cost: the founding document', () => {
  const table = tableOf();

  for (const [name, legacyUSD, serverlessUSD] of document) {
    it(`${name}: $${legacyUSD} and $${serverlessUSD}, each within 50 cents`, () => {
      const row = table.rows.find((each) => each.name === name);
      assert.ok(row);
      assert.deepEqual([row.legacy.saidUSD, row.serverless.saidUSD], [legacyUSD, serverlessUSD]);
      assert.ok(Math.abs(row.legacy.computedUSD - legacyUSD) <= 0.5, `${row.legacy.computedUSD}`);
      assert.ok(Math.abs(row.serverless.computedUSD - serverlessUSD) <= 0.5, `${row.serverless.computedUSD}`);
    });
  }

  it('networking costs exactly nothing', () => {
    const fixed = monthlyCost(committed, seedWorkload, prices).lines.filter(({ type }) =>
      type.startsWith('AWS::EC2::'),
    );
    assert.deepEqual(fixed, []);
    assert.equal(table.rows.find(({ name }) => name === 'Networking')?.serverless.computedUSD, 0);
  });

  it('$98 become $30, which is 69 % less', () => {
    assert.deepEqual([table.total.legacy.saidUSD, table.total.serverless.saidUSD], [98, 30]);
    assert.equal(Math.round(table.total.legacy.computedUSD), 98);
    assert.equal(Math.round(table.total.serverless.computedUSD), 30);
    assert.equal(table.reduction.said, 69);
    assert.equal(Math.round(table.reduction.computed), 69);
  });

  it('imports cost about $2 a year', () => {
    assert.equal(table.importPerYear.saidUSD, 2);
    assert.equal(Math.round(table.importPerYear.computedUSD), 2);
  });

  it('is worked out from the templates: another one gives another figure', () => {
    const computed = (templates = committed) =>
      Object.fromEntries(tableOf(templates).rows.map(({ name, serverless }) => [name, serverless.computedUSD]));
    const larger = mutated('environments/production/api.yaml', (template) =>
      set(template, 'Function', { MemorySize: 3072 }),
    );
    assert.ok((computed(larger).Compute ?? 0) > 2.5 * (computed().Compute ?? 0));
    const stored = mutated('tiers/production/database.yaml', (template) =>
      set(template, 'Database', { AllocatedStorage: '200' }),
    );
    assert.ok((computed(stored).Database ?? 0) > (computed().Database ?? 0) + 20);
  });

  it('adds up, now as then, and leaves nothing of the bill out', () => {
    const { lines, totalUSD } = monthlyCost(committed, expectedWorkload, prices);
    const payable = totalUSD - sum(deductions(lines, prices));
    assert.ok(Math.abs(table.total.nowUSD - payable) < 0.001);
    for (const service of ['CloudWatch', 'Secrets Manager', 'X-Ray', 'ECR', 'Imports']) {
      assert.ok(
        table.beyond.some(({ name }) => name === service),
        service,
      );
    }
  });
});

describe('cost: what is never billed', () => {
  const line = monthlyCost(committed, expectedWorkload, prices).lines.find(({ price }) => price === 'lambda.request');
  assert.ok(line);

  it('is taken off up to its quantity, and never more than there is', () => {
    const of = (quantity: number) =>
      deductions([{ ...line, quantity, monthlyUSD: quantity * line.unitUSD }], prices).map(
        ({ monthlyUSD }) => monthlyUSD,
      );
    assert.deepEqual(of(0.5), [0.5 * line.unitUSD]);
    assert.deepEqual(of(4), [line.unitUSD]);
    assert.deepEqual(deductions([], prices), []);
  });

  it('does not reach what only a new account gets', () => {
    const keys = prices.allowances.flatMap((allowance) => allowance.prices);
    for (const key of keys) assert.doesNotMatch(key, /^(rds|s3|apigateway|ecr|fargate|vpc)\./);
  });
});

describe('cost: options', () => {
  const all = options(environments, expectedWorkload, prices);
  const delta = (words: RegExp) =>
    all.find(({ name, setting }) => words.test(name + setting))?.monthlyUSD ?? Number.NaN;

  it('are compiled, not told: what each adds is in its templates', () => {
    const hours = expectedWorkload.hoursPerMonth;
    const near = (is: number, expected: number) => assert.ok(Math.abs(is - expected) < 0.01, `${is}, not ${expected}`);
    const usd = (key: string) => prices.prices[key]?.usd ?? Number.NaN;
    const egress = 2 * (expectedWorkload.tiers.production?.egressGB ?? Number.NaN);
    near(delta(/interface-endpoints/), 2 * hours * usd('vpc.endpoint') + egress * usd('vpc.endpointTraffic'));
    near(delta(/'nat'/), 2 * hours * (usd('vpc.nat') + usd('vpc.ipv4')) + egress * usd('vpc.natTraffic'));
    near(
      delta(/t4g/),
      hours * (usd('rds.db.t4g.micro') + usd('rds.db.t4g.small') - usd('rds.db.t3.micro') - usd('rds.db.t3.small')),
    );
    near(delta(/stopHours/), hours * usd('rds.db.t3.micro') * (60 / 168 - 1));
    assert.ok(delta(/provisionedConcurrency/) > 8);
  });
});
