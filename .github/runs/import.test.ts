import assert from 'node:assert/strict';
import { type Script, startEcsSimulator, taskArn } from '../../scripts/run-import/testing/ecs-simulator.ts';
import { startRun } from '../../scripts/simulators/github-actions/run.ts';
import { dispatched, makeWorld, scheduled, type World } from './fixture.ts';

describe('a repository with an account: imports', function () {
  this.timeout(180_000);
  this.slow(60_000);
  let world: World;
  before(async function () {
    const made = await makeWorld();
    if (!made) return this.skip();
    world = made;
    await world.asAdministrator('deploy', 'account');
    const image = ['--importer-image', `sha256:${'a'.repeat(64)}`];
    for (const stack of ['network', 'database', 'geodata-import'])
      await world.asAdministrator('deploy', 'staging', '--stack', stack, ...(stack === 'geodata-import' ? image : []));
  });
  after(() => world?.[Symbol.asyncDispose]());

  async function play(script: Script, inputs: Record<string, unknown> = {}, cancelAt?: RegExp) {
    await using ecs = await startEcsSimulator(script);
    world.point('ECS', ecs.url);
    const run = startRun(world.site, 'tiger-import-on-demand.yml', dispatched(world.first), { inputs });
    if (cancelAt) await run.says(cancelAt).then(run.cancel);
    const done = await run.result;
    return { run, done, job: done.job('staging / import into staging'), requests: ecs.requests };
  }

  it('without any input goes to staging, and ends as the importer ends', async () => {
    const { run, done, job, requests } = await play({});
    assert.equal(done.conclusion, 'success', job.log);
    const { body } = requests[0] ?? assert.fail('nothing was asked of ECS');
    assert.equal(body.clientToken, `${run.id}-1`);
    assert.equal(body.startedBy, `github-run-${run.id}`);
    assert.match(JSON.stringify(body.overrides), /"--dataset","state,county,cd,sldu,sldl","--states","all"/);
    assert.deepEqual(job.outputs, { 'task-arn': taskArn, status: '0' });
    assert.match(job.summary, /### Import into staging: done/);
  });

  it('hands on each word as one word, and refuses what would be more', async () => {
    const asked = { states: 'CO,MN', year: '2024', source: 's3', 'dry-run': true };
    const fine = await play({}, asked);
    assert.match(JSON.stringify(fine.requests[0]?.body.overrides), /"CO,MN","--year","2024",.*"--dry-run"\]/);
    const { job, requests } = await play({}, { states: 'CO; id --force $(touch pwned) `id`' });
    assert.equal(job.result, 'failure');
    assert.match(job.log, /--states is "CO; id --force \$\(touch pwned\) `id`"/);
    assert.deepEqual(requests, []);
  });

  it('fails where the task never starts, or ends without a status, and says why', async () => {
    const stoppedReason = 'CannotPullContainerError: pull image manifest has been retried';
    for (const [step, words] of [
      [{ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart', stoppedReason }, /could not be started: CannotPull/],
      [{ lastStatus: 'STOPPED', stoppedReason: 'Host terminated' }, /ended without a status: Host terminated/],
      [{ lastStatus: 'STOPPED', container: { exitCode: 3 } }, /ended with 3/],
    ] as const) {
      const { done, job } = await play({ steps: [step] });
      assert.equal(done.conclusion, 'failure');
      assert.match(job.log, words);
    }
  });

  it('cancelled, stops the task on Fargate and waits until it has rolled back', async () => {
    const { done, job, requests } = await play({ steps: [{ lastStatus: 'RUNNING' }] }, {}, /^ {2}running$/m);
    assert.equal(done.conclusion, 'cancelled');
    assert.ok(requests.some(({ action, body }) => action === 'StopTask' && body.task === taskArn));
    assert.equal(job.steps.at(-1)?.name, 'Stop the task');
    assert.match(job.steps.at(-1)?.log ?? '', / {2}stopped/);
  });

  it('is not for a branch', async () => {
    const run = startRun(world.site, 'tiger-import-on-demand.yml', dispatched(world.first, 'try'), {
      inputs: { environment: 'production' },
    });
    assert.match(
      (await run.result).job('production / import into production').log,
      /not allowed to deploy to production/,
    );
  });

  it('runs monthly where a variable names the environments for it, and nowhere else', async () => {
    const off = await startRun(world.site, 'tiger-import-on-demand.yml', scheduled(world.first)).result;
    assert.deepEqual(
      off.jobs.map(({ result }) => result),
      ['skipped'],
    );
    await using ecs = await startEcsSimulator();
    world.point('ECS', ecs.url);
    const on = world.with({ TIGER_IMPORT_MONTHLY: '["staging"]' });
    const done = await startRun(on, 'tiger-import-on-demand.yml', scheduled(world.first)).result;
    assert.equal(done.conclusion, 'success', done.jobs[0]?.log);
    assert.equal(ecs.requests[0]?.action, 'RunTask');
  });
});
