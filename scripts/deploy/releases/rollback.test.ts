import assert from 'node:assert/strict';
import { recordRecycled, recyclable, recycle } from '../../operate/data/recycle.ts';
import { NotConfirmed } from '../../terminal/ask.ts';
import { Interrupted } from '../../terminal/command.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { deployEnvironment } from '../deploy-environment.ts';
import { DeployError } from '../errors.ts';
import { type ReleaseRecord, recordKeys, writeRecord } from '../release-record.ts';
import { bucket, environment, healthy, isImage, release, releasing } from '../releasing.ts';
import { listReleases } from './list.ts';
import { rollback } from './rollback.ts';

type Releasing = Awaited<ReturnType<typeof releasing>>;

/** An environment with a release for each digit, the last one live. */
async function released(digits: string, options: Parameters<typeof releasing>[0] = {}): Promise<Releasing> {
  const demo = await releasing(options);
  await demo.deployAccount();
  for (const digit of digits) await demo.deploy(release(digit));
  return demo;
}

const back = (demo: Releasing, releases: number, more: object = {}) =>
  rollback(demo.session, environment, { wanted: { releases }, ...more });

describe('a rollback', () => {
  it('makes an earlier release live, asks it, and records that; deploying again takes it back', async () => {
    const invoked: unknown[] = [];
    await using demo = await released('abc', { invoking: ({ event }) => void invoked.push(event.job) });
    const [before, changes] = [invoked.length, await demo.account.stacks()];
    const done = await back(demo, 2);
    assert.deepEqual([done.outcome, done.from, done.to, await demo.live()], ['rolled back', '3', '1', '1']);
    assert.match(demo.said(), /live of coalition-development: version 3 → 1\n {2}✓ the API answers/);
    assert.deepEqual([invoked.length, await demo.account.stacks()], [before, changes], 'nothing else is executed');

    const [record] = await demo.records();
    const [first] = await recordKeys(demo.session, bucket, 'development');
    assert.deepEqual(
      [record?.outcome, record?.functionVersion, record?.previousVersion, record?.smokeTest, record?.rollbackTo],
      ['live', '1', '3', 'passed', first],
    );
    assert.deepEqual([record?.images, record?.stacks], [{ lambda: `sha256:${'a'.repeat(64)}` }, []]);
    assert.match(done.record ?? '', /^s3:\/\/deployments-123456789012\/releases\/development\//);

    // The same commit again: its change set is empty, and the alias is where the template says.
    const again = await demo.deploy(release('c'));
    assert.deepEqual(
      again.stacks.map(({ outcome }) => outcome),
      ['unchanged', 'unchanged'],
    );
    assert.deepEqual(
      [again.version, again.previousVersion, again.smokeTest, await demo.live()],
      ['3', '1', 'passed', '3'],
    );
    assert.equal((await demo.records()).length, 5);
    // And back once more, over the record of a rollback.
    assert.equal((await back(demo, 1)).to, '2');
  });

  it('takes a commit or a moment', async () => {
    await using demo = await released('ab');
    const [, first] = await demo.records();
    await writeCommit(demo, first as ReleaseRecord, 'beef'.repeat(10));
    const to = (name: string, more: object = {}) =>
      rollback(demo.session, environment, { wanted: { to: name }, isDryRun: true, ...more });
    assert.equal((await to('beefbeef')).to, '1');
    assert.equal((await to(first?.at ?? '')).to, '1');
    assert.equal((await to((await demo.records())[0]?.at ?? '')).outcome, 'live already');
    for (const [name, message, remedy] of [
      ['cafe1234', /development has no release "cafe1234"/, /npm run releases -- development/],
      ['20', /has no release "20"|is more than one release/, /./],
      [
        first?.at.slice(0, 10) ?? '',
        /is more than one release of development:\n {2}version 2: --to 2/,
        /by its moment/,
      ],
    ] as const) {
      await assert.rejects(to(name), { exitCode: exitCode.usage, message, remedy });
    }
    assert.equal(await demo.live(), '2');
  });

  it('shows what it would do, and does nothing', async () => {
    await using demo = await released('ab');
    const { outcome, to } = await back(demo, 1, { isDryRun: true });
    assert.deepEqual([outcome, to, await demo.live(), (await demo.records()).length], ['dry run', '1', '2', 2]);
    assert.match(demo.said(), /version 2 is live; wanted is version 1, commit [0-9a-f]{12}, released 20/);
    assert.match(demo.said(), /its version and its image are there\n {4}nothing was migrated since/);
  });

  it('moves nothing that is not confirmed', async () => {
    await using demo = await released('ab');
    const confirm = () => Promise.reject(new NotConfirmed('"no" is not production.', 'x'));
    await assert.rejects(back(demo, 1, { confirm }), { exitCode: exitCode.stoppedByGuard });
    assert.equal(await demo.live(), '2');
  });

  it('moves back where the API answers 500 or a page', async () => {
    for (const answer of [
      { status: 500, body: '{"message":"Internal"}' },
      { status: 200, body: '<!doctype html><title>Welcome</title>' },
    ]) {
      let isOld = false;
      await using demo = await released('ab', {
        serving: ({ imageUri }) => (isOld && isImage(imageUri, 'a') ? answer : healthy),
      });
      isOld = true;
      await assert.rejects(back(demo, 1), {
        exitCode: exitCode.rolledBack,
        message:
          /^Version 1 of coalition-development does not work, so version 2 is live again, as before: .*(answers 500|does not say "healthy")/,
      });
      const [record] = await demo.records();
      assert.deepEqual(
        [await demo.live(), record?.outcome, record?.functionVersion, record?.smokeTest],
        ['2', 'rolled back', '2', 'failed'],
      );
      // What did not answer is passed over by whoever counts from a later one.
      isOld = false;
      assert.equal((await back(demo, 1)).to, '1');
    }
  });

  it('that is interrupted while the API is asked says what is live, and proves nothing', async () => {
    const interruption = new AbortController();
    let isOld = false;
    await using demo = await released('ab', {
      serving() {
        if (isOld) interruption.abort(new Interrupted());
        return isOld ? { status: 503, body: '' } : healthy;
      },
    });
    isOld = true;
    const session = { ...demo.session, signal: interruption.signal };
    await assert.rejects(rollback(session, environment, { wanted: { releases: 1 } }));
    assert.match(demo.said(), /Version 1 is live, and has not said whether it works\./);
    const [record] = await demo.records();
    assert.deepEqual([await demo.live(), record?.outcome, record?.smokeTest], ['1', 'failed', undefined]);
  });

  it('needs a person where neither release answers', async () => {
    let isDown = false;
    await using demo = await released('ab', { serving: () => (isDown ? { status: 502, body: 'x' } : healthy) });
    isDown = true;
    await assert.rejects(back(demo, 1), {
      exitCode: exitCode.needsHuman,
      message: /Version 2, which is live again, does not answer either/,
    });
    assert.equal(await demo.live(), '2');
  });

  it('counts versions of the same release once, as a rotated secret makes them', async () => {
    await using demo = await released('ab');
    const recycled = async () => {
      const live = await recyclable(demo.session, environment);
      await recordRecycled(demo.session, environment, live, await recycle(demo.session, environment, live));
    };
    await recycled();
    await recycled();
    assert.equal(await demo.live(), '4');
    const { releases } = await listReleases(demo.session, environment, 10);
    assert.deepEqual(
      releases.map(({ version, isLive, back }) => [version, isLive, back]),
      [
        ['4', true, undefined],
        ['3', false, undefined],
        ['2', false, undefined],
        ['1', false, 1],
      ],
    );
    assert.equal((await back(demo, 1)).to, '1');
    await assert.rejects(back(demo, 1), { exitCode: exitCode.usage });
  });

  it('passes over what never worked', async () => {
    await using demo = await released('a', {
      serving: ({ imageUri }) => (isImage(imageUri, 'b') ? { status: 500, body: '' } : healthy),
    });
    await assert.rejects(demo.deploy(release('b')), { exitCode: exitCode.rolledBack });
    await demo.deploy(release('c'));
    assert.equal((await back(demo, 1, { isDryRun: true })).to, '1');
    const [, failed] = await demo.records();
    await assert.rejects(rollback(demo.session, environment, { wanted: { to: failed?.at ?? '' } }), {
      exitCode: exitCode.usage,
      message: /was never live and answering/,
    });
  });
});

describe('versions too old to go back to', () => {
  const few = { ...environment, account: { ...environment.account, releases: { versionsKept: 2, imagesKept: 6 } } };
  const deploy = (demo: Releasing, digit: string) =>
    deployEnvironment(demo.session, { name: 'development', environment: few, stacks: release(digit) });

  it('go, when a release has answered', async () => {
    await using demo = await released('ab');
    await deploy(demo, 'c');
    assert.match(demo.said(), /2 versions are kept; deleted 1$/);
    await assert.rejects(back(demo, 2), { exitCode: exitCode.needsHuman, message: /has no version 1 any more/ });
    assert.equal((await back(demo, 1)).to, '2');
  });

  it('spoil no release where they cannot', async () => {
    await using demo = await released('ab', { refusals: { test: ['DeleteFunction'] } });
    assert.equal((await deploy(demo, 'c')).smokeTest, 'passed');
    assert.match(demo.said(), /Old versions of coalition-development stay: AWS denies lambda:DeleteFunction/);
  });
});

describe('a rollback: bad input', () => {
  it('more releases than there are, and none yet', async () => {
    await using demo = await releasing();
    await demo.deployAccount();
    await assert.rejects(back(demo, 1), {
      exitCode: exitCode.usage,
      message:
        /coalition-builder-development-api is not deployed in us-east-1 of the account 123456789012, in which these credentials are arn:aws:iam::123456789012:user\/test/,
      remedy: /AWS_PROFILE.*npm run deploy -- development/,
    });
    await demo.deploy(release('a'));
    await assert.rejects(back(demo, 1), {
      exitCode: exitCode.usage,
      message: /development has no release to go back to/,
    });
    await demo.deploy(release('b'));
    await assert.rejects(back(demo, 2), {
      exitCode: exitCode.usage,
      message: /development has only 1 release to go back to: version 2 is live/,
      remedy: /npm run releases -- development/,
    });
    assert.equal(await demo.live(), '2');
  });

  it('an account without a bucket of records', async () => {
    await using demo = await releasing();
    await demo.deploy(release('a'));
    await assert.rejects(back(demo, 1), { exitCode: exitCode.usage, remedy: /npm run deploy -- account/ });
  });

  it('a release whose image is gone', async () => {
    await using demo = await released('ab', { storing: ({ digest }) => !digest.endsWith('a') });
    await assert.rejects(back(demo, 1), {
      exitCode: exitCode.needsHuman,
      message:
        /^The image of version 1, sha256:a{64}, is not in coalition-builder-lambda any more; nothing was moved\.$/,
      remedy: /git checkout [0-9a-f]{12}, npm run image, npm run deploy -- development/,
    });
    assert.equal(await demo.live(), '2');
  });

  it('a release whose version is gone, or is another one', async () => {
    await using demo = await released('ab');
    const [, first] = await demo.records();
    await rewrite(demo, { ...(first as ReleaseRecord), images: { lambda: `sha256:${'9'.repeat(64)}` } });
    await assert.rejects(back(demo, 1), {
      exitCode: exitCode.needsHuman,
      message: /runs sha256:a{64}, and the record .* says sha256:9{64}/,
    });
    await rewrite(demo, { ...(first as ReleaseRecord), functionVersion: '0' });
    await assert.rejects(back(demo, 1), {
      exitCode: exitCode.needsHuman,
      message: /coalition-development has no version 0 any more; nothing was moved/,
    });
    assert.equal(await demo.live(), '2');
  });

  it('an alias that somebody moves meanwhile, and one that somebody moved before', async () => {
    await using demo = await released('abc');
    const lambda = await demo.session.lambda();
    const elsewhere = (FunctionVersion: string) =>
      lambda.updateAlias({ FunctionName: 'coalition-development', Name: 'live', FunctionVersion });
    await assert.rejects(back(demo, 1, { confirm: () => elsewhere('1') }), {
      exitCode: exitCode.busy,
      message: /Somebody else has just moved live of coalition-development; it was left where they put it/,
    });
    assert.equal(await demo.live(), '1');
    // One back is counted from what is live, whoever made it so.
    await elsewhere('2');
    assert.equal((await back(demo, 1)).to, '1');
  });

  it('a record of another version', async () => {
    await using demo = await released('abc');
    const [, second] = await demo.records();
    const key = await rewrite(demo, { ...(second as ReleaseRecord), version: 2 as 1 });
    await assert.rejects(back(demo, 2), {
      exitCode: exitCode.needsHuman,
      message: new RegExp(`cannot be counted: s3://${bucket}/${key} is no release record of version 1`),
      remedy: /check out that version\.\nOr say which one it is to be: --to/,
    });
    // Named, it is found; but what was migrated in between is not known.
    const [, , first] = (await recordKeys(demo.session, bucket, 'development')).toReversed();
    const at = /releases\/development\/(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d+)Z/.exec(first ?? '')?.slice(1) ?? [];
    await assert.rejects(
      rollback(demo.session, environment, { wanted: { to: `${at[0]}:${at[1]}:${at[2]}.${at[3]}Z` } }),
      { exitCode: exitCode.needsHuman, message: /What was migrated since is not known/ },
    );
    assert.equal(await demo.live(), '3');
  });

  it('a deploy that is running', async () => {
    await using demo = await released('ab', { stepMs: 40 });
    const running = demo.deploy(release('c'));
    const isRunning = async () => (await demo.account.stacks()).some((stack) => /-api UPDATE_IN_PROGRESS/.test(stack));
    while (!(await isRunning())) await new Promise((resolve) => setTimeout(resolve, 5));
    await assert.rejects(back(demo, 1), {
      exitCode: exitCode.busy,
      message: /coalition-builder-development-api is in UPDATE_IN_PROGRESS: a deploy is running/,
    });
    await running;
  });

  it('a call that is denied', async () => {
    for (const call of ['GetFunction', 'DescribeImages', 'UpdateAlias'] as const) {
      const refused: string[] = [];
      await using demo = await released('ab', { refusals: { test: refused } });
      refused.push(call);
      await assert.rejects(back(demo, 1), {
        exitCode: exitCode.failed,
        message: /^AWS denies (lambda|ecr):\w+: User: /,
      });
      assert.equal(await demo.live(), '2');
    }
    const refused: string[] = [];
    await using demo = await released('ab', { refusals: { test: refused } });
    refused.push('PutObject');
    await assert.rejects(back(demo, 1), {
      exitCode: exitCode.partlyDone,
      message: /^Version 1 is live in development and answers, and there is no record of it: AWS denies s3:PutObject/,
    });
    assert.equal(await demo.live(), '1');
  });

  it('a migration since then that takes something away', async () => {
    const applied = [
      ['0001_campaign.sql'],
      ['0019_outbox.sql', '0018_endorsement_workflow.sql', '9999_of_another_checkout.sql'],
    ];
    await using demo = await released('ab', {
      invoking: ({ event }) => (event.job === 'migrate' ? { applied: applied.shift() ?? [] } : {}),
    });
    await assert.rejects(back(demo, 1), (error) => {
      assert.ok(error instanceof DeployError);
      assert.equal(error.exitCode, exitCode.stoppedByGuard);
      assert.match(
        error.message,
        /ways that it may not bear; nothing was moved:\n {2}0018_endorsement_workflow\.sql\n {4}alter table endorsement drop column verification_token/,
      );
      assert.match(error.message, /9999_of_another_checkout\.sql\n {4}is not in this checkout/);
      assert.doesNotMatch(error.message, /0019_outbox/);
      return true;
    });
    assert.equal(await demo.live(), '2');
    const { migrations } = await back(demo, 1, { acceptsMigrations: true });
    assert.deepEqual(migrations.map(({ name }) => name).length, 3);
    assert.match(demo.said(), /migrated since, and staying: 0019_outbox\.sql, 0018_endorsement_workflow\.sql, 9999/);
    // It was seen to work with them: from now on they are no obstacle.
    await demo.deploy(release('b'));
    assert.deepEqual((await back(demo, 1)).migrations, []);
  });
});

/** Puts another record where the one of that moment is. @returns its key */
async function rewrite(demo: Releasing, record: ReleaseRecord): Promise<string> {
  const keys = await recordKeys(demo.session, bucket, 'development');
  const key = keys.find((own) => own.includes(record.at.replace(/[:.]/g, '-'))) ?? '';
  const s3 = await demo.session.s3();
  await s3.putObject({ Bucket: bucket, Key: key, Body: JSON.stringify(record) });
  return key;
}

async function writeCommit(demo: Releasing, record: ReleaseRecord, commit: string): Promise<void> {
  const s3 = await demo.session.s3();
  const keys = await recordKeys(demo.session, bucket, 'development');
  await s3.deleteObject({
    Bucket: bucket,
    Key: keys.find((key) => key.includes(record.at.replace(/[:.]/g, '-'))) ?? '',
  });
  await writeRecord(demo.session, bucket, { ...record, commit });
}
