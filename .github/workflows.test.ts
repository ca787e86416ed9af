import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { environmentNames } from '../environments/index.ts';
import { jobs, scripts, steps, texts, workflow, workflows } from './workflow-files.ts';

/** Where `scripts/test.ts` looks for tests. */
const testFolders =
  /globSync\('\{([\w.,]+)\}/
    .exec(readFileSync(new URL('../scripts/test.ts', import.meta.url), 'utf8'))?.[1]
    ?.split(',') ?? [];

describe('workflows: rights', () => {
  it('start from none; each grant says what it is for', () => {
    for (const [name, text] of texts) {
      assert.deepEqual(workflow(name).permissions, {}, name);
      for (const line of text.split('\n').filter((line) => /^ {6}[a-z-]+: (read|write)\b/.test(line)))
        assert.match(line, / # \S+/, `${name}: ${line}`);
    }
    for (const { at, job } of jobs) assert.ok(job.permissions, `${at} says no permissions`);
  });

  it('never meet: who has credentials of AWS writes nothing to GitHub', () => {
    for (const { at, job } of jobs) {
      const granted = Object.entries(job.permissions ?? {});
      const writes = granted.filter(([, right]) => right === 'write').map(([scope]) => scope);
      assert.ok(writes.length <= 1, `${at}: ${writes.join(', ')}`);
      for (const [scope, right] of granted) assert.ok(['read', 'write'].includes(right), `${at}: ${scope}: ${right}`);
    }
  });

  it('to AWS are had by OIDC alone, in a named account, and nowhere by a secret', () => {
    for (const { at, file, job, step } of steps) {
      if (!step.uses?.startsWith('aws-actions/configure-aws-credentials@')) continue;
      // What is empty would not be checked by the action; a step before it does.
      const before = (job.steps ?? []).slice(0, job.steps?.indexOf(step)).map(({ run = '' }) => run);
      const isChecked = before.some((run) => /npm run preflight -- \S+( --role preview)? --offline/.test(run));
      if (file !== 'preview.yml') assert.ok(isChecked, `${at}: no preflight before it`);
      assert.equal(job.permissions?.['id-token'], 'write', at);
      assert.match(String(step.with?.['role-to-assume']), /^\$\{\{ vars\.AWS_(PREVIEW|DEPLOY)_ROLE_ARN \}\}$/, at);
      assert.match(String(step.with?.['allowed-account-ids']), /vars\.AWS_ACCOUNT_ID/, at);
      // A deploy role trusts an environment, whose reviewers and branches GitHub asks for; the preview role trusts pull
      // requests, and the environment that has main alone.
      const deploys = String(step.with?.['role-to-assume']).includes('DEPLOY');
      if (deploys) assert.ok(job.environment !== undefined && job.environment !== 'preview', at);
      else assert.equal(job.environment, file === 'preview.yml' ? undefined : 'preview', at);
    }
    for (const [name, text] of texts) assert.doesNotMatch(text, /secrets\.|secrets: inherit|aws-access-key/i, name);
  });

  it('are not given to pull requests of forks, which are told so', () => {
    const { preview, offline, comment } = workflow('preview.yml').jobs;
    assert.match(preview?.if ?? '', /head\.repo\.full_name == github\.repository/);
    assert.match(offline?.if ?? '', /head\.repo\.full_name != github\.repository/);
    assert.equal(offline?.permissions?.['id-token'], undefined);
    assert.ok(offline?.steps?.some(({ run }) => run?.includes('::notice')));
    assert.ok(![...workflows.values()].some(({ on }) => 'pull_request_target' in on || 'workflow_run' in on));
    // Who may write to the pull request runs the base's code, not the pull request's.
    const checkout = comment?.steps?.find(({ uses }) => uses?.startsWith('actions/checkout@'));
    assert.match(String(checkout?.with?.ref), /github\.event\.pull_request\.base\.sha/);
  });
});

describe('workflows: what they run', () => {
  it('is pinned: an action by its commit, with its version behind it', () => {
    for (const [name, text] of texts) {
      for (const line of text.split('\n').filter((line) => /^\s*(- )?uses: /.test(line)))
        assert.match(
          line,
          /uses: (\.\/\.github\/workflows\/\S+\.yml|[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
          name,
        );
    }
    for (const image of readFileSync(new URL('../api/Dockerfile', import.meta.url), 'utf8').matchAll(/^FROM (\S+)/gm))
      assert.match(image[1] ?? '', /@sha256:[0-9a-f]{64}$|^lambda-\$\{TARGETARCH\}$/);
  });

  it('is one commit an action, everywhere', () => {
    const byAction = Map.groupBy(
      steps.flatMap(({ step }) => step.uses ?? []),
      (uses) => uses.split('@')[0],
    );
    for (const [action, uses] of byAction) assert.equal(new Set(uses).size, 1, action);
  });

  it('is a verb that exists', () => {
    const called = steps.flatMap(({ at, step }) =>
      [...(step.run ?? '').matchAll(/\bnpm (?:run (?:--silent )?)?([\w-]+)/g)].map(([, verb = '']) => ({ at, verb })),
    );
    assert.ok(called.length > 10);
    const npmItself = ['audit', 'ci'];
    for (const { at, verb } of called) assert.ok(verb in scripts || npmItself.includes(verb), `${at}: npm run ${verb}`);
  });

  it('has no expression in a script: what others wrote comes by env', () => {
    for (const { at, step } of steps) assert.doesNotMatch(step.run ?? '', /\$\{\{/, at);
    for (const [name, { jobs, defaults }] of workflows) {
      const runs = Object.values(jobs).some(({ steps = [] }) => steps.some(({ run }) => run !== undefined));
      if (runs) assert.equal(defaults?.run?.shell, 'bash', `${name}: only a named bash fails where a pipe fails`);
    }
  });

  it('leaves no token in the working tree', () => {
    for (const { at, step } of steps)
      if (step.uses?.startsWith('actions/checkout@')) assert.equal(step.with?.['persist-credentials'], false, at);
  });

  it('is on machines of GitHub, and shares no cache that a pull request could have filled', () => {
    for (const { at, job } of jobs)
      if (job.uses === undefined) assert.match(String(job['runs-on']), /^ubuntu-24\.04(-arm)?$/, at);
    for (const { at, step } of steps) {
      assert.doesNotMatch(step.uses ?? '', /^actions\/cache|^actions\/setup-/, at);
      assert.ok(!Object.keys(step.with ?? {}).some((key) => /cache/.test(key)), at);
    }
  });

  it('keeps artifacts for a while, and never an empty one', () => {
    for (const { at, step } of steps) {
      if (!step.uses?.startsWith('actions/upload-artifact@')) continue;
      assert.equal(step.with?.['if-no-files-found'], 'error', at);
      assert.equal(typeof step.with?.['retention-days'], 'number', at);
    }
  });

  it('in CI is all that .ci/run has, side by side, and all of it is required', () => {
    const wanted = readFileSync(new URL('../.ci/run', import.meta.url), 'utf8').match(/^npm .*$/gm) ?? [];
    assert.ok(wanted.length > 4);
    const { jobs } = workflow('ci.yml');
    const runs = Object.values(jobs).flatMap((job) => job.steps?.map(({ run = '' }) => run) ?? []);
    const tested = runs.flatMap((run) => {
      const [, kinds = '', folders = ''] = /^npm test -- --only ([\w,]+)((?: [\w.]+)*)$/.exec(run) ?? [];
      const below = folders === '' ? testFolders : folders.trim().split(' ');
      return kinds.split(',').flatMap((kind) => (kind ? below.map((folder) => `${kind} of ${folder}`) : []));
    });
    const all = ['browser', 'database', 'plain', 'server'].flatMap((kind) =>
      testFolders.map((folder) => `${kind} of ${folder}`),
    );
    assert.deepEqual(tested.sort(), all.sort());
    for (const command of wanted.filter((command) => command !== 'npm test'))
      assert.ok(
        runs.some((run) => run === command || run.endsWith(` ${command}`)),
        `ci.yml does not run: ${command}`,
      );
    const { ok, ...others } = jobs;
    assert.deepEqual(ok?.needs, Object.keys(others));
    assert.ok(String(ok?.steps?.[0]?.run).includes(`"${Object.keys(others).fill('success').join(' ')}"`));
  });
});

describe('workflows: when they run', () => {
  it('each job ends by itself', () => {
    for (const { at, job } of jobs) {
      if (job.uses === undefined)
        assert.ok((job['timeout-minutes'] ?? 360) <= 60, `${at} has no timeout, or a long one`);
    }
  });

  it('nothing that changes AWS is ever cancelled, and what shares a tier takes turns', () => {
    for (const [name, { concurrency, jobs, on }] of workflows) {
      const called = Object.keys(on).every((event) => event === 'workflow_call');
      const groups = [concurrency, ...Object.values(jobs).map((job) => job.concurrency)].filter(
        (one) => one !== undefined,
      );
      assert.ok(groups.length > 0, `${name} has no concurrency`);
      // A group on the caller and the called is a deadlock: those that are only called have theirs on the job.
      assert.equal(concurrency === undefined, called, name);
      if (/deploy|import/.test(name))
        for (const group of groups) assert.equal(group['cancel-in-progress'], false, name);
    }
    for (const name of ['_deploy-environment.yml', 'tiger-import.yml']) {
      const job = Object.values(workflow(name).jobs).at(-1);
      // Without a queue, GitHub drops whoever waits when somebody else comes.
      assert.equal(job?.concurrency?.queue, 'max', name);
      assert.match(
        job?.concurrency?.group ?? '',
        /inputs\.environment == 'production' && 'production' \|\| 'nonproduction'/,
      );
    }
  });

  it('without any input, a deploy goes through every environment in their order', () => {
    const { on, jobs } = workflow('deploy-lambda.yml');
    assert.equal(on.workflow_dispatch?.inputs?.environment?.default, 'auto');
    assert.deepEqual(on.workflow_dispatch?.inputs?.environment?.options, ['auto', ...environmentNames]);
    environmentNames.forEach((name, index) => {
      const job = jobs[name];
      assert.deepEqual(job?.needs, ['targets', 'ci', 'image', ...environmentNames.slice(0, index)]);
      assert.ok(job?.if?.includes(`contains(fromJSON(needs.targets.outputs.environments), '${name}')`), name);
      assert.equal(job?.with?.environment, name);
      // A skipped job before it is fine, one that failed or was cancelled is not.
      for (const result of ['failure', 'cancelled'])
        assert.ok(job?.if?.includes(`!contains(needs.*.result, '${result}')`), `${name} after ${result}`);
    });
    assert.deepEqual(jobs.image?.needs, ['targets', 'ci']);
    assert.ok(jobs.image?.if?.includes("!contains(needs.*.result, 'failure')"));
  });

  it('every input of a dispatch has a default, which is one of its options', () => {
    for (const [name, { on }] of workflows) {
      for (const [input, { type, options, required, ...rest }] of Object.entries(on.workflow_dispatch?.inputs ?? {})) {
        assert.ok('default' in rest, `${name}: ${input} has no default`);
        assert.ok(!required && type !== undefined, `${name}: ${input}`);
        if (options) assert.ok(options.includes(String(rest.default)), `${name}: ${input}`);
      }
    }
  });

  it('what one workflow hands to another, the other takes', () => {
    for (const { at, job } of jobs) {
      if (job.uses === undefined) continue;
      const called = workflow(job.uses.split('/').at(-1) ?? '').on.workflow_call;
      for (const name of Object.keys(job.with ?? {}))
        assert.ok(called?.inputs && name in called.inputs, `${at}: ${name}`);
    }
    const taken = Object.keys(workflow('tiger-import.yml').on.workflow_call?.inputs ?? {});
    const { on, jobs: onDemand } = workflow('tiger-import-on-demand.yml');
    assert.deepEqual(Object.keys(on.workflow_dispatch?.inputs ?? {}), taken);
    assert.deepEqual(Object.keys(onDemand.import?.with ?? {}), taken);
  });

  it('previews are of every environment', () => {
    const { preview, offline } = workflow('preview.yml').jobs;
    for (const job of [preview, offline])
      assert.deepEqual(job?.strategy, { 'fail-fast': false, matrix: { environment: [...environmentNames] } });
  });
});
