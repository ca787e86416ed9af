import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, startRun } from '../../scripts/simulators/github-actions/run.ts';
import { dispatched, makeWorld, pullRequest, pushed, type World } from './fixture.ts';

/** Everything that is run here is in the workflow files; only ci is given, for it is what runs this. */
const given = { ci: 'success' } as const;

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
/** What the simulated registry has pushed: named where a run is about something else, so that it need not be built again. */
const built = digest('a');
/** An image whose API does not answer (`rehearsed`). */
const broken = digest('e');

describe('a repository with an account: preview, review, deploy', function () {
  this.timeout(180_000);
  this.slow(60_000);
  let world: World;
  before(async function () {
    const made = await makeWorld();
    if (!made) return this.skip();
    world = made;
    await world.asAdministrator('deploy', 'account');
  });
  after(() => world?.[Symbol.asyncDispose]());

  const deploy = (sha: string, inputs?: Record<string, unknown>, branch?: string) =>
    startRun(world.site, 'deploy-lambda.yml', inputs || branch ? dispatched(sha, branch) : pushed(sha), {
      ...(inputs && { inputs }),
      given,
    });
  const results = async ({ result }: Run) => {
    const { jobs } = await result;
    return Object.fromEntries(jobs.map(({ name, result: ended }) => [name, ended]));
  };
  const green = async (run: Run) => {
    const done = await run.result;
    assert.equal(
      done.conclusion,
      'success',
      done.jobs.map(({ name, result, log }) => `${name} ${result}\n${log}`).join('\n'),
    );
    return done;
  };

  it('the first push goes from nothing to production, with images that are built once', async () => {
    const done = await green(deploy(world.first));
    const order = done.story.filter((line) => line.endsWith(': npm run deploy'));
    assert.deepEqual(order, [
      'development / deploy: npm run deploy',
      'staging / deploy: npm run deploy',
      'production / deploy: npm run deploy',
    ]);
    assert.ok(
      done.story.indexOf('production / plan success') < done.story.indexOf('production / deploy waits for production'),
    );
    assert.match(done.job('production / plan').summary, /Nobody has reviewed it/);
    assert.match(
      done.job('production / deploy').summary,
      /### production is deployed\n\n\| stack .*\| api \| created/s,
    );
    assert.equal(done.job('development / plan').result, 'skipped');
    // What pages load is there before the API that names it; it is kept for good, and not sent again to what has it.
    for (const environment of ['development', 'staging', 'production']) {
      const { log } = done.job(`${environment} / deploy`);
      assert.match(
        log,
        /assets .*\d+ of \d+ uploaded in s3:\/\/coalition-builder-static-[\s\S]*migrate …[\s\S]*Alias +LiveAlias/,
      );
    }
    // Only the job that may assume a role has its key, and none of it is said.
    assert.doesNotMatch(done.jobs.map(({ log }) => log).join('\n'), /simulated-coalition-builder/);
    const { log } = done.job('image / build');
    assert.equal(log.match(/ built\n/g)?.length, 2, log);
  });

  // gh workflow run deploy-lambda.yml --ref main
  it('started by hand without any input, it goes all the way; of the same commit, it builds and changes nothing', async () => {
    const done = await green(deploy(world.first, {}));
    for (const environment of ['development', 'staging'])
      assert.match(done.job(`${environment} / deploy`).summary, new RegExp(`### ${environment} is as it was`));
    assert.match(done.job('image / build').log, /is there already: nothing in it changed/);
    assert.match(done.job('production / plan').log, /production [0-9a-f]{12}: nothing to do/);
    assert.match(done.job('production / deploy').summary, /### production is as it was/);
  });

  let head: string;
  let previewRun: number;

  it('a pull request is previewed in every environment, in one comment, by a job without credentials', async () => {
    head = world.repository.commit(
      { 'environments/production.ts': (text) => text.replace(/memoryMB: \d+/, 'memoryMB: 1536') },
      'generate',
    );
    const run = startRun(world.site, 'preview.yml', pullRequest(head, world.first));
    const done = await green(run);
    previewRun = run.id;
    assert.equal(world.github.comments.length, 1);
    const body = world.github.comments[0]?.body ?? '';
    assert.match(body, /MemorySize/);
    assert.match(body, /\| \*\*staging\*\* \| nothing to do \|/);
    assert.match(body, new RegExp(`actions/runs/${run.id}`));
    assert.match(done.job('production').summary, /MemorySize/);
    assert.deepEqual(readdirSync(join(world.site.folder, 'artifacts', String(run.id))).sort(), [
      'plan-development',
      'plan-production',
      'plan-staging',
    ]);
    assert.equal(
      done.jobs.filter(({ name, result }) => name.endsWith('without AWS') && result !== 'skipped').length,
      0,
    );
  });

  it('merged, production gets exactly what was reviewed', async () => {
    world.github.pulls.set(head, { number: 7, head });
    world.github.runs.push({
      id: previewRun,
      head_sha: head,
      event: 'pull_request',
      conclusion: 'success',
      head_repository: { full_name: 'coalition/backend' },
    });
    const done = await green(deploy(head, { environment: 'production', 'image-digest': built }));
    assert.match(done.job('production / plan').log, /pull request 7, reviewed at .*: run \d+/);
    assert.match(done.job('production / plan').log, /production [0-9a-f]{12}: as reviewed/);
    assert.match(done.job('production / deploy').summary, /\| api \| updated \| \d/);
  });

  it('what nobody reviewed is asked for; refused, nothing of it is deployed', async () => {
    const other = world.repository.commit(
      { 'environments/production.ts': (text) => text.replace(/memoryMB: \d+/, 'memoryMB: 1792') },
      'generate',
    );
    let asked = 0;
    world.reviewers(() => {
      asked++;
      return false;
    });
    const inputs = { environment: 'production', 'image-digest': built };
    const refused = await deploy(other, inputs).result;
    assert.equal(asked, 1);
    assert.equal(refused.conclusion, 'failure');
    assert.match(refused.job('production / deploy').log, /was rejected/);
    assert.equal(refused.job('development').result, 'skipped');
    assert.equal(refused.job('image').result, 'skipped', 'what is named is not built');
    assert.match(refused.job('production / plan').summary, /Nobody has reviewed it/);

    world.reviewers(undefined);
    const unasked = await deploy(other, inputs).result;
    assert.equal(unasked.job('production / plan').result, 'failure');
    assert.equal(unasked.job('production / deploy').result, 'skipped');
    const hash = /-f approved-plan=([0-9a-f]{12})/.exec(unasked.job('production / plan').log)?.[1];
    await green(deploy(other, { ...inputs, 'approved-plan': hash }));
    world.reviewers(() => true);
  });

  it('an image that does not answer is taken back, the run is red, and the record says so', async () => {
    const inputs = { environment: 'development', 'image-digest': broken };
    const { conclusion, job } = await deploy(world.first, inputs).result;
    assert.equal(conclusion, 'failure');
    const { result, log, summary, steps } = job('development / deploy');
    assert.deepEqual([result, steps.find(({ name }) => name === 'npm run deploy')?.outcome], ['failure', 'failure']);
    const [, from, to] =
      /Version (\d+) of coalition-development was deployed and does not work, so version (\d+) is live again/.exec(
        log,
      ) ?? [];
    assert.ok(Number(from) > Number(to), log);
    assert.match(summary, /### The deploy to development failed\n\n> \[!CAUTION\]\n> Version \d+ .* is live again/);
    assert.equal(await world.liveVersion('development'), to);
    const { outcome, smokeTest, functionVersion, previousVersion } = await world.lastRecord('development');
    assert.deepEqual(
      { outcome, smokeTest, functionVersion, previousVersion },
      { outcome: 'rolled back', smokeTest: 'failed', functionVersion: to, previousVersion: to },
    );
    // The next deploy of what works puts its own version there.
    const mended = await green(deploy(world.first, { ...inputs, 'image-digest': built }));
    assert.match(mended.job('development / deploy').log, /the API answers/);
    assert.ok(Number(await world.liveVersion('development')) > Number(from));
  });

  it('production waits for nobody while GitHub does not say what was reviewed: the run ends, red', async () => {
    const inputs = { environment: 'production', 'image-digest': built };
    for (const [status, words] of [
      [502, /with 502: Bad Gateway\n {2}Run the job again/],
      [403, /with 403: .*\n {2}Grant the job the permission to read it/],
    ] as const) {
      // It is asked three times before that is believed; a refusal is believed at once.
      world.github.failures.push(...Array.from({ length: status === 502 ? 3 : 1 }, () => ({ method: 'GET', status })));
      const { job, story } = await deploy(world.first, inputs).result;
      assert.deepEqual([job('production / plan').result, job('production / deploy').result], ['failure', 'skipped']);
      assert.match(job('production / plan').log, words);
      assert.ok(!story.some((line) => line.includes('waits for production')), story.join('\n'));
    }
  });

  it('a dry run shows everything and changes nothing', async () => {
    const sha = world.repository.commit(
      { 'environments/staging.ts': (text) => text.replace(/memoryMB: \d+/, 'memoryMB: 640') },
      'generate',
    );
    const done = await green(deploy(sha, { 'dry-run': true }));
    assert.match(done.job('staging / plan').summary, /512 *\n.*640|MemorySize/s);
    for (const environment of ['development', 'staging', 'production'])
      assert.equal(done.job(`${environment} / deploy`).result, 'skipped');
    assert.equal(done.job('image').result, 'skipped');
  });

  it('a stack of its own is deployed by deploy-infrastructure, and only that', async () => {
    const sha = world.repository.commit(
      { 'environments/development.ts': (text) => text.replace(/burst: \d+/, 'burst: 55') },
      'generate',
    );
    const done = await green(infrastructure(sha, 'development', 'api'));
    assert.match(done.job('development / deploy').summary, /\| api \| updated/);
    assert.doesNotMatch(done.job('development / deploy').summary, /\| jobs \|/);
  });

  it('a failure in one environment ends the run before the next one', async () => {
    const sha = world.repository.commit({
      'templates/environments/staging/api.yaml': (text) => text.replace(/MemorySize: \d+/, 'MemorySize: 129'),
    });
    const done = await deploy(sha, { 'image-digest': built }).result;
    assert.equal(done.conclusion, 'failure');
    assert.equal(done.job('development / deploy').result, 'failure');
    assert.match(done.job('development / deploy').log, /templates\/ is not what generator/);
    assert.match(
      done.job('development / deploy').summary,
      /The deploy did not begin\n\n> \[!CAUTION\]\n> templates\/ is not what generator/,
    );
    assert.equal(done.job('staging').result, 'skipped');
    assert.equal(done.job('production').result, 'skipped');
    world.repository.commit({}, 'generate');
  });

  it('nothing is deployed where ci failed, from a branch, with a wrong digest, or without an account', async () => {
    const [failed, branch, wrong, bare] = await Promise.all([
      results(startRun(world.site, 'deploy-lambda.yml', pushed(world.first), { given: { ci: 'failure' } })),
      deploy(world.first, { environment: 'production', reason: 'urgent' }, 'try;$(id)').result,
      deploy(world.first, { 'image-digest': '$(id)' }).result,
      startRun(world.without('AWS_ACCOUNT_ID'), 'deploy-lambda.yml', pushed(world.first), { given }).result,
    ]);
    assert.deepEqual([failed.image, failed.development, failed.production], ['skipped', 'skipped', 'skipped']);

    assert.equal(branch.job('targets').result, 'failure');
    assert.match(branch.job('targets').log, /refs\/heads\/try;\$\(id\) is not deployed/);
    assert.equal(branch.job('production').result, 'skipped');

    assert.match(wrong.job('targets').log, /image-digest is "\$\(id\)"/);
    assert.equal(wrong.job('development').result, 'skipped');

    assert.equal(bare.conclusion, 'success');
    assert.match(bare.job('no account').notices[0] ?? '', /AWS_ACCOUNT_ID is not set/);
    assert.equal(bare.job('development').result, 'skipped');
  });

  it('an empty variable ends it before any credential', async () => {
    const site = world.without('AWS_REGION');
    const done = await startRun(site, 'deploy-lambda.yml', pushed(world.first), { given }).result;
    const { log, steps, result } = done.job('image / build');
    assert.equal(result, 'failure');
    assert.match(log, /AWS_REGION is not set; it has to be us-east-1/);
    assert.equal(steps.find(({ name }) => name.startsWith('aws-actions/'))?.outcome, 'skipped');
  });

  it('a secret of another environment ends it before anything is deployed with it', async () => {
    await world.tagSecret('development', 'production');
    const done = await deploy(world.first, { environment: 'development', 'image-digest': built }).result;
    const { steps, log } = done.job('development / deploy');
    assert.match(log, /is tagged Environment=production, not development/);
    assert.equal(steps.find(({ name }) => name === 'npm run deploy')?.outcome, 'skipped');
    await world.tagSecret('development', 'development');
  });

  it('words with signs of the shell stay words', async () => {
    const reason = '"; touch /tmp/pipeline-was-here; $(touch /tmp/pipeline-was-here) `id`';
    const run = deploy(world.first, { environment: 'development', 'dry-run': true, reason, 'approved-plan': '$(id)' });
    assert.ok(run.title.endsWith(reason));
    await run.result;
    assert.ok(!existsSync('/tmp/pipeline-was-here'));
  });

  const infrastructure = (sha: string, environment: string, stack: string) =>
    startRun(world.site, 'deploy-infrastructure.yml', dispatched(sha), { inputs: { environment, stack } });

  it('three at once take turns in a tier, and none is dropped', async () => {
    const runs = [1, 2, 3].map((each) =>
      infrastructure(world.first, each === 2 ? 'staging' : 'development', 'storage'),
    );
    for (const run of runs) await green(run);
  });

  it('a cancelled deploy ends what it runs, and says how far it came', async () => {
    const sha = world.repository.commit(
      { 'environments/development.ts': (text) => text.replace(/memoryMB: \d+/, 'memoryMB: 768') },
      'generate',
    );
    const run = infrastructure(sha, 'development', 'api');
    await run.says(/development · us-east-1/);
    run.cancel();
    const done = await run.result;
    assert.equal(done.conclusion, 'cancelled');
    const { result, steps } = done.job('development / deploy');
    assert.equal(result, 'cancelled');
    assert.equal(steps.at(-1)?.outcome, 'success', 'the summary is written all the same');
    // What was cancelled can be done again.
    await green(infrastructure(sha, 'development', 'api'));
  });

  it('a fork gets the part that needs no AWS, and is told so; Dependabot too', async () => {
    const comments = world.github.comments.length;
    const started = [{ from: 'mallory/backend', actor: 'mallory' }, { actor: 'dependabot[bot]' }].map((who, index) =>
      startRun(world.site, 'preview.yml', { ...pullRequest(head, world.first, who, 20 + index) }),
    );
    for (const done of await Promise.all(started.map(green))) {
      assert.match(done.job('production without AWS').summary, /MemorySize/);
      assert.match(done.job('production without AWS').notices[0] ?? '', /no credentials/);
      assert.equal(done.job('comment').result, 'skipped');
      assert.ok(!done.story.some((line) => line.includes('aws-actions/')));
    }
    assert.equal(world.github.comments.length, comments);
  });

  it('a preview that fails replaces what the comment said; GitHub busy or refusing is an error', async () => {
    const broken = world.repository.commit({
      'templates/environments/staging/api.yaml': (text) => text.replace(/MemorySize: \d+/, 'MemorySize: 130'),
    });
    const done = await startRun(world.site, 'preview.yml', pullRequest(broken, world.first)).result;
    assert.equal(done.job('staging').result, 'failure');
    assert.equal(done.job('comment').result, 'success');
    assert.match(world.github.comments[0]?.body ?? '', /the preview failed/);

    world.github.failures.push({ method: 'GET', status: 502 }, { method: 'PATCH', status: 403 });
    const refused = await startRun(world.site, 'preview.yml', pullRequest(broken, world.first)).result;
    assert.equal(refused.job('comment').result, 'failure');
    assert.match(refused.job('comment').log, /403.*Grant the job pull-requests: write/s);
    world.repository.commit({}, 'generate');
  });
});
