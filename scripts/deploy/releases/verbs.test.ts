import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assertOneError, copyOfProject, type Project } from '../fixture.ts';
import { recordKeys } from '../release-record.ts';
import { bucket, healthy, isImage, release, releasing } from '../releasing.ts';

describe('releases, rollback, status and outputs, as they are typed', function () {
  this.timeout(60_000);
  let project: Project;
  before(() => {
    project = copyOfProject();
  });
  after(() => project[Symbol.dispose]());

  it('lists, goes back, says so, and repairs', async () => {
    await using demo = await releasing();
    const type = (verb: string, ...args: string[]) =>
      project.run(verb, ['development', ...args], { ...demo.account.variables, GITHUB_ACTOR: 'ada' });
    await demo.deployAccount();
    const none = await type('releases');
    assert.deepEqual([none.code, none.stderr], [0, '']);
    assert.match(none.stdout, /Nothing was recorded yet\. The first deploy is: npm run deploy -- development/);
    for (const digit of 'ab') await demo.deploy(release(digit));

    const back = await type('rollback', '--json');
    assert.equal(back.code, 0, back.stderr);
    const told = JSON.parse(back.stdout);
    assert.deepEqual([told.environment, told.outcome, told.from, told.to], ['development', 'rolled back', '2', '1']);
    assert.match(back.stderr, /✓ version 1 is live again\n {2}recorded as s3:/);

    const [listed, status] = await Promise.all([type('releases', '--limit', '2'), type('status', '--exit-code')]);
    assert.match(
      listed.stdout,
      /^development · us-east-1 · at http.*\n {2}back {2}released .*\n {2}live .* version 1 .* rollback +ada\n/,
    );
    assert.match(listed.stdout, /version 2 +deploy.*\n {2}Earlier ones: --limit\n$/);
    assert.equal(status.code, 10, status.stdout + status.stderr);
    assert.match(status.stdout, /network +not deployed\n/);
    assert.match(status.stdout, /api +UPDATE_COMPLETE/);
    assert.match(
      status.stdout,
      /version 1 is live, and version 2 was deployed: npm run deploy -- development makes that live/,
    );
    assert.match(status.stdout, /last rollback 2\d\d\d-\d\d-\d\d \d\d:\d\d UTC, commit [0-9a-f]{12} by ada/);

    await demo.deploy(release('b'));
    const { releases, live } = JSON.parse((await type('releases', '--json')).stdout);
    assert.equal(live, '2');
    assert.deepEqual(
      releases.map((own: Record<string, unknown>) => [own.version, own.isLive, own.back]),
      [
        ['2', true, undefined],
        ['1', false, 1],
        ['2', false, undefined],
        ['1', false, undefined],
      ],
    );
    const [told0] = JSON.parse((await type('status', '--json')).stdout);
    assert.deepEqual(
      [told0.versions, told0.account, told0.unknown],
      [{ live: '2', intended: '2', isAsMeant: true }, '123456789012', []],
    );
  });

  it('answer --help', async () => {
    await Promise.all(
      ['releases', 'rollback', 'status', 'outputs'].map(async (verb) => {
        const { code, stdout } = await project.run(verb, ['--help']);
        assert.equal(code, 0);
        assert.match(stdout, new RegExp(`^${verb}: .*\n\nUsage: npm run ${verb} -- [<[]environment`));
      }),
    );
  });

  it('asks before production, and takes --yes', async () => {
    await using demo = await releasing({}, 'production');
    await demo.deployAccount();
    for (const digit of 'ab') await demo.deploy(release(digit, { of: 'production' }));
    const type = (...args: string[]) => project.run('rollback', ['production', ...args], demo.account.variables);
    assertOneError(
      await type(),
      4,
      /It has to be confirmed, and there is no terminal/,
      /Nothing was changed\. --yes says it/,
    );
    const dry = await type('--dry-run');
    assert.deepEqual([dry.code, await demo.live()], [0, '2']);
    assert.match(dry.stdout, /✓ Version 1 could be made live\. Nothing was changed\./);
    assert.equal((await type('--yes')).code, 0);
    assert.equal(await demo.live(), '1');
  });

  it('ends with 6 where what it went back to does not answer', async () => {
    let isOld = false;
    await using demo = await releasing({
      serving: ({ imageUri }) => (isOld && isImage(imageUri, 'a') ? { status: 500, body: '<h1>no</h1>' } : healthy),
    });
    await demo.deployAccount();
    for (const digit of 'ab') await demo.deploy(release(digit));
    isOld = true;
    const ended = await project.run('rollback', ['development', '--json'], demo.account.variables);
    assert.equal(ended.code, 6);
    assert.match(JSON.parse(ended.stdout).failed, /version 2 is live again, as before/);
  });

  it('prints outputs for people, for scripts and for steps of a workflow', async () => {
    await using demo = await releasing();
    const type = (args: readonly string[], variables = {}) =>
      project.run('outputs', ['development', ...args], { ...demo.account.variables, ...variables });
    assertOneError(
      await type([]),
      2,
      /development is not deployed in us-east-1 of the account 123456789012/,
      /npm run deploy -- development/,
    );
    await demo.deploy(release('a'));
    project.write('output', '');
    const [{ stdout }, all, json, unknown, elsewhere, step] = await Promise.all([
      type(['--stack', 'api', '--output', 'Url']),
      type([]),
      type(['--json']),
      type(['-o', 'Uri']),
      type(['--github']),
      type(['--github'], { GITHUB_OUTPUT: 'output' }),
    ]);
    assert.match(stdout, /^https:\/\/\S+\.execute-api\.us-east-1\.amazonaws\.com\/development\n$/);
    assert.equal(all.stdout, `api  Url  ${stdout}`);
    assert.deepEqual(JSON.parse(json.stdout), { jobs: {}, api: { Url: stdout.trim() } });
    assertOneError(unknown, 2, /There is no output "Uri"\./, /There are api Url\./);
    assertOneError(elsewhere, 2, /GITHUB_OUTPUT is not set/, /leave out --github/);
    assert.equal(step.code, 0, step.stderr);
    assert.equal(project.read('output'), `api_Url=${stdout}`);
  });

  it('lists what it can where a record is of another version', async () => {
    await using demo = await releasing();
    await demo.deployAccount();
    for (const digit of 'ab') await demo.deploy(release(digit));
    const [first = ''] = await recordKeys(demo.session, bucket, 'development');
    await (await demo.session.s3()).putObject({ Bucket: bucket, Key: first, Body: '{"version": 7}' });
    const ended = await project.run('releases', ['development'], demo.account.variables);
    assert.match(ended.stdout, /live .* version 2/);
    assert.match(ended.stdout, /releases\/development\/.*\.json .* not readable here/);
    assertOneError(
      ended,
      3,
      /Not every release is told: s3:.* is no release record of version 1/,
      /check out that version/,
    );
  });
});

describe('releases, rollback, status and outputs: bad input', function () {
  this.timeout(60_000);
  let project: Project;
  before(() => {
    project = copyOfProject();
  });
  after(() => project[Symbol.dispose]());
  const verbs = ['releases', 'rollback', 'status', 'outputs'];

  it('words that they do not take', async () => {
    const wrong = [
      ['rollback', ['prod'], /There is no environment "prod"/],
      ['rollback', ['staging', '--releases', '0'], /--releases is "0"; it takes 1 to 100/],
      ['rollback', ['staging', '--releases', '1', '--to', 'abcd'], /both say which release/],
      ['releases', ['staging', '--limit', 'x'], /--limit is "x"; it takes 1 to 199/],
      ['outputs', ['staging', '--stack', 'apii'], /staging has no stack "apii"/],
      ['status', ['stagin'], /There is no environment "stagin"/],
    ] as const;
    await Promise.all(
      wrong.map(async ([verb, args, what]) => assertOneError(await project.run(verb, args), 2, what, /\S/)),
    );
  });

  it('no credentials, expired ones, and ones that may nothing', async () => {
    await using demo = await releasing();
    const as = (verb: string, AWS_ACCESS_KEY_ID: string | undefined) =>
      project.run(verb, ['development'], { ...demo.account.variables, AWS_ACCESS_KEY_ID });
    await Promise.all([
      as('rollback', undefined).then((ended) =>
        assertOneError(ended, 2, /No AWS credentials could be loaded/, /Set AWS_PROFILE/),
      ),
      as('rollback', 'expired').then((ended) =>
        assertOneError(ended, 2, /The AWS credentials have expired/, /Sign in again/),
      ),
      ...verbs.map(async (verb) =>
        assertOneError(await as(verb, 'denied'), 1, /AWS denies \w+:\w+: User: /, /Use credentials that may/),
      ),
    ]);
  });

  it('an endpoint that is something else, and none', async () => {
    const server = createServer((_, response) => response.writeHead(200).end('<html>Welcome</html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await Promise.all(
      verbs.map(async (verb) => {
        const ended = await project.run(verb, ['development'], { AWS_ENDPOINT_URL: url });
        assertOneError(ended, 1, /What answers at http:\/\/127\.0\.0\.1:\d+ is not \w+/, /Check AWS_ENDPOINT_URL/);
      }),
    );
    server.close();
    assertOneError(
      await project.run('rollback', ['development']),
      1,
      /does not answer \(connection refused\)/,
      /AWS_ENDPOINT_URL/,
    );
  });

  it('another region, and another account', async () => {
    await using empty = await releasing();
    using moved = copyOfProject();
    moved.edit('environments/account.ts', (text) => text.replace("'us-east-1'", "'eu-west-1'"));
    assertOneError(
      await moved.run('rollback', ['staging'], empty.account.variables),
      2,
      /coalition-builder-staging-api is not deployed in eu-west-1 of the account 123456789012/,
      /the region is that of environments\/account\.ts/,
    );
    using other = copyOfProject();
    other.edit('environments/account.ts', (text) =>
      text.replace("region: 'us-east-1',", "region: 'us-east-1',\n  id: '999999999999',"),
    );
    assert.equal((await other.run('generate', [])).code, 0);
    await Promise.all(
      verbs.map(async (verb) =>
        assertOneError(
          await other.run(verb, ['staging'], empty.account.variables),
          2,
          /These credentials are arn:aws:iam::123456789012:user\/test, of the account 123456789012; environments\/account\.ts says 999999999999/,
          /AWS_PROFILE/,
        ),
      ),
    );
  });
});
