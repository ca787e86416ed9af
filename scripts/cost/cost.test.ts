import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import expected from '../../generator/cost/workloads/expected.json' with { type: 'json' };
import { bill } from './bill.ts';

const verb = fileURLToPath(new URL('../cost.ts', import.meta.url));

/** `npm run cost -- …`, without npm. */
function cost(...args: string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [verb, ...args], { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('cost: the verb', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cost-'));
  });
  after(() => rm(folder, { recursive: true }));

  const workload = async (change: object) => {
    const file = join(folder, 'workload.json');
    await writeFile(file, JSON.stringify({ ...expected, ...change }));
    return file;
  };

  it('prints the total, the promise beside it, and what could be chosen', async () => {
    const { code, stdout, stderr } = await cost();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^RDS .* 44\.02$/m);
    const [, toPay] = /^To pay +(\d+\.\d\d)$/m.exec(stdout) ?? [];
    const [, promised] = /for\s+about (\d+) dollars a month/.exec(await readFile('README.md', 'utf8')) ?? [];
    assert.equal(promised, Number(toPay).toFixed(0), 'what the README says it costs');
    assert.match(stdout, /^Total +98 +98\.\d\d +30 +30\.\d\d +\d+\.\d\d$/m);
    assert.match(stdout, /^Reduction +69 % +69\.\d %$/m);
    assert.match(stdout, /\+73\.\d\d +NAT gateways/);
    assert.match(stdout, /^Not priced: taxes/m);
  });

  it('prints every line of an environment and of its tier', async () => {
    const { code, stdout } = await cost('staging');
    assert.equal(code, 0);
    assert.match(stdout, /environments\/staging\/api Function +requests at 512 MB/);
    assert.match(stdout, /tiers\/nonproduction\/database Database +db\.t3\.micro +730 +instance-hour +0\.018 +13\.14/);
    assert.doesNotMatch(stdout, /production\/api Function/);
  });

  it('as JSON, with the source of each price', async () => {
    const { stdout } = await cost('--json', '--workload', await workload({ allowances: false }));
    const { lines, deductions, payableUSD, totalUSD, seed } = JSON.parse(stdout);
    assert.ok(lines.every(({ source }: { source: string }) => source.length > 20));
    assert.deepEqual(deductions, []);
    assert.equal(payableUSD, totalUSD);
    assert.equal(Math.round(seed.reduction.computed), 69);
  });

  it('follows the workload', async () => {
    const { production } = expected.environments;
    const busy = { environments: { ...expected.environments, production: { ...production, requests: 114_000_000 } } };
    const [quiet, loud] = await Promise.all([bill(), bill(await workload(busy))]);
    assert.ok(loud.payableUSD > quiet.payableUSD + 600);
  });

  for (const [what, args, message] of [
    ['a file that is not there', ['--workload', '/nowhere.json'], /there is no such file/],
    ['an environment that is not there', ['qa'], /one of development, staging, production/],
    ['an unknown flag', ['--cheap'], /Unknown option/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { code, stderr } = await cost(...args);
      assert.equal(code, 2);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /This is a bug/);
    });
  }

  it('refuses a workload that is no JSON, and one with a wrong key', async () => {
    const file = join(folder, 'broken.json');
    await writeFile(file, '{');
    assert.match((await cost('--workload', file)).stderr, /it is not JSON/);
    const { code, stderr } = await cost('--workload', await workload({ hoursPerMonth: '730' }));
    assert.equal(code, 2);
    assert.match(stderr, /hoursPerMonth takes a number from 672 to 744/);
  });

  it('says when its prices are old', async () => {
    assert.deepEqual((await bill(undefined, '2026-09-01')).warnings, []);
    const [warning] = (await bill(undefined, '2027-09-01')).warnings;
    assert.match(warning ?? '', /376 days old.*prices\/us-east-1\.json/);
  });
});
