import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Change, type Plan, planOf, stackPlan } from '../plan/plan.ts';
import { startSimulator } from '../simulators/cloudformation/simulator.ts';
import { type GitHubSimulator, startGitHubSimulator } from '../simulators/github.ts';
import { node, ours, stepOf } from './fixture.ts';
import { readPlans } from './plans.ts';

const replaced: Change = {
  action: 'replace',
  logicalId: 'Database',
  type: 'AWS::RDS::DBInstance',
  properties: ['StorageEncrypted'],
  values: [{ path: 'StorageEncrypted', before: 'false', after: 'true', recreates: 'always' }],
  old: 'Snapshot',
  verdict: 'dangerous',
  reasons: ['it holds data'],
};

function plan(environment: string, changes: readonly Change[] = []): Plan {
  const stack = stackPlan({
    stack: 'database',
    stackName: `coalition-builder-${environment}-database`,
    template: `templates/tiers/${environment}/database.yaml`,
    templateDigest: 'a'.repeat(64),
    outcome: changes.length > 0 ? 'update' : 'unchanged',
    changes,
    findings: [],
    notes: [],
  });
  return planOf({ environment, region: 'us-east-1', source: 'change sets', images: {}, stacks: [stack] });
}

describe('comment: the Markdown', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'comment-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function render(files: Readonly<Record<string, Plan | string>>): Promise<string> {
    for (const [name, file] of Object.entries(files))
      await writeFile(join(folder, `${name}.json`), typeof file === 'string' ? file : JSON.stringify(file));
    const { status, stdout, stderr } = await node(['scripts/comment.ts', folder], {});
    assert.equal(status, 0, stderr);
    return stdout;
  }

  it('shows every environment, and what is dangerous first', async () => {
    const markdown = await render({
      development: plan('development'),
      staging: plan('staging'),
      production: plan('production', [replaced]),
    });
    assert.match(markdown, /^### What a deploy would change: 3 environments, 1 change, 1 dangerous\n\n> \[!CAUTION\]/);
    assert.match(markdown, /\| \*\*staging\*\* \| nothing to do \|/);
  });

  it('never shows a preview that failed as one that found nothing', async () => {
    const changedByHand = JSON.stringify(plan('production', [replaced])).replace('"replace"', '"update"');
    const markdown = await render({
      staging: JSON.stringify(plan('staging')).slice(0, 200),
      production: changedByHand,
    });
    assert.equal(markdown.match(/the preview failed/g)?.length, 3);
    const swapped = await render({ development: plan('staging') });
    assert.match(swapped, /\| \*\*development\*\* \| the preview failed/);
  });

  it('is made of files that can be plans: of no link, folder or pipe, and of nothing huge', async () => {
    const file = (name: string) => join(folder, `${name}.json`);
    await writeFile(join(folder, 'elsewhere'), JSON.stringify(plan('development')));
    await symlink(join(folder, 'elsewhere'), file('development'));
    await mkdir(file('staging'));
    await writeFile(file('production'), JSON.stringify(plan('production')));
    await truncate(file('production'), 17 * 1024 * 1024);
    const plans = await readPlans(folder, ['development', 'staging', 'production']);
    assert.deepEqual([...plans.values()], [undefined, undefined, undefined]);
    await rm(file('development'));
    await writeFile(file('development'), JSON.stringify(plan('development')));
    assert.ok((await readPlans(folder, ['development'])).get('development'));
  });

  it('is made of what npm run preview prints', async () => {
    await using simulator = await startSimulator();
    const { stdout, stderr } = await node(['scripts/preview.ts', 'staging', '--json'], {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_CLOUDFORMATION: simulator.url,
    });
    assert.notEqual(stdout, '', stderr);
    const markdown = await render({ staging: stdout });
    assert.match(markdown, /\| \*\*staging\*\* \| network, database,.* \| \d+ \| 0 \| 0 \| 0 \|/);
  }).timeout(30_000);
});

describe('comment: on the pull request', () => {
  let folder: string;
  let github: GitHubSimulator | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'comment-'));
    for (const name of ['development', 'staging', 'production'])
      await writeFile(join(folder, `${name}.json`), JSON.stringify(plan(name)));
  });
  afterEach(async () => {
    await github?.[Symbol.asyncDispose]();
    github = undefined;
  });
  after(() => rm(folder, { recursive: true }));

  const change = () => writeFile(join(folder, 'production.json'), JSON.stringify(plan('production', [replaced])));

  async function comment(run: number, variables: NodeJS.ProcessEnv = {}, number = '7') {
    const env = { ...stepOf(run, github?.url), ...variables };
    return node(['scripts/comment.ts', folder, '--pull-request', number], env);
  }

  it('is not written where nothing would change and nothing was said', async () => {
    github = await startGitHubSimulator();
    assert.match((await comment(1)).stdout, /not needed/);
    assert.deepEqual(github.comments, []);
  });

  it('is written once, then kept up to date, until it says that nothing would change', async () => {
    github = await startGitHubSimulator([{ login: 'ann', body: 'Looks good.' }]);
    await change();
    assert.match((await comment(1)).stdout, /comment created https:\/\/github\.com\/coalition\/backend\/pull\/7#/);
    assert.match(
      github.comments[1]?.body ?? '',
      /^<!-- preview run=1 -->\n### What a deploy.+replace AWS::RDS::DBInstance/s,
    );
    await writeFile(join(folder, 'production.json'), JSON.stringify(plan('production')));
    assert.match((await comment(2)).stdout, /comment updated/);
    assert.equal(github.comments.length, 2);
    assert.match(github.comments[1]?.body ?? '', /run=2 -->.+Nothing would change/s);
  });

  it('is found behind a hundred others, and never taken from a person who copied its marker', async () => {
    const others = Array.from({ length: 130 }, (_, index) => ({ login: 'ann', body: `${index}` }));
    const copied = { login: 'mallory', body: '<!-- preview run=1 -->\nAll is well.' };
    github = await startGitHubSimulator([copied, ...others, { login: ours, body: '<!-- preview run=3 -->\nold' }]);
    assert.match((await comment(4)).stdout, /comment updated/);
    assert.equal(github.comments[0]?.body, copied.body);
    assert.match(github.comments.at(-1)?.body ?? '', /run=4/);
  });

  it('is left alone by a run that ends after a later one', async () => {
    github = await startGitHubSimulator([{ login: ours, body: '<!-- preview run=9 -->\nnewer' }]);
    assert.match((await comment(8)).stdout, /left to a later run/);
    assert.match(github.comments[0]?.body ?? '', /newer/);
  });

  it('is written once although GitHub answers 502, also where it had written it', async () => {
    for (const although of [false, true]) {
      github = await startGitHubSimulator();
      github.failures.push({ method: 'GET', status: 502 }, { method: 'POST', status: 502, although });
      await change();
      assert.match((await comment(1)).stdout, although ? /comment updated/ : /comment created/);
      assert.equal(github.comments.length, 1);
      await github[Symbol.asyncDispose]();
    }
    github = await startGitHubSimulator();
    github.failures.push(...Array.from({ length: 3 }, () => ({ method: 'GET', status: 502 })));
    github.failures.push(...Array.from({ length: 3 }, () => ({ method: 'GET', status: 502 })));
    const away = await comment(1);
    assert.equal(away.status, 1);
    assert.match(away.stderr, /with 502: Bad Gateway\n {2}Run the job again/);
  });

  it('gives up at once on 403, and says whether it is the rights or the pace', async () => {
    github = await startGitHubSimulator([{ login: ours, body: '<!-- preview run=1 -->\nold' }]);
    github.failures.push({ method: 'PATCH', status: 403 });
    const denied = await comment(2);
    assert.equal(denied.status, 1);
    assert.match(denied.stderr, /PATCH .* with 403: Resource not accessible.*\n {2}Grant the job pull-requests: write/);
    github.failures.push({ method: 'PATCH', status: 403, headers: { 'Retry-After': '60' } });
    assert.match((await comment(2)).stderr, /slower: run the job again in 60 seconds/);
    assert.match(github.comments[0]?.body ?? '', /old/);
  });

  it('keeps within what GitHub takes, whatever changes', async () => {
    github = await startGitHubSimulator();
    const many = Array.from({ length: 900 }, (_, index) => ({
      ...replaced,
      logicalId: `Database${index}`.padEnd(200, 'x'),
    }));
    await writeFile(join(folder, 'production.json'), JSON.stringify(plan('production', many)));
    assert.match((await comment(1)).stdout, /comment created/);
    const { length } = github.comments[0]?.body ?? '';
    assert.ok(length > 5000 && length <= 65_536, String(length));
    assert.match(github.comments[0]?.body ?? '', /Cut short, for there is no room: database in production/);
  });

  it('says what to do where GitHub refuses, or a variable is missing', async () => {
    github = await startGitHubSimulator();
    const refused = await comment(1, { GITHUB_TOKEN: 'ghs_other' });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /with 401: Bad credentials\n {2}Give the step a token/);
    const unknown = await comment(1, {}, '8');
    assert.match(unknown.stderr, /with 404: Not Found\n {2}Grant the job the permission to read it/);
    const bare = await comment(1, { GITHUB_TOKEN: '' });
    assert.equal(bare.status, 2);
    assert.match(bare.stderr, /GITHUB_TOKEN is not set/);
    assert.equal((await comment(1, {}, '7; id')).status, 2);
  });
});
