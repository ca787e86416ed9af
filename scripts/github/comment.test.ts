import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSimulator } from '../simulators/cloudformation/simulator.ts';
import { renderPreviews } from './preview-comment.ts';
import {
  type GitHubSimulator,
  simulatedRepository,
  simulatedToken,
  startGitHubSimulator,
} from './testing/github-simulator.ts';

const unchanged = (environment: string) => JSON.stringify({ environment, stacks: [stack('network', 'unchanged')] });
function stack(name: string, outcome: string, changes: readonly object[] = [], notes: readonly string[] = []) {
  return { stack: name, outcome, changes, notes };
}
const replaced = {
  action: 'replace',
  logicalId: 'Database',
  type: 'AWS::RDS::DBInstance',
  properties: ['StorageEncrypted'],
};

describe('comment: the Markdown', () => {
  const render = (files: Readonly<Record<string, unknown>>) =>
    renderPreviews(
      new Map(
        (['development', 'staging', 'production'] as const).map((name) => {
          const file = files[name];
          return [name, file === undefined || typeof file === 'string' ? file : JSON.stringify(file)] as const;
        }),
      ),
      'https://github.com/coalition/backend/actions/runs/17',
    );

  it('is one table, and the resources of what would change', () => {
    const stacks = [stack('network', 'unchanged'), stack('database', 'update', [replaced])];
    const { markdown, pending } = render({
      development: unchanged('development'),
      staging: unchanged('staging'),
      production: { environment: 'production', stacks },
    });
    assert.equal(pending, true);
    assert.equal(
      markdown,
      `### What a deploy would change

| environment | would change | |
|---|---|---|
| **development** | nothing |  |
| **staging** | nothing |  |
| **production** | 1 to replace | database |

<details><summary>production</summary>

\`\`\`
database: update
    ± replace  AWS::RDS::DBInstance  Database  StorageEncrypted
\`\`\`
</details>

[The run](https://github.com/coalition/backend/actions/runs/17) has all of it.
`,
    );
  });

  it('is made of what npm run preview prints', async () => {
    await using simulator = await startSimulator();
    const variables = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/preview.ts', 'staging', '--json'], {
      env: { ...process.env, ...variables, AWS_ENDPOINT_URL_CLOUDFORMATION: simulator.url },
    });
    const { markdown } = render({ staging: stdout });
    assert.match(markdown, /\| \*\*staging\*\* \| \d+ to add \| network, database,/);
    assert.match(markdown, /\n {4}\+ add {2}AWS::RDS::DBInstance /);
  });

  it('says so where nothing would change anywhere', () => {
    const names = ['development', 'staging', 'production'];
    const { markdown, pending } = render(Object.fromEntries(names.map((name) => [name, unchanged(name)])));
    assert.equal(pending, false);
    assert.match(markdown, /Nothing would change\./);
  });

  it('never shows a preview that failed as one that found nothing', () => {
    const half = unchanged('staging').slice(0, 30);
    const swapped = unchanged('development');
    const { markdown, pending } = render({ staging: half, production: swapped });
    assert.equal(pending, true);
    assert.equal(markdown.match(/could not be told/g)?.length, 3);
  });

  it('lets nothing that a preview says out of its fence, and no number of an account', () => {
    const notes = [
      '```\n</details> [x](https://example.org) @everyone',
      'arn:aws:iam::123456789012:role/x',
      '\u001b[31mred',
    ];
    const { markdown } = render({ staging: { environment: 'staging', stacks: [stack('api', 'blocked', [], notes)] } });
    assert.match(markdown, /\n````\napi: blocked\n {4}```\n {4}<\/details>.*\n.*\n.*\n````\n/);
    assert.ok(!markdown.includes('123456789012') && !markdown.includes('\u001b'));
  });

  it('refuses what is no preview, such as a stack whose name is Markdown', () => {
    const { markdown } = render({ staging: { environment: 'staging', stacks: [stack('x | [y](z)', 'update')] } });
    assert.ok(!markdown.includes('[y]'));
  });

  it('stays below what GitHub takes, and gives each environment its share', () => {
    const changes = Array.from({ length: 2000 }, (_, index) => ({ ...replaced, logicalId: `Database${index}` }));
    const stacks = [stack('database', 'update', changes)];
    const names = ['development', 'staging', 'production'];
    const { markdown } = render(Object.fromEntries(names.map((environment) => [environment, { environment, stacks }])));
    assert.ok(markdown.length < 65_400, String(markdown.length));
    assert.equal(markdown.match(/… \d+ more lines/g)?.length, 3);
  });
});

describe('comment: on the pull request', () => {
  let folder: string;
  let github: GitHubSimulator | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'comment-'));
    for (const name of ['development', 'staging', 'production'])
      await writeFile(join(folder, `${name}.json`), unchanged(name));
  });
  afterEach(async () => {
    await github?.[Symbol.asyncDispose]();
    github = undefined;
  });
  after(() => rm(folder, { recursive: true }));

  const ours = 'github-actions[bot]';
  const change = () =>
    writeFile(
      join(folder, 'production.json'),
      JSON.stringify({ environment: 'production', stacks: [stack('database', 'update', [replaced])] }),
    );

  async function comment(run: number, variables: NodeJS.ProcessEnv = {}, number = '7') {
    const env = {
      ...process.env,
      GITHUB_TOKEN: simulatedToken,
      GITHUB_REPOSITORY: simulatedRepository,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: github?.url,
      GITHUB_RUN_ID: String(run),
      ...variables,
    };
    const args = ['scripts/comment.ts', folder, '--pull-request', number];
    return new Promise<{ status: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
        resolve({ status: error?.code ?? 0, stdout, stderr }),
      );
    });
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
    assert.match(github.comments[1]?.body ?? '', /^<!-- preview run=1 -->\n### What a deploy.+1 to replace/s);
    await writeFile(join(folder, 'production.json'), unchanged('production'));
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

  it('says what to do where GitHub refuses, or a variable is missing', async () => {
    github = await startGitHubSimulator();
    const refused = await comment(1, { GITHUB_TOKEN: 'ghs_other' });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /with 401: Bad credentials\n {2}Give the step a token/);
    const unknown = await comment(1, {}, '8');
    assert.match(unknown.stderr, /with 404: Not Found\n {2}Grant the job pull-requests: write/);
    const bare = await comment(1, { GITHUB_TOKEN: '' });
    assert.equal(bare.status, 2);
    assert.match(bare.stderr, /GITHUB_TOKEN is not set/);
    assert.equal((await comment(1, {}, '7; id')).status, 2);
  });
});
