import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Change, type Plan, planOf, stackPlan } from '../plan/plan.ts';
import {
  type GitHubSimulator,
  simulatedRepository,
  simulatedToken,
  startGitHubSimulator,
} from '../simulators/github.ts';
import { deploySummary } from './summary.ts';

const update = (memory: string, release?: true): Change => ({
  action: 'update',
  logicalId: 'Function',
  type: 'AWS::Lambda::Function',
  properties: ['MemorySize'],
  values: [{ path: 'MemorySize', before: '512', after: memory }],
  verdict: 'safe',
  reasons: [],
  ...(release && { release }),
});

function plan(changes: readonly Change[]): Plan {
  const stack = stackPlan({
    stack: 'api',
    stackName: 'coalition-builder-production-api',
    template: 'templates/environments/production/api.yaml',
    templateDigest: 'a'.repeat(64),
    outcome: changes.length > 0 ? 'update' : 'unchanged',
    changes,
    findings: [],
    notes: [],
  });
  const about = { environment: 'production', region: 'us-east-1', source: 'change sets', images: {} } as const;
  return planOf({ ...about, stacks: [stack] });
}

describe('reviewed plans', () => {
  let folder: string;
  let github: GitHubSimulator;
  const [merge, head] = ['1'.repeat(40), '2'.repeat(40)];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'review-'));
    github = await startGitHubSimulator();
  });
  afterEach(async () => {
    await github[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function verb(...args: string[]) {
    const [output, summary] = [join(folder, 'output'), join(folder, 'summary')];
    const env = {
      ...process.env,
      GITHUB_TOKEN: simulatedToken,
      GITHUB_REPOSITORY: simulatedRepository,
      GITHUB_API_URL: github.url,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    };
    return new Promise<{ code: number | null; stdout: string; stderr: string; output: string; summary: string }>(
      (resolve) => {
        const child = execFile(process.execPath, args, { env }, async (_, stdout, stderr) => {
          const read = (file: string) => readFile(file, 'utf8').catch(() => '');
          resolve({ code: child.exitCode, stdout, stderr, output: await read(output), summary: await read(summary) });
        });
      },
    );
  }

  const previewed = { id: 42, head_sha: head, event: 'pull_request', conclusion: 'success' };
  const ours = { full_name: simulatedRepository };
  const find = () => verb('scripts/reviewed-plan.ts', '--commit', merge);

  it('are found by the commit that their pull request became', async () => {
    github.pulls.set(merge, { number: 7, head });
    github.runs.push({ ...previewed, head_repository: ours });
    const { stdout, output } = await find();
    assert.match(stdout, /pull request 7, reviewed at 222222222222: run 42/);
    assert.equal(output, 'run-id=42\npull-request=7\n');
  });

  it('are not taken from a fork, a failed preview or another commit; then there is none', async () => {
    assert.match((await find()).stdout, /came without a pull request/);
    github.pulls.set(merge, { number: 7, head });
    github.runs.push(
      { ...previewed, head_repository: { full_name: 'mallory/backend' } },
      { ...previewed, conclusion: 'failure', head_repository: ours },
      { ...previewed, head_sha: merge, head_repository: ours },
    );
    const { code, stdout, output } = await find();
    assert.equal(code, 0);
    assert.match(stdout, /Pull request 7 was not previewed at 222222222222/);
    assert.match(output, /^run-id=\n/);
  });

  it('are no matter of guessing where GitHub does not answer', async () => {
    github.failures.push({ method: 'GET', status: 403 });
    const denied = await find();
    assert.deepEqual([denied.code, denied.output], [1, '']);
    assert.equal((await verb('scripts/reviewed-plan.ts', '--commit', 'main')).code, 2);
  });

  async function review(fresh: Plan, reviewed: Plan | string | undefined, ...more: string[]) {
    await writeFile(join(folder, 'fresh.json'), JSON.stringify(fresh));
    if (reviewed !== undefined)
      await writeFile(
        join(folder, 'reviewed.json'),
        typeof reviewed === 'string' ? reviewed : JSON.stringify(reviewed),
      );
    const files = ['--plan', join(folder, 'fresh.json'), '--reviewed', join(folder, 'reviewed.json')];
    return verb('scripts/review.ts', 'production', ...files, ...more);
  }

  it('let through what is the same, whichever image it runs', async () => {
    const { code, stdout } = await review(plan([update('1024'), update('9', true)]), plan([update('1024')]));
    assert.equal(code, 0);
    assert.match(stdout, /as reviewed/);
    assert.match((await review(plan([]), undefined)).stdout, /nothing to do/);
  });

  it('ask the reviewers of the environment where it is another, and say what differs', async () => {
    github.reviewed.add('production');
    const { code, stdout, summary } = await review(plan([update('2048')]), plan([update('1024')]));
    assert.equal(code, 0);
    assert.match(stdout, /It is not what was reviewed:\n.*reviewed, and not there now: .*512 → 1024/);
    assert.match(stdout, /there now, and not reviewed: .*512 → 2048\nThe reviewers of production are asked/);
    assert.match(summary, /512 → 2048/);
  });

  it('stop it where nobody would be asked, until a person names it by its hash', async () => {
    const fresh = plan([update('2048')]);
    for (const reviewed of [undefined, '{"version": 1', plan([update('1024')])]) {
      const { code, stderr } = await review(fresh, reviewed);
      assert.equal(code, 4);
      assert.match(stderr, new RegExp(`no reviewers.*-f approved-plan=${fresh.hash.slice(0, 12)}`, 's'));
    }
    assert.equal((await review(fresh, undefined, '--approved', '000000000000')).code, 4);
    assert.match((await review(fresh, undefined, '--approved', fresh.hash.slice(0, 12))).stdout, /approved by hash/);
  });
});

describe('summary of a deploy', () => {
  const stack = { outcome: 'updated', changes: [{ action: 'update', logicalId: 'F' }], outputs: {} };
  const deployed = {
    environment: 'staging',
    region: 'us-east-1',
    stacks: [
      { stack: 'jobs', ...stack, milliseconds: 3000 },
      {
        stack: 'api',
        ...stack,
        outputs: { Url: 'https://x/', Role: 'arn:aws:iam::123456789012:role/r' },
        milliseconds: 61_000,
      },
      { stack: 'cdn', ...stack, outcome: 'unchanged', changes: [], milliseconds: 100 },
    ],
  };

  it('has what was done, how long it took, and no number of an account', () => {
    const markdown = deploySummary(JSON.stringify(deployed), undefined);
    assert.match(markdown, /^### staging is deployed\n\n\| stack /);
    assert.match(markdown, /\| api \| updated \| 1 \| 61 s \|/);
    assert.match(markdown, /```mermaid\ngantt\n.*jobs : 0, 3s\n {4}api : 0, 61s\n```/s);
    assert.match(markdown, /\| api \| Url \| https:\/\/x\/ \|/);
    assert.doesNotMatch(markdown, /123456789012/);
  });

  it('says that it failed, and that nothing is known where nothing is', () => {
    const failed = { ...deployed, failed: 'coalition-builder-staging-api was rolled back:\n  a <script> in it' };
    const markdown = deploySummary(JSON.stringify(failed), undefined);
    assert.match(markdown, /The deploy to staging failed\n\n> \[!CAUTION\]\n> .*rolled back:\n> {3}a &#60;script/);
    for (const nothing of ['', '{"environment": "st', '[]'])
      assert.match(deploySummary(nothing, 'https://github.com/r'), /left no record.*\[the log\]/s);
    const early = JSON.stringify({ failed: 'templates/ is not what generator/ says', exitCode: 2 });
    assert.match(
      deploySummary(early, undefined),
      /^### The deploy did not begin\n\n> \[!CAUTION\]\n> templates\/ is not what/,
    );
  });
});
