import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { CompiledStack } from '../../generator/compile.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { withChangeSet } from './change-set.ts';
import { type DeployedStack, deploy } from './deploy.ts';
import { DeployError } from './errors.ts';
import { simulatedAccount } from './fixture.ts';
import { preview, previewOffline } from './preview.ts';
import { openSession } from './session.ts';
import { stackState } from './stack-state.ts';

const signal = () => new AbortController().signal;

async function sessionOn(account: Awaited<ReturnType<typeof simulatedAccount>>) {
  const said: string[] = [];
  const session = await openSession(account.connection, signal(), (line) => said.push(line));
  return {
    session,
    said: () => said.join('\n'),
    deploy: (...stacks: CompiledStack[]) => deploy(session, stacks),
    preview: (...stacks: CompiledStack[]) => Array.fromAsync(preview(session, stacks)),
  };
}

/** A stack as the generator would compile it. */
function stack(
  name: string,
  resources: string,
  more: Partial<CompiledStack> & { outputs?: string; takes?: string } = {},
): CompiledStack {
  const { outputs, takes, ...rest } = more;
  const body = [
    ...(takes ? [`Parameters:\n  ${takes}: {Type: String}`] : []),
    `Resources:\n  ${resources}`,
    ...(outputs ? [`Outputs:\n  ${outputs}`] : []),
  ].join('\n');
  return {
    stackName: `demo-${name}`,
    stack: name,
    path: `environments/demo/${name}.yaml`,
    body: `${body}\n`,
    parameters: {},
    dependsOn: [],
    capabilities: [],
    tags: { Project: 'demo' },
    stateful: false,
    protection: false,
    ...rest,
  };
}

const topic = (name = 'x') => `Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: ${name}}}`;
const producer = (outputs = 'Group: {Value: !Ref Group}') =>
  stack('network', 'Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g}}', { outputs });
const consumer = (output = 'Group') =>
  stack('database', 'Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref NetworkGroup}}', {
    takes: 'NetworkGroup',
    parameters: { NetworkGroup: { stackName: 'demo-network', output } },
    dependsOn: ['demo-network'],
    outputs: 'Given: {Value: !Ref NetworkGroup}',
  });

describe('deploy', () => {
  it('hands outputs on as parameters', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const [network, database] = await demo.deploy(producer(), consumer());
    assert.match(network?.outputs.Group ?? '', /^sg-/);
    assert.deepEqual(database?.outputs, { Given: network?.outputs.Group });
    assert.deepEqual([network?.outcome, database?.outcome], ['created', 'created']);
  });

  it('finds nothing to do the second time, and leaves no change set', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(producer(), consumer());
    const again = await demo.deploy(producer(), consumer());
    assert.deepEqual(
      again.map(({ outcome }) => outcome),
      ['unchanged', 'unchanged'],
    );
    const { Summaries = [] } = await account.aws.listChangeSets({ StackName: 'demo-network' });
    assert.deepEqual(
      Summaries.map(({ ExecutionStatus }) => ExecutionStatus),
      ['EXECUTE_COMPLETE'],
    );
  });

  it('reads the outputs of a stack that it does not deploy itself', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(producer());
    const [database] = await demo.deploy(consumer());
    assert.match(database?.outputs.Given ?? '', /^sg-/);
  });

  it('says what is missing where a producer is not deployed', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await assert.rejects(demo.deploy(consumer()), {
      exitCode: exitCode.usage,
      message: 'demo-database cannot be deployed:\n  NetworkGroup comes from demo-network, which is not deployed yet',
      remedy: 'Deploy demo-network first; without --stack everything is deployed in its order.',
    });
    assert.deepEqual(await account.stacks(), []);
  });

  it('says which stacks stay, of what is asked for no longer', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(producer());
    const former = ['network', 'database'].map((name) => ({
      stackName: `demo-${name}`,
      path: `tiers/demo/${name}.yaml`,
    }));
    const topics = stack('topics', topic(), { former });
    const [plan] = await demo.preview(topics);
    assert.deepEqual(
      plan?.notes.map((note) => note.split(':')[0]),
      ['demo-network stays as it is'],
      'and nothing of the one that is not there',
    );
    await demo.deploy(topics);
    assert.match(demo.said(), /demo-network stays as it is: environments\/ ask for none any more/);
    const [again] = await demo.preview(topics);
    assert.deepEqual([again?.outcome, again?.notes.length], ['unchanged', 1]);

    const was = (path: string) => (path === 'tiers/demo/database.yaml' ? 'Resources: {}' : undefined);
    const [offline] = await previewOffline('us-east-1', [topics], was, { allowedChanges: [], today: '2030-01-31' });
    assert.match(offline?.notes.join() ?? '', /^demo-database stays as it is/);
  });

  it('executes what only changes outputs or tags', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(producer());
    const [network] = await demo.deploy(producer('Group: {Value: !Ref Group}\n  More: {Value: x}'));
    assert.deepEqual([network?.outcome, network?.changes, network?.outputs.More], ['updated', [], 'x']);
    assert.match(demo.said(), /network {2}only outputs or tags/);
  });

  it('prints the changes, then each resource as it is done', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(stack('api', topic()));
    assert.match(
      demo.said(),
      /^ {2}api {2}would create 1 resource {2}demo-api\n {4}api +CREATE_COMPLETE {2}AWS::SNS::Topic +Topic {2}\d+\.\d s\n {2}✓ demo-api created {2}\d+\.\d s$/,
    );
  });

  it('reads every page of changes and of events', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const many = Array.from({ length: 7 }, (_, i) => `T${i}: {Type: AWS::SNS::Topic}`).join('\n  ');
    const [api] = await demo.deploy(stack('api', many));
    assert.equal(api?.changes.length, 7);
    assert.equal(demo.said().match(/CREATE_COMPLETE/g)?.length, 7);
  });

  it('looks after termination protection, also where nothing else changes', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const isProtected = async () =>
      (await account.aws.describeStacks({ StackName: 'demo-api' })).Stacks?.[0]?.EnableTerminationProtection;
    await demo.deploy(stack('api', topic(), { protection: true }));
    assert.equal(await isProtected(), true);
    await demo.deploy(stack('api', topic(), { protection: false }));
    assert.equal(await isProtected(), false);
  });

  const failing = ({ properties }: { properties: { readonly [key: string]: unknown } }) =>
    properties.DisplayName === 'bad' ? 'Quota exceeded' : undefined;

  it('leaves nothing of a creation that fails, where nothing is to be kept', async () => {
    await using account = await simulatedAccount({ failing });
    const demo = await sessionOn(account);
    const done: DeployedStack[] = [];
    // What is cancelled with it has failed too, and is not why.
    const api = stack('api', `${topic('bad')}\n  Unfinished: {Type: AWS::SNS::Topic}`);
    const stacks = [producer(), api, stack('cdn', topic(), { dependsOn: ['demo-api'] })];
    await assert.rejects(deploy(demo.session, stacks, { done }), (error) => {
      assert.ok(error instanceof DeployError);
      assert.equal(error.exitCode, exitCode.rolledBack);
      assert.equal(
        error.message,
        'The creation of demo-api failed, and what there was of it is deleted, because of\n  Topic (AWS::SNS::Topic): Quota exceeded\n    templates/environments/demo/api.yaml:2\nDeployed: demo-network.\nNot tried: demo-cdn.',
      );
      return true;
    });
    assert.deepEqual(await account.stacks(), ['demo-network CREATE_COMPLETE']);
    assert.deepEqual(
      done.map(({ stackName }) => stackName),
      ['demo-network'],
    );
  });

  it('keeps the stack of a creation that fails, where something is to be kept', async () => {
    await using account = await simulatedAccount({ failing });
    const demo = await sessionOn(account);
    await assert.rejects(demo.deploy(stack('database', topic('bad'), { stateful: true })), {
      exitCode: exitCode.rolledBack,
      message: /^The creation of demo-database failed and was rolled back/,
    });
    assert.deepEqual(await account.stacks(), ['demo-database ROLLBACK_COMPLETE']);
  });

  it('rolls back an update that fails, and can be repeated', async () => {
    await using account = await simulatedAccount({ failing });
    const demo = await sessionOn(account);
    await demo.deploy(stack('api', topic('good')));
    await assert.rejects(demo.deploy(stack('api', topic('bad'))), {
      exitCode: exitCode.rolledBack,
      message: /was rolled back, because of\n {2}Topic \(AWS::SNS::Topic\): Quota exceeded/,
    });
    assert.deepEqual(await account.stacks(), ['demo-api UPDATE_ROLLBACK_COMPLETE']);
    const [api] = await demo.deploy(stack('api', topic('better')));
    assert.equal(api?.outcome, 'updated');
  });

  it('waits for nobody whose operation is under way', async () => {
    await using account = await simulatedAccount({ stepMs: 60_000 });
    const demo = await sessionOn(account);
    const shell = { StackName: 'demo-api', ChangeSetName: 'theirs', ChangeSetType: 'CREATE' as const };
    await account.aws.createChangeSet({ ...shell, TemplateBody: stack('api', topic()).body });
    // A change set that is not ready yet makes nobody wait: it is only a name.
    assert.equal((await demo.preview(stack('api', topic())))[0]?.outcome, 'create');

    await using busy = await simulatedAccount({ stepMs: 300 });
    const other = await sessionOn(busy);
    const theirs = other.deploy(stack('api', topic()));
    while (!(await busy.stacks()).includes('demo-api CREATE_IN_PROGRESS')) await setTimeout(20);
    const mine = await sessionOn(busy);
    await assert.rejects(mine.deploy(stack('api', topic('y'))), {
      exitCode: exitCode.busy,
      message: /^demo-api is in CREATE_IN_PROGRESS: somebody else's operation \([0-9a-f-]{36}\) is running\./,
    });
    const [seen] = await mine.preview(stack('api', topic('y')));
    assert.deepEqual([seen?.outcome, seen?.exitCode], ['blocked', exitCode.busy]);
    await theirs;
  });

  it('does nothing where somebody else was faster, and leaves no change set', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(stack('api', topic()));
    const state = await stackState(demo.session, 'demo-api');
    const wanted = { compiled: stack('api', topic('mine')), state, parameters: [], purpose: 'deploy' } as const;
    const mine = withChangeSet(demo.session, wanted, async (changeSet) => {
      await demo.deploy(stack('api', topic('theirs')));
      await changeSet.execute();
    });
    await assert.rejects(mine, { exitCode: exitCode.busy, message: /^demo-api was changed by somebody else/ });
    const { Summaries = [] } = await account.aws.listChangeSets({ StackName: 'demo-api' });
    assert.deepEqual(
      Summaries.map(({ ExecutionStatus }) => ExecutionStatus),
      ['EXECUTE_COMPLETE'],
    );
  });

  it('uses the shell that a change set left', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await account.aws.createChangeSet({
      StackName: 'demo-api',
      ChangeSetName: 'theirs',
      ChangeSetType: 'CREATE',
      TemplateBody: stack('api', topic()).body,
    });
    const [api] = await demo.deploy(stack('api', topic()));
    assert.equal(api?.outcome, 'created');
  });

  it('leaves no shell where a new stack is refused', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const impossible = stack('api', 'Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Select [9, [a]]}}');
    await assert.rejects(demo.deploy(impossible), {
      exitCode: exitCode.failed,
      message: /refuses the change of demo-api: .*index 9/,
    });
    assert.deepEqual(await account.stacks(), []);
  });

  it('sends what people need not read without it, and what is still too long by the bucket', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const commented = stack('api', `${topic('x')}\n${`  # ${'why '.repeat(100)}\n`.repeat(130)}`);
    await demo.deploy(commented);
    const { TemplateBody } = await account.aws.getTemplate({ StackName: 'demo-api' });
    assert.equal(TemplateBody, '{"Resources":{"Topic":{"Type":"AWS::SNS::Topic","Properties":{"DisplayName":"x"}}}}');

    await demo.deploy({
      ...stack('bootstrap', 'Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: kept}}', {
        outputs: 'DeploymentsBucketName: {Value: !Ref Bucket}',
      }),
      stackName: 'coalition-builder-bootstrap',
    });
    const long = stack('api', topic('x'.repeat(52_000)), { tags: { Tier: 'nonproduction' } });
    const [planned] = await demo.preview(long);
    assert.equal(planned?.changes[0]?.action, 'update');
    const [api] = await demo.deploy(long);
    assert.equal(api?.outcome, 'updated');
    const s3 = await demo.session.s3();
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: 'kept' });
    assert.deepEqual(
      Contents.map(({ Key }) => Key?.replace(/[0-9a-f]{64}/, '<sha256>')),
      ['templates/nonproduction/<sha256>.json'],
    );
    const [again] = await demo.deploy(long);
    assert.equal(again?.outcome, 'unchanged');
  });

  it('refuses a template that CloudFormation would not read, and names its largest resources', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const many = Array.from(
      { length: 20 },
      (_, i) => `T${i}: {Type: AWS::SNS::Topic, Properties: {DisplayName: ${'x'.repeat(52_000 + i)}}}`,
    );
    await assert.rejects(demo.deploy(stack('api', many.join('\n  '))), {
      exitCode: exitCode.usage,
      message:
        /has 10\d{5} bytes; CloudFormation takes 1000000 at most\. Its largest resources:\n {2}T19: 52\d+\n(.*\n){8}.*T10: 52\d+$/,
    });
    assert.deepEqual(await account.stacks(), []);
  });

  it('refuses a template that is too long before it asks', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const long = stack('api', topic('x'.repeat(52_000)));
    await assert.rejects(demo.deploy(long), {
      exitCode: exitCode.usage,
      message:
        /has 52\d\d\d bytes, more than can be sent, and there is no bucket for it: the account is not deployed\.$/,
      remedy: 'Deploy it first: npm run deploy -- account',
    });
  });
});

describe('deploy: nothing that was not reviewed', () => {
  const table = (name: string) =>
    stack(
      'table',
      `Table: {Type: AWS::DynamoDB::Table, UpdateReplacePolicy: Retain, Properties: {TableName: ${name}}}`,
      {
        stateful: true,
        protection: true,
      },
    );
  const allowed = [
    { stack: 'demo-table', resource: 'Table', change: 'replace', until: '9999-12-31', reason: 'It is meant.' },
  ] as const;
  const policyOf = async (account: Awaited<ReturnType<typeof simulatedAccount>>) =>
    (await account.aws.getStackPolicy({ StackName: 'demo-table' })).StackPolicyBody ?? '';

  it('stops before anything is done where one stack would lose data, and says how to allow it', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(stack('api', topic()), table('one'));
    await assert.rejects(demo.deploy(stack('api', topic('other')), table('two')), {
      exitCode: exitCode.stoppedByGuard,
      message:
        'Nothing was deployed, for it would do harm:\n  demo-table: Table is replaced by an empty one; the old one is kept, outside the stack (templates/environments/demo/table.yaml:2)',
      remedy:
        /allowedChanges of environments\/account\.ts.*\{ stack: 'demo-table', resource: 'Table', change: 'replace'/,
    });
    const [api] = await demo.preview(stack('api', topic()));
    assert.equal(api?.outcome, 'unchanged');
  });

  it('replaces what it may, and has CloudFormation itself refuse it before and after', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(table('one'));
    const policy = await policyOf(account);
    assert.match(policy, /"Deny","Action":\["Update:Replace","Update:Delete"\]/);
    const session = { ...demo.session, rules: { ...demo.session.rules, allowedChanges: allowed } };
    const [done] = await deploy(session, [table('two')]);
    assert.deepEqual(
      done?.changes.map(({ verdict, allowed: own }) => [verdict, own?.reason]),
      [['dangerous', 'It is meant.']],
    );
    assert.equal(await policyOf(account), policy);
  });

  it('puts the stack policy back where the replacement fails', async () => {
    await using account = await simulatedAccount({
      failing: ({ properties }) => (properties.TableName === 'two' ? 'already exists' : undefined),
    });
    const demo = await sessionOn(account);
    await demo.deploy(table('one'));
    const policy = await policyOf(account);
    const session = { ...demo.session, rules: { ...demo.session.rules, allowedChanges: allowed } };
    await assert.rejects(deploy(session, [table('two')]), {
      exitCode: exitCode.rolledBack,
      remedy: /^Something of that name is there.*\nThe stack is as it was before/,
    });
    assert.equal(await policyOf(account), policy);
  });

  it('deploys what was reviewed', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(stack('api', topic()));
    const reviewed = await demo.preview(stack('api', topic('y')));
    const [api] = await deploy(demo.session, [stack('api', topic('y'))], { reviewed });
    assert.equal(api?.outcome, 'updated');
  });

  it('stops where the plan is of another account', async () => {
    await using reviewedIn = await simulatedAccount();
    await using other = await simulatedAccount({ accountId: '210987654321' });
    const [there, here] = [await sessionOn(reviewedIn), await sessionOn(other)];
    await there.deploy(stack('api', topic()));
    const reviewed = await there.preview(stack('api', topic('y')));
    await here.deploy(stack('api', topic()));
    const refusal = {
      exitCode: exitCode.usage,
      message:
        'The plan is of the account 123456789012, and these credentials are of 210987654321; nothing was executed.',
    };
    await assert.rejects(
      deploy(here.session, [stack('api', topic('y'))], { reviewed, account: '123456789012' }),
      refusal,
    );
    const added = await there.preview(stack('new', topic()));
    await assert.rejects(
      deploy(here.session, [stack('new', topic())], { reviewed: added, account: '123456789012' }),
      refusal,
    );
    assert.deepEqual(await other.stacks(), ['demo-api CREATE_COMPLETE']);
  });

  it('asks for no change set where the same is deployed, unless it may stand for something else now', async () => {
    await using account = await simulatedAccount({ refusals: { careful: ['CreateChangeSet'] } });
    const demo = await sessionOn(account);
    const same = stack('api', topic());
    const resolved = stack('db', topic('"{{resolve:secretsmanager:a}}"'));
    await demo.deploy(same, resolved);
    const connection = { ...account.connection, credentials: { accessKeyId: 'careful', secretAccessKey: 'x' } };
    const careful = await openSession(connection, signal(), () => {});
    const [unchanged] = await Array.fromAsync(preview(careful, [same]));
    assert.equal(unchanged?.outcome, 'unchanged');
    const denied = { message: /AWS denies cloudformation:CreateChangeSet/ };
    await assert.rejects(Array.fromAsync(preview(careful, [resolved])), denied);
    await assert.rejects(Array.fromAsync(preview(careful, [{ ...same, tags: { Project: 'other' } }])), denied);
    await assert.rejects(Array.fromAsync(preview(careful, [stack('api', `${topic()} # why`)])), denied);
    careful.close();
  });

  it('stops with the difference where the stack has moved since', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(stack('api', topic('one')));
    const reviewed = await demo.preview(stack('api', topic('three')));
    await demo.deploy(stack('api', topic('two')));
    await assert.rejects(deploy(demo.session, [stack('api', topic('three'))], { reviewed }), {
      exitCode: exitCode.stoppedByGuard,
      message: [
        'demo-api was not touched, for it would change otherwise than the plan:',
        '  reviewed, and not there now: ~ update AWS::SNS::Topic Topic: DisplayName one → three',
        '  there now, and not reviewed: ~ update AWS::SNS::Topic Topic: DisplayName two → three',
      ].join('\n'),
    });
    const { Summaries = [] } = await account.aws.listChangeSets({ StackName: 'demo-api' });
    assert.equal(Summaries.length, 1);
  });

  it('stops where what comes before it changed what it is given', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(producer(), consumer());
    const renamed = stack('network', 'Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: h}}', {
      outputs: 'Group: {Value: !Ref Group}',
    });
    await assert.rejects(demo.deploy(renamed, consumer()), {
      exitCode: exitCode.stoppedByGuard,
      message:
        /^demo-database was not touched, .* what was just shown:\n.*DisplayName sg-.* → sg-.*\nDeployed: demo-network\.$/,
    });
    const again = await demo.deploy(renamed, consumer());
    assert.deepEqual(
      again.map(({ outcome }) => outcome),
      ['unchanged', 'updated'],
    );
  });

  it('completes a description that leaves resources out', async () => {
    await using account = await simulatedAccount({ omitting: (logicalId) => logicalId === 'Topic' });
    const demo = await sessionOn(account);
    const both = (name: string) =>
      stack('api', `${topic(name)}\n  Other: {Type: AWS::SNS::Topic, Properties: {DisplayName: ${name}}}`);
    await demo.deploy(both('one'));
    const [api] = await demo.preview(both('two'));
    assert.deepEqual(
      api?.changes.map(({ logicalId, values }) => [logicalId, values]),
      [
        ['Other', [{ path: 'DisplayName', before: 'one', after: 'two' }]],
        ['Topic', [{ path: 'DisplayName' }]],
      ],
    );
  });

  it('deploys what does not build on each other side by side, and names each line by its stack', async () => {
    await using account = await simulatedAccount({ stepMs: 150 });
    const demo = await sessionOn(account);
    await demo.deploy(stack('one', topic()), stack('two', topic()));
    assert.match(demo.said(), /^ {4}two +CREATE_COMPLETE {2}AWS::SNS::Topic/m);
    const { Stacks = [] } = await account.aws.describeStacks({ StackName: 'demo-two' });
    const { StackEvents = [] } = await account.aws.describeStackEvents({ StackName: 'demo-one' });
    const [began, ended] = [Stacks[0]?.CreationTime, StackEvents[0]?.Timestamp];
    assert.ok(began && ended && began < ended, `two began at ${began}, one ended at ${ended}`);
  });

  it('names what every failing stack failed of, with its line', async () => {
    await using account = await simulatedAccount({
      failing: ({ properties }) => (properties.DisplayName === 'bad' ? 'has a dependent object' : undefined),
    });
    const demo = await sessionOn(account);
    const sources = new Map([['Topic', ['generator/stacks/one.ts:12']]]);
    await assert.rejects(demo.deploy(stack('one', topic('bad'), { sources }), stack('two', topic('bad'))), {
      exitCode: exitCode.rolledBack,
      message:
        /demo-one failed[\s\S]*generator\/stacks\/one\.ts:12\n[\s\S]*one\.yaml:2[\s\S]*demo-two failed[\s\S]*two\.yaml:2/,
      remedy: /^A function leaves its network interface behind/,
    });
  });

  it('shows what CloudFormation only warns of', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const bucket = 'Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: kept}}';
    await demo.deploy(stack('api', `${bucket}\n  ${topic()}`));
    const s3 = await demo.session.s3();
    await s3.putObject({ Bucket: 'kept', Key: 'k', Body: 'x' });
    const [api] = await demo.preview(stack('api', topic()));
    assert.deepEqual(api?.notes, ["CloudFormation warns of Bucket: Bucket 'kept' is not empty."]);
  });

  it('says which rule of a hook was broken, and what it says helps', async () => {
    const rule = {
      rule: 'encrypted',
      message: 'Topic is not encrypted',
      remediation: 'Set KmsMasterKeyId.',
      link: 'https://x',
    };
    const hooking = ({ properties }: { properties: { readonly [key: string]: unknown } }) =>
      properties.DisplayName === 'open' ? rule : undefined;
    await using account = await simulatedAccount({ hooking });
    const demo = await sessionOn(account);
    await assert.rejects(demo.deploy(stack('api', topic('open'))), {
      exitCode: exitCode.failed,
      message: /refuses the change of demo-api: .*\n {2}Private::Guard::Rules, encrypted: Topic is not encrypted$/,
      remedy: /^Set KmsMasterKeyId\. https:\/\/x\nCorrect generator/,
    });
    assert.deepEqual(await account.stacks(), []);
    await using strict = await simulatedAccount({ hooking, refusals: { test: ['ListHookResults'] } });
    const denied = await sessionOn(strict);
    await assert.rejects(denied.deploy(stack('api', topic('open'))), { message: /failed: \[Private::Guard::Rules\]/ });
  });

  it('shows in a preview what a hook only warns of, and deploys it', async () => {
    await using account = await simulatedAccount({
      hooking: () => ({ rule: 'named', message: 'Topic has no name', remediation: 'Give it one.', warns: true }),
    });
    const demo = await sessionOn(account);
    await demo.deploy(stack('api', topic('closed')));
    const [plan] = await demo.preview(stack('api', topic('open')));
    assert.deepEqual(plan?.notes, ['A hook warns: Private::Guard::Advice, named: Topic has no name\nGive it one.']);
    await demo.deploy(stack('api', topic('open')));
    assert.deepEqual(await account.stacks(), ['demo-api UPDATE_COMPLETE']);
  });

  it('says where a name is taken before anything is done', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const bucket = (name: string) => stack(name, 'Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: taken}}');
    await demo.deploy(bucket('one'));
    await assert.rejects(demo.deploy(bucket('two')), {
      message:
        /templates\/environments\/demo\/two\.yaml:2 \/Resources\/Bucket: Resource of type 'AWS::S3::Bucket' with identifier 'taken' already exists/,
      remedy: /^Something of that name is there/,
    });
    assert.deepEqual(await account.stacks(), ['demo-one CREATE_COMPLETE']);
  });

  it('deploys once where two deploy the same at once, and harms nothing', async () => {
    for (const isNew of [true, false]) {
      await using account = await simulatedAccount({ stepMs: 20 });
      const [mine, theirs] = [await sessionOn(account), await sessionOn(account)];
      if (!isNew) await mine.deploy(stack('api', topic('before')));
      const ends = await Promise.allSettled([mine.deploy(stack('api', topic())), theirs.deploy(stack('api', topic()))]);
      const codes = ends.map((end) => (end.status === 'fulfilled' ? exitCode.done : end.reason.exitCode));
      // Whoever comes later finds it busy, or changed since it was shown.
      const [first, second] = codes.toSorted();
      assert.equal(first, exitCode.done);
      assert.ok(second === exitCode.busy || second === exitCode.stoppedByGuard, `${second}`);
      assert.deepEqual(await account.stacks(), [`demo-api ${isNew ? 'CREATE' : 'UPDATE'}_COMPLETE`]);
    }
  });

  it('leaves alone a new stack that somebody else is creating meanwhile', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const wanted = {
      compiled: stack('api', topic('mine')),
      state: { kind: 'absent' },
      parameters: [],
      purpose: 'deploy',
    } as const;
    const mine = withChangeSet(demo.session, wanted, async (changeSet) => {
      await demo.deploy(stack('api', topic('theirs')));
      await changeSet.execute();
    });
    await assert.rejects(mine, { exitCode: exitCode.busy });
    assert.deepEqual(await account.stacks(), ['demo-api CREATE_COMPLETE']);
  });

  it('says that CloudFormation goes on where the connection is lost', async () => {
    const account = await simulatedAccount({ stepMs: 400 });
    const demo = await sessionOn(account);
    const running = assert.rejects(demo.deploy(stack('api', topic())), {
      exitCode: exitCode.partlyDone,
      message: /does not answer \(connection .*\)\.\nCloudFormation goes on with demo-api, without being watched\./,
      remedy: /\nThen watch it to its end: npm run resume -- <environment>$/,
    });
    while (!(await account.stacks()).includes('demo-api CREATE_IN_PROGRESS')) await setTimeout(20);
    await account[Symbol.asyncDispose]();
    await running;
  });

  it('goes on without what it can do without', async () => {
    // What a template costs, and whether a change set is needed at all; why one was refused.
    await using account = await simulatedAccount({ refusals: { test: ['GetTemplate', 'DescribeEvents'] } });
    const demo = await sessionOn(account);
    const bucket = (name: string) => stack(name, 'Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: taken}}');
    await demo.deploy(bucket('one'));
    assert.equal((await demo.preview(bucket('one')))[0]?.outcome, 'unchanged');
    await assert.rejects(demo.deploy(bucket('two')), { message: /refuses the change of demo-two: .*EarlyValidation/ });
    assert.deepEqual(await account.stacks(), ['demo-one CREATE_COMPLETE']);
  });

  it('names what it could not remove', async () => {
    await using account = await simulatedAccount({ refusals: { test: ['DeleteChangeSet'] } });
    const demo = await sessionOn(account);
    await demo.deploy(stack('api', topic()));
    await demo.preview(stack('api', topic('y')));
    assert.match(
      demo.said(),
      /The change set arn:.* of demo-api is left behind: AWS denies cloudformation:DeleteChangeSet/,
    );
  });

  it('says one thing, and leaves nothing unnamed, whichever call is denied', async () => {
    const calls = [
      'ValidateTemplate',
      'DescribeStacks',
      'CreateChangeSet',
      'DescribeChangeSet',
      'ExecuteChangeSet',
      'DescribeStackEvents',
      'UpdateTerminationProtection',
      'SetStackPolicy',
    ];
    for (const call of calls) {
      await using account = await simulatedAccount({ refusals: { test: [call] } });
      const demo = await sessionOn(account);
      await assert.rejects(demo.deploy(table('one')), (error) => {
        assert.ok(error instanceof DeployError || (error instanceof Error && 'remedy' in error), String(error));
        assert.match(error.message, new RegExp(`AWS denies cloudformation:${call}`));
        // What goes on is said to go on.
        assert.equal(/CloudFormation goes on with demo-table/.test(error.message), call === 'DescribeStackEvents');
        return true;
      });
    }
  });
});

describe('preview', () => {
  it('says what a stack that is not there would be made of, and leaves nothing', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const [network, database] = await demo.preview(producer(), consumer());
    assert.deepEqual([network?.outcome, network?.notes], ['create', []]);
    assert.deepEqual(network?.changes, [
      {
        action: 'add',
        logicalId: 'Group',
        type: 'AWS::EC2::SecurityGroup',
        properties: [],
        values: [],
        verdict: 'safe',
        reasons: [],
        source: 'templates/environments/demo/network.yaml:2',
      },
    ]);
    assert.deepEqual(database?.notes, ['NetworkGroup comes from demo-network, which is not deployed yet']);
    assert.deepEqual(await account.stacks(), []);
  });

  it('shows changes most dangerous first, and deletes its change set', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    const group = (description: string) =>
      `Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: ${description}}}`;
    await demo.deploy(
      stack('api', `${topic()}\n  ${group('one')}\n  Gone: {Type: AWS::SNS::Topic, DeletionPolicy: Retain}`),
    );
    const [api] = await demo.preview(stack('api', `${topic('y')}\n  ${group('two')}\n  New: {Type: AWS::SNS::Topic}`));
    assert.equal(api?.outcome, 'update');
    assert.deepEqual(
      api?.changes.map(({ action, logicalId, properties, old }) => [action, logicalId, properties, old]),
      [
        ['replace', 'Group', ['GroupDescription'], 'Delete'],
        ['remove', 'Gone', [], 'Retain'],
        ['update', 'Topic', ['DisplayName'], undefined],
        ['add', 'New', [], undefined],
      ],
    );
    const { Summaries = [] } = await account.aws.listChangeSets({ StackName: 'demo-api' });
    assert.deepEqual(
      Summaries.map(({ ExecutionStatus }) => ExecutionStatus),
      ['EXECUTE_COMPLETE'],
    );
  });

  it('takes the present value of a parameter whose producer does not have it yet', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(producer(), consumer());
    const [database] = await demo.preview(consumer('GroupId'));
    assert.equal(database?.outcome, 'unchanged');
    assert.deepEqual(database?.notes, ['NetworkGroup comes from demo-network, which has no output GroupId yet']);
  });

  it('says that a change cannot be told before the producer is deployed', async () => {
    await using account = await simulatedAccount();
    const demo = await sessionOn(account);
    await demo.deploy(stack('database', topic()));
    const [database] = await demo.preview(consumer());
    assert.deepEqual(
      [database?.outcome, database?.notes.at(-1)],
      ['blocked', 'Its changes cannot be told before demo-network has been deployed.'],
    );
  });

  it('goes on where one stack needs a person', async () => {
    await using account = await simulatedAccount({
      failing: ({ logicalId }) => (logicalId === 'Other' ? 'no' : undefined),
      // What is left of it cannot be deleted.
      resisting: () => 'In use',
    });
    const demo = await sessionOn(account);
    const database = stack('database', `${topic()}\n  Other: {Type: AWS::SNS::Topic, DependsOn: Topic}`, {
      stateful: true,
    });
    await assert.rejects(demo.deploy(database));
    const [blocked, api] = await demo.preview(database, stack('api', topic()));
    assert.deepEqual([blocked?.outcome, blocked?.exitCode, api?.outcome], ['blocked', exitCode.needsHuman, 'create']);
  });
});
