import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { CompiledStack } from '../../../generator/compile.ts';
import type { SimulatorOptions } from '../../simulators/cloudformation/simulator.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { deploy } from '../deploy.ts';
import { simulatedAccount } from '../fixture.ts';
import { preview } from '../preview.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { cancel } from './cancel.ts';
import { nextOf, resume } from './resume.ts';

/** A stack of three topics that are made one after the other, each named as it is told. */
function stack(names: readonly string[], more: Partial<CompiledStack> = {}): CompiledStack {
  const resources = names.map((name, index) => {
    const after = index > 0 ? `, DependsOn: T${index - 1}` : '';
    return `  T${index}: {Type: AWS::SNS::Topic, Properties: {DisplayName: ${name}}${after}}`;
  });
  return {
    stackName: 'coalition-builder-nonproduction-database',
    stack: 'database',
    path: 'tiers/nonproduction/database.yaml',
    body: `Resources:\n${resources.join('\n')}\n`,
    parameters: {},
    dependsOn: [],
    capabilities: [],
    tags: { Project: 'demo', Tier: 'nonproduction' },
    stateful: false,
    protection: false,
    ...more,
  };
}

const failing: NonNullable<SimulatorOptions['failing']> = ({ properties }) =>
  properties.DisplayName === 'bad' ? 'Quota exceeded' : undefined;

async function healing(options: SimulatorOptions = {}, sessionOptions: SessionOptions = {}) {
  const account = await simulatedAccount({ failing, ...options });
  const said: string[] = [];
  const interruption = new AbortController();
  const session = await openSession(account.connection, interruption.signal, (line) => said.push(line), {
    name: 'staging',
    ...sessionOptions,
  });
  return {
    account,
    session,
    interrupt: () => interruption.abort(),
    said: () => said.join('\n'),
    deploy: (...stacks: CompiledStack[]) => deploy(session, stacks),
    /** Until the stack is in the status. */
    async until(status: string, of = 'coalition-builder-nonproduction-database') {
      while (!(await account.stacks()).includes(`${of} ${status}`)) await setTimeout(5);
    },
    /** Executes a change set as somebody else would, who wants a failure to stay as it is. */
    async executeByHand(compiled: CompiledStack, type: 'CREATE' | 'UPDATE', disableRollback = false) {
      const { aws } = account;
      const { Id } = await aws.createChangeSet({
        StackName: compiled.stackName,
        ChangeSetName: 'theirs',
        ChangeSetType: type,
        TemplateBody: compiled.body,
      });
      while ((await aws.describeChangeSet({ ChangeSetName: Id })).Status !== 'CREATE_COMPLETE') await setTimeout(5);
      await aws.executeChangeSet({ ChangeSetName: Id, DisableRollback: disableRollback });
    },
    async [Symbol.asyncDispose]() {
      session.close();
      await account[Symbol.asyncDispose]();
    },
  };
}

describe('heal: by deploying', () => {
  it('REVIEW_IN_PROGRESS: uses the name that a change set left', async () => {
    await using demo = await healing();
    await demo.account.aws.createChangeSet({
      StackName: stack([]).stackName,
      ChangeSetName: 'theirs',
      ChangeSetType: 'CREATE',
      TemplateBody: stack(['x']).body,
    });
    assert.equal((await demo.deploy(stack(['x'])))[0]?.outcome, 'created');
  });

  it('ROLLBACK_COMPLETE: deletes what is empty, and makes it anew', async () => {
    await using demo = await healing();
    const stateful = { stateful: true };
    await assert.rejects(demo.deploy(stack(['bad'], stateful)), {
      exitCode: exitCode.rolledBack,
      remedy: /deploy again: what is empty is deleted first/,
    });
    assert.deepEqual(await demo.account.stacks(), [`${stack([]).stackName} ROLLBACK_COMPLETE`]);
    const [seen] = await Array.fromAsync(preview(demo.session, [stack(['good'], stateful)]));
    assert.deepEqual([seen?.outcome, /its first creation failed/i.test(seen?.notes.join() ?? '')], ['create', true]);
    const [made] = await demo.deploy(stack(['good'], stateful));
    assert.equal(made?.outcome, 'created');
    assert.match(demo.said(), /never worked and is empty; it is deleted and made anew/);
  });

  it('UPDATE_ROLLBACK_COMPLETE: begins from what was there before', async () => {
    await using demo = await healing();
    await demo.deploy(stack(['x', 'y']));
    await assert.rejects(demo.deploy(stack(['x2', 'bad'])), { exitCode: exitCode.rolledBack });
    assert.equal((await demo.deploy(stack(['x3', 'y3'])))[0]?.outcome, 'updated');
  });

  it('OBSOLETE and deleted change sets: makes a new one, once somebody has looked again', async () => {
    await using demo = await healing();
    await demo.deploy(stack(['x']));
    const before = await Array.fromAsync(preview(demo.session, [stack(['mine'])]));
    await demo.deploy(stack(['theirs']));
    await assert.rejects(deploy(demo.session, [stack(['mine'])], { reviewed: before }), {
      exitCode: exitCode.stoppedByGuard,
    });
    assert.equal((await demo.deploy(stack(['mine'])))[0]?.outcome, 'updated');
  });

  it('a name that is taken: offers to take over what the template retains, and takes it over', async () => {
    const body = `Resources:
  Bucket: {Type: AWS::S3::Bucket, DeletionPolicy: RetainExceptOnCreate, Properties: {BucketName: kept}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /kept}}
`;
    const own = stack([], { body, stackName: 'coalition-builder-staging-storage', stack: 'storage' });
    const other = stack([], { body: body.replace(/ {2}Bucket.*\n/, ''), stackName: 'coalition-builder-staging-other' });
    await using demo = await healing();
    await demo.deploy(own);
    const s3 = await demo.session.s3();
    await s3.putObject({ Bucket: 'kept', Key: 'k', Body: 'x' });
    await demo.account.aws.deleteStack({ StackName: own.stackName });
    while ((await demo.account.stacks()).length > 0) await setTimeout(5);
    await demo.deploy(other);
    await assert.rejects(demo.deploy(own), {
      remedy:
        /have it taken over, or delete it\.\nTake over Bucket, with what is in it, as it is: npm run deploy -- staging --import-existing\nFree the name of Logs, .*: aws logs delete-log-group --log-group-name \/kept\n/,
    });
    await demo.account.aws.deleteStack({ StackName: other.stackName });
    while ((await demo.account.stacks()).length > 0) await setTimeout(5);
    const importing = { ...demo.session, importsExisting: true };
    const [made] = await deploy(importing, [own]);
    assert.deepEqual(
      made?.changes.map(({ action, logicalId }) => [action, logicalId]),
      [
        ['import', 'Bucket'],
        ['add', 'Logs'],
      ],
    );
    assert.match(demo.said(), /< import {2}AWS::S3::Bucket +Bucket/);
    assert.equal((await s3.listObjectsV2({ Bucket: 'kept' })).KeyCount, 1, 'with what is in it');
    assert.equal((await deploy(importing, [own]))[0]?.outcome, 'unchanged');
  });

  it('throttling: asks again later, and does not lose sight', async () => {
    // Three tries of one question, and one of the next.
    let left = 4;
    const busy = (action: string) => (action === 'DescribeStackEvents' && left-- > 0 ? 'throttled' : undefined);
    await using demo = await healing({ refusals: { test: busy } });
    assert.equal((await demo.deploy(stack(['x'])))[0]?.outcome, 'created');
    assert.ok(left < 0);
  });

  it('expired credentials half-way: says what goes on, and is taken up with new ones', async () => {
    let isOver = false;
    await using demo = await healing({ stepMs: 100, refusals: { test: () => (isOver ? 'expired' : undefined) } });
    const running = demo.deploy(stack(['x', 'y']));
    const rejected = assert.rejects(running, {
      exitCode: exitCode.partlyDone,
      message: /credentials have expired\.\nCloudFormation goes on with .*-database, without being watched/,
      remedy: /^Sign in again.*\nThen watch it to its end: npm run resume -- staging$/,
    });
    await demo.until('CREATE_IN_PROGRESS');
    isOver = true;
    await rejected;
    isOver = false;
    const [resumed] = await resume(demo.session, [stack(['x', 'y'])]);
    assert.deepEqual([resumed?.did, resumed?.is], ['watched', 'CREATE_COMPLETE']);
  });
});

describe('heal: resume', () => {
  it('somebody else’s operation: stops a deploy, and is watched to its end', async () => {
    await using demo = await healing({ stepMs: 60 });
    await demo.executeByHand(stack(['x', 'y']), 'CREATE');
    await assert.rejects(demo.deploy(stack(['z'])), {
      exitCode: exitCode.busy,
      message: /is in CREATE_IN_PROGRESS: somebody else's operation/,
      remedy: 'Watch it to its end, then try again: npm run resume -- staging',
    });
    const resumed = await resume(demo.session, [stack(['x', 'y'])]);
    assert.deepEqual(
      resumed.map(({ did, was, is, exitCode: code }) => [did, was, is, code]),
      [['watched', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 0]],
    );
    assert.match(demo.said(), /CREATE_COMPLETE {2}AWS::SNS::Topic +T0/, 'also what happened before it was watched');
    assert.match(nextOf(demo.session, resumed), /comes next: npm run deploy -- staging;/);
    const rest = await resume(demo.session, [stack(['x', 'y'])]);
    assert.deepEqual([rest, nextOf(demo.session, rest)], [[], 'Nothing is under way, and nothing was left half-way.']);
  });

  it('an operation that fails: says why, as the deploy would have', async () => {
    await using demo = await healing({ stepMs: 60 });
    await demo.executeByHand(stack(['x', 'bad']), 'CREATE');
    const [resumed] = await resume(demo.session, [stack(['x', 'bad'])]);
    assert.deepEqual([resumed?.is, resumed?.exitCode], ['ROLLBACK_COMPLETE', exitCode.rolledBack]);
    assert.match(
      resumed?.message ?? '',
      /T1 \(AWS::SNS::Topic\): Quota exceeded\n {4}templates\/tiers\/nonproduction\/database\.yaml:3/,
    );
  });

  it('UPDATE_ROLLBACK_FAILED: goes on where the cause is gone, else without what a person names', async () => {
    for (const gone of [true, false]) {
      let resists = true;
      const resisting: SimulatorOptions['resisting'] = ({ logicalId }) =>
        resists && logicalId === 'T0' ? 'It was deleted by hand' : undefined;
      await using demo = await healing({ resisting });
      await demo.deploy(stack(['x', 'y']));
      await assert.rejects(demo.deploy(stack(['x2', 'bad'])), {
        exitCode: exitCode.needsHuman,
        message:
          /stopped in UPDATE_ROLLBACK_FAILED, because of\n {2}T1 .*Quota exceeded\n.*\n {2}T0 .*It was deleted by hand/,
        remedy: /let it go on: npm run resume -- staging\n.*npm run resume -- staging --skip T1,T0$/,
      });
      await assert.rejects(demo.deploy(stack(['x3'])), {
        exitCode: exitCode.needsHuman,
        remedy: /npm run resume -- staging --skip T0$/,
      });
      await assert.rejects(resume(demo.session, [stack(['x'])], ['T7']), {
        exitCode: exitCode.usage,
        message: /--skip names T7/,
        remedy: 'They stopped at T0.',
      });
      if (gone) resists = false;
      else assert.equal((await resume(demo.session, [stack(['x'])]))[0]?.exitCode, exitCode.needsHuman);
      const [resumed] = await resume(demo.session, [stack(['x', 'y'])], gone ? [] : ['T0']);
      assert.deepEqual(
        [resumed?.did, resumed?.is, resumed?.exitCode],
        ['rollback continued', 'UPDATE_ROLLBACK_COMPLETE', exitCode.done],
      );
      resists = false;
      assert.equal((await demo.deploy(stack(['x4', 'y4'])))[0]?.outcome, 'updated');
    }
  });

  it('UPDATE_FAILED: takes back what somebody had stay', async () => {
    await using demo = await healing();
    await demo.deploy(stack(['x', 'y']));
    await demo.executeByHand(stack(['x2', 'bad']), 'UPDATE', true);
    await demo.until('UPDATE_FAILED');
    await assert.rejects(demo.deploy(stack(['x'])), {
      exitCode: exitCode.needsHuman,
      remedy: /npm run resume -- staging$/,
    });
    const resumed = await resume(demo.session, [stack(['x', 'y'])]);
    assert.deepEqual(
      resumed.map(({ did, is }) => [did, is]),
      [['taken back', 'UPDATE_ROLLBACK_COMPLETE']],
    );
    assert.match(nextOf(demo.session, resumed), /why the update failed, then deploy again/);
  });

  it('CREATE_FAILED and ROLLBACK_FAILED: leaves it to a person, and says how', async () => {
    await using demo = await healing({ resisting: ({ step }) => (step === 'delete' ? 'In use' : undefined) });
    await demo.executeByHand(stack(['x', 'bad']), 'CREATE', true);
    await demo.until('CREATE_FAILED');
    const [left] = await resume(demo.session, [stack(['x'])]);
    assert.deepEqual([left?.did, left?.exitCode], ['left', exitCode.needsHuman]);
    assert.match(left?.remedy ?? '', /npm run destroy -- staging --stack coalition-builder-nonproduction-database$/);
    const other = stack(['x', 'bad'], { stackName: 'coalition-builder-nonproduction-other', stateful: true });
    await assert.rejects(demo.deploy(other), { exitCode: exitCode.needsHuman, message: /stopped in ROLLBACK_FAILED/ });
    await assert.rejects(demo.deploy(other), { exitCode: exitCode.needsHuman, remedy: /npm run destroy -- staging/ });
  });
});

describe('heal: cancel', () => {
  it('an update: takes it back, and names who shares it', async () => {
    await using demo = await healing({ stepMs: 60 });
    await demo.deploy(stack(['x', 'y']));
    await demo.executeByHand(stack(['x2', 'y2']), 'UPDATE');
    await demo.until('UPDATE_IN_PROGRESS');
    const cancelled = await cancel(demo.session, [stack(['x'])], ['development', 'staging']);
    assert.deepEqual(
      cancelled.map(({ was, is, exitCode: code }) => [was, is, code]),
      [['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE', 0]],
    );
    assert.match(demo.said(), /-database, which development shares, is in UPDATE_IN_PROGRESS/);
    assert.match(demo.said(), /UPDATE_ROLLBACK_IN_PROGRESS/);
    assert.deepEqual(await cancel(demo.session, [stack(['x'])], []), []);
  });

  it('anything else: says why not, and leaves it alone', async () => {
    await using demo = await healing({ stepMs: 60 });
    await demo.executeByHand(stack(['x', 'y']), 'CREATE');
    const [refused] = await cancel(demo.session, [stack(['x'])], []);
    assert.equal(refused?.exitCode, exitCode.busy);
    assert.match(refused?.message ?? '', /a creation cannot be cancelled, only deleted when it has ended/);
    await demo.until('CREATE_COMPLETE');
    await demo.account.aws.deleteStack({ StackName: stack([]).stackName });
    const [deleting] = await cancel(demo.session, [stack(['x'])], []);
    assert.match(deleting?.message ?? '', /a deletion cannot be cancelled/);
  });
});

describe('heal: Ctrl-C', () => {
  it('once: stops watching and says how to watch again', async () => {
    await using demo = await healing({ stepMs: 60 });
    await demo.deploy(stack(['x', 'y']));
    const running = assert.rejects(demo.deploy(stack(['x2', 'y2'])), { name: /AbortError|Interrupted/ });
    await demo.until('UPDATE_IN_PROGRESS');
    demo.interrupt();
    await running;
    assert.match(demo.said(), /nothing was cancelled. Watch it to its end:\n {2}npm run resume -- staging/);
    await demo.until('UPDATE_COMPLETE');
  });

  it('twice: cancels the update, and watches it being taken back', async () => {
    await using demo = await healing({ stepMs: 60 }, { again: async () => true });
    await demo.deploy(stack(['x', 'y']));
    const running = assert.rejects(demo.deploy(stack(['x2', 'y2'])), {
      exitCode: exitCode.rolledBack,
      message: /The update of coalition-builder-nonproduction-database failed and was rolled back/,
    });
    await demo.until('UPDATE_IN_PROGRESS');
    demo.interrupt();
    await running;
    assert.match(demo.said(), /the update is cancelled; what it changed is taken back/);
    assert.deepEqual(await demo.account.stacks(), [`${stack([]).stackName} UPDATE_ROLLBACK_COMPLETE`]);
  });
});
