import assert from 'node:assert/strict';
import type { CompiledStack } from '../../generator/compile.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { deploymentsBucket } from './deployments-bucket.ts';
import { DeployError } from './errors.ts';
import { recordKeys } from './release-record.ts';
import { bucket, healthy, isImage, release, releasing } from './releasing.ts';

describe('a release', () => {
  it('runs its migrations when jobs has its image, and before the API does', async () => {
    const seen: string[] = [];
    const invoked: unknown[] = [];
    await using demo = await releasing({
      failing({ stackName, logicalId }) {
        if (logicalId === 'Function') seen.push(stackName);
        return undefined;
      },
      invoking({ functionName, imageUri, event }) {
        seen.push(`${functionName} ${event.job} ${imageUri.at(-1)}`);
        invoked.push(event);
        return event.job === 'migrate' ? { database: 'development', applied: ['0001_first', '0002_second'] } : {};
      },
    });
    const { migrations, version, smokeTest } = await demo.deploy(release('a'));
    assert.deepEqual(seen, [
      'coalition-builder-development-jobs',
      'coalition-development-jobs db-bootstrap a',
      'coalition-development-jobs migrate a',
      'coalition-builder-development-api',
    ]);
    assert.deepEqual([migrations, version, smokeTest], [['0001_first', '0002_second'], '1', 'passed']);
    assert.match(demo.said(), /migrated {2}0001_first, 0002_second/);
    assert.match(demo.said(), /✓ the API answers/);

    const again = await demo.deploy(release('a'));
    assert.deepEqual([invoked.length, again.migrations], [2, undefined], 'nothing changes, so that nothing migrates');
  });

  it('stops before the API where a migration fails, says of what, and goes on from there the next time', async () => {
    let isBroken = true;
    await using demo = await releasing({
      invoking({ event }) {
        if (event.job === 'migrate' && isBroken) throw new Error('relation "supporters" already exists');
        return { applied: [] };
      },
    });
    await assert.rejects(demo.deploy(release('a')), (error) => {
      assert.ok(error instanceof DeployError);
      assert.equal(error.exitCode, exitCode.partlyDone);
      assert.match(
        error.message,
        /^The job migrate of coalition-development-jobs failed: Error: relation "supporters" already exists\n(.*\n)*Deployed: coalition-builder-development-jobs\.$/,
      );
      assert.match(error.remedy, /npm run logs -- development --jobs --since 15m/);
      return true;
    });
    assert.deepEqual(await demo.account.stacks(), ['coalition-builder-development-jobs CREATE_COMPLETE']);
    isBroken = false;
    const { stacks } = await demo.deploy(release('a'));
    assert.deepEqual(
      stacks.map(({ outcome }) => outcome),
      ['unchanged', 'created'],
    );
  });

  it('puts the version of before back where the new one does not answer, and records that', async () => {
    let works = false;
    await using demo = await releasing({
      serving: ({ imageUri }) =>
        isImage(imageUri, 'b') && !works ? { status: 500, body: '<h1>\u001b[31mOops</h1>' } : healthy,
    });
    await demo.deployAccount();
    await demo.deploy(release('a'));
    await assert.rejects(demo.deploy(release('b')), {
      exitCode: exitCode.rolledBack,
      message:
        /^Version 2 of coalition-development was deployed and does not work, so version 1 is live again: https:.* answers 500: <h1> \[31mOops<\/h1>, asked 3 times\./,
      remedy: /Migrations stay; they only add\./,
    });
    assert.equal(await demo.live(), '1');
    const [latest, first] = await demo.records();
    assert.deepEqual(
      [latest?.outcome, latest?.functionVersion, latest?.smokeTest, first?.outcome, first?.functionVersion],
      ['rolled back', '1', 'failed', 'live', '1'],
    );

    // The same commit again: CloudFormation finds nothing to do, and yet there is something.
    works = true;
    const again = await demo.deploy(release('b'));
    assert.deepEqual([again.version, again.previousVersion, await demo.live()], ['2', '1', '2']);
    assert.match(demo.said(), /live of coalition-development: version 1 → 2/);
    assert.equal((await demo.records()).length, 3);
  });

  it('needs a person where the first release does not answer', async () => {
    await using demo = await releasing({ serving: () => ({ status: 503, body: '' }) });
    await assert.rejects(demo.deploy(release('a')), {
      exitCode: exitCode.needsHuman,
      message: /there is no other to go back to: .* answers 503, asked 3 times/,
    });
  });

  it('needs a person where the version of before does not answer either', async () => {
    let isDown = false;
    await using demo = await releasing({ serving: () => (isDown ? { status: 502, body: 'x' } : healthy) });
    await demo.deploy(release('a'));
    isDown = true;
    await assert.rejects(demo.deploy(release('b')), {
      exitCode: exitCode.needsHuman,
      message: /Version 1, which is live again, does not answer either/,
    });
    assert.equal(await demo.live(), '1');
  });

  it('asks what an interrupted deploy left, although nothing changes', async () => {
    let isDown = false;
    await using demo = await releasing({ serving: () => (isDown ? { status: 502, body: 'x' } : healthy) });
    await demo.deployAccount();
    await demo.deploy(release('a'));
    // As if it had ended between the stack and the question: the version is live, and no record names it.
    const interrupted = await demo.session.s3();
    for (const key of await recordKeys(demo.session, bucket, 'development')) {
      await interrupted.putObject({ Bucket: bucket, Key: key, Body: JSON.stringify({ version: 1 }) });
    }
    await assert.rejects(demo.deploy(release('a')), { message: /is no release record of version 1/ });
    for (const key of await recordKeys(demo.session, bucket, 'development')) {
      await interrupted.deleteObject({ Bucket: bucket, Key: key });
    }
    assert.equal((await demo.deploy(release('a'))).smokeTest, 'passed');
    assert.equal((await demo.deploy(release('a'))).smokeTest, undefined);
    isDown = true;
    assert.equal((await demo.deploy(release('a'))).smokeTest, undefined, 'it has answered once');
  });

  it('leaves the alias where somebody else has just put it', async () => {
    await using demo = await releasing({
      serving({ version }) {
        if (version === '2')
          demo.account.tamper('coalition-builder-development-api', 'LiveAlias', { Description: 'x' });
        return version === '2' ? { status: 500, body: 'x' } : healthy;
      },
    });
    await demo.deploy(release('a'));
    await assert.rejects(demo.deploy(release('b')), {
      exitCode: exitCode.busy,
      message: /Somebody else has just moved live of coalition-development/,
    });
    assert.equal(await demo.live(), '2');
  });

  it('is refused where the jobs have another image', async () => {
    await using demo = await releasing();
    const api = (stacks: readonly CompiledStack[]) => stacks.filter(({ stack }) => stack === 'api');
    await assert.rejects(demo.deploy(api(release('a'))), {
      exitCode: exitCode.usage,
      message: /coalition-builder-development-jobs is not deployed: its migrations have not run\.$/,
    });
    await demo.deploy(release('a'));
    await assert.rejects(demo.deploy(api(release('b'))), {
      exitCode: exitCode.usage,
      message: /would run the image sha256:b{64}, and .*-jobs runs sha256:a{64}/,
    });
    assert.equal(await demo.live(), '1');
  });

  it('says one thing where a call of it is denied', async () => {
    for (const [call, code, what] of [
      ['InvokeFunction', exitCode.partlyDone, /AWS denies lambda:Invoke/],
      ['GetAlias', exitCode.partlyDone, /AWS denies lambda:GetAlias/],
      [
        'PutObject',
        exitCode.partlyDone,
        /^development is deployed, and there is no record of it: AWS denies s3:PutObject/,
      ],
    ] as const) {
      await using demo = await releasing({ refusals: { test: [call] } });
      // The account's own record is denied too.
      await demo.deployAccount().catch(() => {});
      await assert.rejects(demo.deploy(release('a')), { exitCode: code, message: what });
    }
  });
});

describe('a release record', () => {
  it('has everything that it takes to do the same again', async () => {
    await using demo = await releasing({ invoking: () => ({ applied: ['0001_first'] }) });
    await demo.deployAccount();
    assert.equal(await deploymentsBucket(demo.session), bucket);
    const stacks = release('a');
    const { record, planHash } = await demo.deploy(stacks);
    assert.match(
      record ?? '',
      /^s3:\/\/deployments-123456789012\/releases\/development\/\d{4}-\d\d-\d\dT[\d-]+Z-\w+\.json$/,
    );
    const [only, ...others] = await demo.records();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [only?.planHash, only?.images, only?.functionVersion, only?.migrations],
      [planHash, { lambda: `sha256:${'a'.repeat(64)}` }, '1', ['0001_first']],
    );
    assert.deepEqual(
      only?.stacks.map(({ stack, outcome, template }) => [stack, outcome, template]),
      stacks.map(({ stack, body }) => [stack, 'created', body]),
    );
    assert.match(only?.commit ?? '', /^[0-9a-f]{40}$/);
  });

  it('is not written where nothing was done', async () => {
    await using demo = await releasing();
    await demo.deployAccount();
    await demo.deploy(release('a'));
    assert.equal((await demo.deploy(release('a'))).record, undefined);
    assert.equal((await demo.records()).length, 1);
  });

  it('is missed aloud where there is no bucket', async () => {
    await using demo = await releasing();
    assert.equal((await demo.deploy(release('a'))).record, undefined);
    assert.match(demo.said(), /no release record, for the account is not deployed: npm run deploy -- account/);
  });

  it('names what was deployed before a failure', async () => {
    await using demo = await releasing({
      failing: ({ stackName }) => (stackName.endsWith('-api') ? 'No capacity' : undefined),
    });
    await demo.deployAccount();
    await assert.rejects(demo.deploy(release('a')), { exitCode: exitCode.rolledBack });
    const [only] = await demo.records();
    assert.deepEqual([only?.outcome, only?.stacks.map(({ stack }) => stack)], ['failed', ['jobs']]);
  });
});
