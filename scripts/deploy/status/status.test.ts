import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { environments } from '../../../environments/index.ts';
import { type CompiledStack, compileAccount } from '../../../generator/compile.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { rollback } from '../releases/rollback.ts';
import { environment, release, releasing } from '../releasing.ts';
import type { Target } from '../stacks.ts';
import { codeOf, statusOf } from './status.ts';
import { statusLines } from './text.ts';

const monitoring: CompiledStack = {
  ...(release('a')[0] as CompiledStack),
  stackName: 'coalition-builder-development-monitoring',
  stack: 'monitoring',
  path: 'environments/development/monitoring.yaml',
  body: `Resources:
${['high', 'low', 'slow'].map((name) => `  A${name}: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmName: ${name}, AlarmDescription: 'Of ${name}: look there'}}`).join('\n')}
`,
};

const stacksOf = (digit: string) => [...release(digit), monitoring];
const target = (digit = 'a'): Target => ({
  name: 'development',
  environment,
  region: 'us-east-1',
  stacks: stacksOf(digit),
});

describe('a status', () => {
  it('says of each stack how it is, and what is live', async () => {
    await using demo = await releasing();
    const before = await statusOf(demo.session, target());
    assert.deepEqual(
      before.stacks.map(({ state }) => state),
      ['absent', 'absent', 'absent'],
    );
    assert.deepEqual(
      [before.versions, before.lastRelease, before.alarms, before.unknown],
      [undefined, undefined, undefined, []],
    );
    assert.equal(codeOf([before]), exitCode.changesPending);

    await demo.deployAccount();
    await demo.deploy(stacksOf('a'));
    await demo.account.aws.updateTerminationProtection({
      StackName: 'coalition-builder-development-api',
      EnableTerminationProtection: true,
    });
    demo.account.tamper('coalition-builder-development-monitoring', 'Ahigh', { AlarmDescription: 'x' });
    await demo.account.aws.detectStackDrift({ StackName: 'coalition-builder-development-monitoring' });
    await setTimeout(30);
    const after = await statusOf(demo.session, target());
    const [jobs, api, watch] = after.stacks;
    assert.deepEqual(
      [jobs?.state, api?.status, api?.isProtected, jobs?.isProtected, watch?.drift?.status, api?.lastOperation?.type],
      ['ready', 'CREATE_COMPLETE', true, false, 'DRIFTED', 'CREATE_STACK'],
    );
    assert.deepEqual(
      [after.account, after.versions, after.lastRelease?.outcome, after.alarms],
      ['123456789012', { live: '1', intended: '1', isAsMeant: true }, 'live', { watched: 3, goneOff: [] }],
    );
    assert.equal(codeOf([after]), exitCode.done);
    const lines = statusLines(after);
    const again = statusLines(after, new Set(['coalition-builder-development-jobs']));
    assert.doesNotMatch(again, /jobs +CREATE_COMPLETE/);
    assert.match(again, /\n {2}jobs: shared with what is above\n/);
    assert.match(lines, /api +CREATE_COMPLETE +\d{4}-\d\d-\d\d \d\d:\d\d UTC +protected\n/);
    assert.match(lines, /monitoring .* drifted at \d{4}/);
    assert.match(
      lines,
      /version 1 is live, as it was deployed\n {2}last deploy .*, commit [0-9a-f]{12}.*\n {2}none of 3 alarms has gone off$/,
    );
  });

  it('tells a rollback from what was deployed', async () => {
    await using demo = await releasing();
    await demo.deployAccount();
    for (const digit of 'ab') await demo.deploy(release(digit));
    await rollback(demo.session, environment, { wanted: { releases: 1 } });
    const status = await statusOf(demo.session, target('b'));
    assert.deepEqual(status.versions, { live: '1', intended: '2', isAsMeant: false });
    assert.match(
      statusLines(status),
      /version 1 is live, and version 2 was deployed: npm run deploy -- development makes that live\n {2}last rollback/,
    );
  });

  it('tells alarms that have gone off, with what they mean', async () => {
    await using demo = await releasing({
      alarming: (name) => (name === 'low' ? undefined : `Threshold Crossed: ${name}`),
    });
    await demo.deployAccount();
    await demo.deploy(stacksOf('a'));
    const status = await statusOf(demo.session, target());
    assert.deepEqual(
      status.alarms?.goneOff.map(({ name, reason, description }) => [name, reason, description]),
      [
        ['high', 'Threshold Crossed: high', 'Of high: look there'],
        ['slow', 'Threshold Crossed: slow', 'Of slow: look there'],
      ],
    );
    assert.equal(codeOf([status]), exitCode.needsHuman);
    assert.match(
      statusLines(status),
      /2 of 3 alarms have gone off\n {4}high since \d{4}.* UTC: Threshold Crossed: high\n {6}Of high: look there/,
    );
  });

  it('tells what is running and how to take it up, and what is stuck and the way out', async () => {
    let isBroken = false;
    await using demo = await releasing({
      stepMs: 15,
      failing: ({ logicalId }) => (isBroken && logicalId === 'Late' ? 'no' : undefined),
      resisting: ({ step }) => (isBroken && step === 'roll back' ? 'It is gone' : undefined),
    });
    await demo.deploy(release('a'));
    const late = {
      api: '  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: x}}\n  Late: {Type: AWS::SNS::Topic, DependsOn: [Topic, LiveAlias]}\n',
    };
    const running = demo.deploy(release('b', late)).catch(() => {});
    const isRunning = async () =>
      (await demo.account.stacks()).includes('coalition-builder-development-api UPDATE_IN_PROGRESS');
    while (!(await isRunning())) await setTimeout(3);
    const during = await statusOf(demo.session, target('b'));
    const api = during.stacks.find(({ stack }) => stack === 'api');
    assert.deepEqual([api?.state, codeOf([during])], ['running', exitCode.busy]);
    assert.match(
      statusLines(during),
      /api +UPDATE_IN_PROGRESS .* operation [0-9a-f-]{36}\n[\s\S]*✗ coalition-builder-development-api is in UPDATE_IN_PROGRESS.*\n {4}.*npm run resume -- development/,
    );
    isBroken = true;
    await running;
    const stuck = await statusOf(demo.session, target('b'));
    assert.equal(stuck.stacks.find(({ stack }) => stack === 'api')?.state, 'stuck', JSON.stringify(stuck.stacks));
    assert.equal(codeOf([stuck]), exitCode.needsHuman);
    assert.match(
      statusLines(stuck),
      /✗ coalition-builder-development-api is in UPDATE_ROLLBACK_FAILED[\s\S]*npm run resume -- development/,
    );
  });

  it('hides nothing behind what one may not ask', async () => {
    const refused: string[] = [];
    await using demo = await releasing({ refusals: { test: refused } });
    await demo.deployAccount();
    await demo.deploy(stacksOf('a'));
    refused.push('DescribeAlarms', 'GetAlias', 'ListBucket');
    const { stacks, alarms, unknown } = await statusOf(demo.session, target());
    assert.deepEqual([stacks.map(({ state }) => state), alarms], [['ready', 'ready', 'ready'], undefined]);
    assert.deepEqual(unknown.map((line) => line.replace(/: User.*/, '')).sort(), [
      'alarms: AWS denies cloudwatch:DescribeAlarms',
      'the last release: AWS denies lambda:GetAlias',
      'the live version: AWS denies lambda:GetAlias',
    ]);
  });

  it('of the account asks for its stack alone', async () => {
    await using demo = await releasing();
    await demo.deployAccount();
    const account: Target = {
      name: 'account',
      environment: environments.production,
      region: 'us-east-1',
      stacks: compileAccount(environments),
    };
    const status = await statusOf(demo.session, account);
    assert.deepEqual(
      [status.stacks.map(({ state }) => state), status.alarms, status.versions],
      [['ready'], undefined, undefined],
    );
  });
});
