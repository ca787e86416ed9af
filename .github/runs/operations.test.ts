import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { startRun } from '../../scripts/simulators/github-actions/run.ts';
import { dispatched, makeWorld, type World } from './fixture.ts';

const image = (digit: string) => [
  '--lambda-image',
  `sha256:${digit.repeat(64)}`,
  '--importer-image',
  `sha256:${'9'.repeat(64)}`,
];

describe('a repository with an account: operations', function () {
  this.timeout(120_000);
  this.slow(30_000);
  let world: World;
  before(async function () {
    const made = await makeWorld();
    if (!made) return this.skip();
    world = made;
    await world.asAdministrator('deploy', 'account');
    for (const digit of ['1', '2']) await world.asAdministrator('deploy', 'staging', ...image(digit));
  });
  after(() => world?.[Symbol.asyncDispose]());

  const start = (inputs: Record<string, unknown>, branch?: string) =>
    startRun(world.site, 'operations.yml', dispatched(world.first, branch), { inputs });
  async function operate(action: string, inputs: Record<string, unknown> = {}) {
    const done = await start({ action, ...inputs }).result;
    const job = done.job(action);
    return { ...done, job, ran: job.steps.filter(({ outcome }) => outcome !== 'skipped').map(({ name }) => name) };
  }

  it('without any input says how staging is; each action is one verb, and no other', async () => {
    const done = await start({}).result;
    const { steps, log } = done.job('status');
    assert.match(log, /staging/);
    assert.deepEqual(
      steps.filter(({ outcome }) => outcome !== 'skipped').map(({ name }) => name.replace(/@.*/, '')),
      ['actions/checkout', 'npm run preflight', 'aws-actions/configure-aws-credentials', 'npm run status'],
    );
  });

  it('goes back a release, and says which; a deploy that runs is waited for', async () => {
    const before = await world.liveVersion('staging');
    const deploy = startRun(world.site, 'deploy-infrastructure.yml', dispatched(world.first), {
      inputs: { environment: 'development', stack: 'storage' },
    });
    await deploy.says(/development · us-east-1/);
    const { conclusion, job } = await operate('rollback');
    assert.equal(conclusion, 'success', job.log);
    assert.equal((await deploy.result).conclusion, 'success');
    const after = await world.liveVersion('staging');
    assert.ok(Number(after) < Number(before), `${before} ${after}`);
    const { job: list } = await operate('releases');
    assert.equal(list.result, 'success', list.log);
  });

  it('takes words with signs of the shell for words', async () => {
    const live = await world.liveVersion('staging');
    for (const inputs of [
      { action: 'rollback', to: '"; touch /tmp/pipeline-was-here; $(touch /tmp/pipeline-was-here) `id`' },
      { action: 'rollback', releases: '1 --accept-migrations $(touch /tmp/pipeline-was-here)' },
      { action: 'resume', skip: '$(touch /tmp/pipeline-was-here),`touch /tmp/pipeline-was-here`' },
      { action: 'database-stop', confirm: "'; touch /tmp/pipeline-was-here #" },
    ]) {
      const done = await start(inputs).result;
      if (inputs.action !== 'resume') assert.equal(done.conclusion, 'failure', inputs.action);
    }
    assert.ok(!existsSync('/tmp/pipeline-was-here'));
    assert.equal(await world.liveVersion('staging'), live);
  });

  it('asks the reviewers of production first, whatever it is, and is not for a branch', async () => {
    let asked = 0;
    world.reviewers(() => {
      asked++;
      return false;
    });
    const { job, ran } = await operate('rollback', { environment: 'production' });
    assert.match(job.log, /was rejected/);
    assert.deepEqual([asked, ran], [1, []]);
    const branch = await start({ action: 'rollback', environment: 'production' }, 'try').result;
    assert.match(branch.job('rollback').log, /not allowed to deploy to production/);
    assert.equal(asked, 1);
  });

  it('that changes nothing is not kept waiting, nor is what cancels', async () => {
    // Holds the queue of the tier: a deploy that waits for its end is not over when the others are.
    const holder = world.site.queues.enter('deploy-nonproduction', {
      queue: 'max',
      cancelInProgress: false,
      cancel: () => {},
    });
    const waiting = start({ action: 'backup' });
    assert.equal((await operate('outputs', { stack: 'cdn' })).conclusion, 'success');
    const { job } = await operate('cancel');
    assert.match(job.log, /nothing|no update/i);
    waiting.cancel();
    holder.leave();
    await waiting.result;
  });

  it('is red where what it asks is not well: an API that does not answer', async () => {
    assert.equal((await operate('smoke-test')).conclusion, 'success');
    const nobody = await operate('smoke-test', { environment: 'development' });
    assert.equal(nobody.conclusion, 'failure');
    assert.match(nobody.job.log, /coalition-builder-development-api is not deployed/);
  });
});
