import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Change, type Plan, planOf, stackPlan } from '../plan/plan.ts';
import { type GitHubSimulator, startGitHubSimulator } from '../simulators/github.ts';
import { node, ours, stepOf } from './fixture.ts';

const byHand: Change = {
  action: 'update',
  logicalId: 'Group',
  type: 'AWS::EC2::SecurityGroup',
  properties: ['GroupDescription'],
  values: [{ path: 'GroupDescription', before: 'y', after: 'x', deployed: 'x' }],
  drift: 'modified',
  verdict: 'safe',
  reasons: [],
};

function plan(environment: string, changes: readonly Change[] = [], outcome?: 'blocked'): Plan {
  const stack = stackPlan({
    stack: 'network',
    stackName: `coalition-builder-${environment}-network`,
    template: `templates/tiers/${environment}/network.yaml`,
    templateDigest: 'a'.repeat(64),
    outcome: outcome ?? (changes.length > 0 ? 'update' : 'unchanged'),
    changes,
    findings: [],
    notes: [],
  });
  return planOf({ environment, region: 'us-east-1', source: 'drift', images: {}, stacks: [stack] });
}

describe('drift-issue', () => {
  let folder: string;
  let file: string;
  let github: GitHubSimulator;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drift-issue-'));
    file = join(folder, 'drift.json');
  });
  beforeEach(async () => {
    github = await startGitHubSimulator();
  });
  afterEach(() => github[Symbol.asyncDispose]());
  after(() => rm(folder, { recursive: true }));

  const found = (...plans: readonly Plan[]) =>
    writeFile(file, JSON.stringify({ plans: Object.fromEntries(plans.map((each) => [each.environment, each])) }));
  const report = (run: number, ...more: readonly string[]) =>
    node(['scripts/drift-issue.ts', file, ...more], stepOf(run, github.url));
  const open = () => github.issues.filter(({ state }) => state === 'open');

  it('opens none where nothing drifted', async () => {
    await found(plan('staging'), plan('production'));
    assert.match((await report(1)).stdout, /issue not needed/);
    assert.deepEqual(github.issues, []);
  });

  it('opens one, keeps it up to date, closes it, and opens another one the next time', async () => {
    await found(plan('staging'), plan('production', [byHand]));
    assert.match((await report(1)).stdout, /issue opened https:\/\/github\.com\/coalition\/backend\/issues\/8/);
    assert.equal(open()[0]?.title, 'Drift: 1 resource changed by hand');
    assert.match(
      open()[0]?.body ?? '',
      /^<!-- drift run=1 -->\n### Drift: 1 .*\| \*\*production\*\* \| network \| 1 \|/s,
    );
    assert.match(open()[0]?.body ?? '', /actions\/runs\/1\)/);
    await found(plan('staging', [byHand]), plan('production', [byHand]));
    assert.match((await report(2)).stdout, /issue updated/);
    assert.match(open()[0]?.title ?? '', /2 resources/);
    await found(plan('staging'), plan('production'));
    assert.match((await report(3)).stdout, /issue closed/);
    assert.deepEqual(open(), []);
    assert.match(github.issues[0]?.body ?? '', /### No drift/);
    await found(plan('staging', [byHand]));
    assert.match((await report(4)).stdout, /issue opened/);
    assert.equal(github.issues.length, 2);
  });

  it('is found behind a hundred others and pull requests, and never taken from whoever copied its marker', async () => {
    const issue = (login: string, body: string | null, number: number) =>
      ({ number, title: 't', body, state: 'open', login }) as const;
    github.issues.push(issue(ours, '<!-- drift run=3 -->\nold', 8));
    github.issues.push(...Array.from({ length: 150 }, (_, index) => issue('ann', null, 100 + index)));
    github.issues.push(issue('mallory', '<!-- drift run=1 -->\nAll is well.', 900));
    await found(plan('staging', [byHand]));
    assert.match((await report(4)).stdout, /issue updated .*\/issues\/8/);
    assert.match(github.issues.at(-1)?.body ?? '', /All is well/);
  });

  it('is left alone by a run that ends after a later one', async () => {
    await found(plan('staging', [byHand]));
    await report(9);
    await found(plan('staging'));
    assert.match((await report(8)).stdout, /left to a later run/);
    assert.equal(open().length, 1);
  });

  it('is neither opened nor closed where a stack could not be looked at', async () => {
    await found(plan('staging', [], 'blocked'));
    assert.match((await report(1)).stdout, /not needed/);
    await found(plan('production', [byHand]), plan('staging', [], 'blocked'));
    await report(2);
    await found(plan('production'), plan('staging', [], 'blocked'));
    assert.match((await report(3)).stdout, /issue updated/);
    assert.match(open()[0]?.body ?? '', /cannot be looked at: network/);
  });

  it('is opened once although GitHub answers 502, also where it had opened it', async () => {
    await found(plan('staging', [byHand]));
    for (const although of [false, true]) {
      github.failures.push({ method: 'GET', status: 502 }, { method: 'POST', status: 502, although });
      assert.match((await report(1)).stdout, although ? /issue updated/ : /issue opened/);
      assert.equal(open().length, 1);
      github.issues.length = 0;
    }
  });

  it('says what to do where GitHub refuses, or has no issues, or the report says nothing', async () => {
    await found(plan('staging', [byHand]));
    github.failures.push({ method: 'POST', status: 403 });
    const refused = await report(1);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /POST \/issues with 403: Resource not accessible.*\n {2}Grant the job issues: write/);
    github.failures.push({ method: 'GET', status: 410 });
    assert.match((await report(1)).stderr, /with 410.*\n {2}The repository has no issues/);
    for (const text of ['', '{"drifted":0', '{"plans":{}}', '{"plans":{"staging":{}}}']) {
      await writeFile(file, text);
      const { status, stderr } = await report(1);
      assert.equal(status, 2, stderr);
    }
    assert.deepEqual(github.issues, []);
  });

  it('keeps within what GitHub takes, whatever drifted', async () => {
    const many = Array.from({ length: 900 }, (_, index) => ({
      ...byHand,
      logicalId: `Group${index}`.padEnd(200, 'x'),
    }));
    await found(plan('production', many));
    assert.match((await report(1)).stdout, /issue opened/);
    const { length } = open()[0]?.body ?? '';
    assert.ok(length > 5000 && length <= 65_536, String(length));
  });

  it('as a dry run, asks GitHub nothing', async () => {
    await found(plan('staging', [byHand]));
    assert.match((await report(1, '--dry-run')).stdout, /^Drift: 1 resource changed by hand \(open\)\n\n### Drift/);
    assert.deepEqual(github.requests, []);
  });
});
