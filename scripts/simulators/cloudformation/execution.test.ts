import assert from 'node:assert/strict';
import { namedBucket, oneTopic, parameters, simulate, stepMs, topic } from './fixture.ts';

const update = { ChangeSetType: 'UPDATE' } as const;
/** Second waits for First. */
const inOrder = { Resources: { Second: { ...topic, Properties: { DisplayName: { Ref: 'First' } } }, First: topic } };

describe('simulated CloudFormation: execution', () => {
  it('E1 executes only what is available', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    const { ChangeSetName } = await sim.create('a', oneTopic, update);
    await assert.rejects(sim.aws.executeChangeSet({ ChangeSetName }), {
      name: 'InvalidChangeSetStatusException',
      message: `ChangeSet [${ChangeSetName}] cannot be executed in its current status of [FAILED]`,
    });
  });

  it('E2 executes once', async () => {
    await using sim = await simulate();
    const { ChangeSetName } = await sim.create('a', oneTopic);
    await sim.aws.executeChangeSet({ ChangeSetName });
    const again = (status: string) => ({
      message: `ChangeSet [${ChangeSetName}] cannot be executed in its current execution status of [${status}]`,
    });
    await assert.rejects(sim.aws.executeChangeSet({ ChangeSetName }), again('EXECUTE_IN_PROGRESS'));
    await sim.settle();
    await assert.rejects(sim.aws.executeChangeSet({ ChangeSetName }), again('EXECUTE_COMPLETE'));
  });

  it('E3 makes the other change sets obsolete', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    const other = await sim.create('a', { Resources: { Topic: topic, Other: topic } }, update);
    const mine = await sim.create('a', { Resources: { Topic: topic, Mine: topic } }, update);
    await sim.aws.executeChangeSet({ ChangeSetName: mine.ChangeSetName });
    assert.equal((await sim.aws.describeChangeSet({ ChangeSetName: other.ChangeSetName })).ExecutionStatus, 'OBSOLETE');
    await assert.rejects(
      sim.aws.executeChangeSet({ ChangeSetName: other.ChangeSetName }),
      /execution status of \[OBSOLETE\]/,
    );
    await sim.settle();
    await assert.rejects(sim.aws.describeChangeSet({ ChangeSetName: other.ChangeSetName }), {
      name: 'ChangeSetNotFoundException',
    });
  });

  it('E4 begins a resource when those before it are complete', async () => {
    await using sim = await simulate();
    await sim.deploy('a', inOrder);
    assert.deepEqual(await sim.events('a'), [
      'a REVIEW_IN_PROGRESS',
      'a CREATE_IN_PROGRESS',
      'First CREATE_IN_PROGRESS',
      'First CREATE_IN_PROGRESS',
      'First CREATE_COMPLETE',
      'Second CREATE_IN_PROGRESS',
      'Second CREATE_IN_PROGRESS',
      'Second CREATE_COMPLETE',
      'a CREATE_COMPLETE',
    ]);
  });

  it('E5 tells every step with the token of the request', async () => {
    await using sim = await simulate();
    const { ChangeSetName } = await sim.create('a', oneTopic);
    await sim.aws.executeChangeSet({ ChangeSetName, ClientRequestToken: 'mine' });
    await sim.settle();
    const { StackEvents = [], NextToken } = await sim.aws.describeStackEvents({ StackName: 'a' });
    const [stack, resource] = StackEvents;
    assert.deepEqual([stack?.ResourceType, stack?.ResourceStatus], ['AWS::CloudFormation::Stack', 'CREATE_COMPLETE']);
    assert.deepEqual(
      [
        resource?.LogicalResourceId,
        resource?.ResourceStatus,
        resource?.ResourceProperties,
        resource?.ClientRequestToken,
      ],
      ['Topic', 'CREATE_COMPLETE', '{}', 'mine'],
    );
    assert.ok(NextToken, 'events come in pages');
    // An event that happens between two pages moves nothing.
    await sim.aws.deleteStack({ StackName: stack?.StackId });
    const next = await sim.aws.describeStackEvents({ StackName: stack?.StackId, NextToken });
    assert.deepEqual(
      next.StackEvents?.map(({ ResourceStatus }) => ResourceStatus),
      ['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS'],
    );
  });

  it('E6 describes the stack that came of it', async () => {
    await using sim = await simulate();
    const Tags = [{ Key: 'k', Value: 'v' }];
    const { ChangeSetName } = await sim.create(
      'a',
      { ...namedBucket, Description: 'Buckets' },
      {
        Parameters: parameters({ Name: 'x' }),
        Tags,
        Capabilities: ['CAPABILITY_IAM'],
      },
    );
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.settle();
    const { LastOperations: _, ...stack } = await sim.stack('a');
    assert.deepEqual(stack, {
      StackName: 'a',
      CreationTime: new Date(Date.UTC(2026, 0, 1)),
      StackStatus: 'CREATE_COMPLETE',
      StackId: stack.StackId,
      ChangeSetId: ChangeSetName,
      Description: 'Buckets',
      Parameters: parameters({ Name: 'x' }),
      Outputs: [{ OutputKey: 'Name', OutputValue: 'x' }],
      Tags,
      Capabilities: ['CAPABILITY_IAM'],
      NotificationARNs: [],
      RollbackConfiguration: {},
      DisableRollback: false,
      EnableTerminationProtection: false,
      DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    });
  });

  it('E7 leaves alone what does not change', async () => {
    await using sim = await simulate();
    const template = (name: string) => ({
      Resources: { Topic: { ...topic, Properties: { DisplayName: name } }, Other: topic },
    });
    await sim.deploy('a', template('old'));
    const before = await sim.aws.describeStackResources({ StackName: 'a' });
    const count = (await sim.events('a')).length;
    await sim.deploy('a', template('new'), update);
    assert.deepEqual((await sim.events('a')).slice(count), [
      'a UPDATE_IN_PROGRESS',
      'Topic UPDATE_IN_PROGRESS',
      'Topic UPDATE_COMPLETE',
      'a UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'a UPDATE_COMPLETE',
    ]);
    const after = await sim.aws.describeStackResources({ StackName: 'a' });
    const ids = ({ StackResources = [] }: typeof before) =>
      StackResources.map(({ PhysicalResourceId }) => PhysicalResourceId);
    assert.deepEqual(ids(after), ids(before));
    assert.ok((await sim.stack('a')).LastUpdatedTime);
  });

  it('E8 replaces before it deletes', async () => {
    await using sim = await simulate();
    const group = (description: string) => ({
      Resources: { Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: description } } },
      Outputs: { Id: { Value: { Ref: 'Group' } } },
    });
    await sim.deploy('a', group('one'));
    const [before] = (await sim.stack('a')).Outputs ?? [];
    const count = (await sim.events('a')).length;
    await sim.deploy('a', group('two'), update);
    const [after] = (await sim.stack('a')).Outputs ?? [];
    assert.match(after?.OutputValue ?? '', /^sg-[0-9a-f]{17}$/);
    assert.notEqual(after?.OutputValue, before?.OutputValue);
    assert.deepEqual((await sim.events('a')).slice(count), [
      'a UPDATE_IN_PROGRESS',
      'Group UPDATE_IN_PROGRESS',
      'Group UPDATE_IN_PROGRESS',
      'Group UPDATE_COMPLETE',
      'a UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Group DELETE_IN_PROGRESS',
      'Group DELETE_COMPLETE',
      'a UPDATE_COMPLETE',
    ]);
    const { StackResources = [] } = await sim.aws.describeStackResources({ StackName: 'a' });
    assert.deepEqual(
      StackResources.map(({ PhysicalResourceId }) => PhysicalResourceId),
      [after?.OutputValue],
    );
  });

  it('E9 deletes what is removed, and skips what is retained', async () => {
    await using sim = await simulate();
    await sim.deploy('a', { Resources: { Topic: topic, Gone: topic, Kept: { ...topic, DeletionPolicy: 'Retain' } } });
    const count = (await sim.events('a')).length;
    await sim.deploy('a', oneTopic, update);
    assert.deepEqual((await sim.events('a')).slice(count), [
      'a UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Kept DELETE_SKIPPED',
      'Gone DELETE_IN_PROGRESS',
      'Gone DELETE_COMPLETE',
      'a UPDATE_COMPLETE',
    ]);
  });

  const failing = ({ logicalId }: { logicalId: string }) => (logicalId === 'Second' ? 'Quota exceeded' : undefined);

  it('E10 rolls a failed creation back', async () => {
    await using sim = await simulate({ failing });
    await sim.deploy('a', inOrder);
    const { StackStatus } = await sim.stack('a');
    assert.equal(StackStatus, 'ROLLBACK_COMPLETE');
    const events = await sim.events('a');
    assert.deepEqual(events.slice(events.indexOf('Second CREATE_FAILED')), [
      'Second CREATE_FAILED',
      'a ROLLBACK_IN_PROGRESS',
      'Second DELETE_IN_PROGRESS',
      'Second DELETE_COMPLETE',
      'First DELETE_IN_PROGRESS',
      'First DELETE_COMPLETE',
      'a ROLLBACK_COMPLETE',
    ]);
  });

  it('E11 leaves nothing of a failed creation where that is asked', async () => {
    await using sim = await simulate({ failing });
    const StackId = await sim.deploy('a', inOrder, { OnStackFailure: 'DELETE' });
    await assert.rejects(sim.stack('a'), /does not exist/);
    assert.equal((await sim.stack(StackId)).StackStatus, 'DELETE_COMPLETE');
    await sim.create('a', oneTopic);
  });

  it('E12 leaves a failed creation as it is where that is asked', async () => {
    await using sim = await simulate({ failing });
    await sim.deploy('a', inOrder, { OnStackFailure: 'DO_NOTHING' });
    const { StackStatus, StackStatusReason } = await sim.stack('a');
    assert.deepEqual(
      [StackStatus, StackStatusReason],
      ['CREATE_FAILED', 'The following resource(s) failed to create: [Second]. '],
    );
    const { StackResources = [] } = await sim.aws.describeStackResources({ StackName: 'a' });
    assert.deepEqual(
      StackResources.map(({ ResourceStatus, ResourceStatusReason }) => [ResourceStatus, ResourceStatusReason]),
      [
        ['CREATE_COMPLETE', undefined],
        ['CREATE_FAILED', 'Quota exceeded'],
      ],
    );
  });

  it('E13 rolls a failed update back to what was there', async () => {
    await using sim = await simulate({
      failing: ({ properties }) => (properties.DisplayName === 'bad' ? 'Bad name' : undefined),
    });
    const template = (name: string) => ({
      Resources: {
        First: { ...topic, Properties: { DisplayName: `was ${name}` } },
        Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: name } },
        Last: { ...topic, Properties: { DisplayName: name }, DependsOn: ['First', 'Group', 'New'] },
        Untouched: topic,
        New: topic,
      },
      Outputs: { Group: { Value: { Ref: 'Group' } } },
    });
    const { New: _, ...before } = template('good').Resources;
    await sim.deploy('a', { ...template('good'), Resources: { ...before, Last: { ...before.Last, DependsOn: [] } } });
    const described = async () => (await sim.aws.describeStackResources({ StackName: 'a' })).StackResources ?? [];
    const ids = async () =>
      (await described()).map(({ LogicalResourceId, PhysicalResourceId }) => [LogicalResourceId, PhysicalResourceId]);
    const [idsBefore, { Outputs }, count] = [await ids(), await sim.stack('a'), (await sim.events('a')).length];

    await sim.deploy('a', template('bad'), update);
    const stack = await sim.stack('a');
    assert.equal(stack.StackStatus, 'UPDATE_ROLLBACK_COMPLETE');
    assert.deepEqual([await ids(), stack.Outputs], [idsBefore, Outputs]);
    const events = (await sim.events('a')).slice(count);
    assert.deepEqual(events.slice(events.indexOf('Last UPDATE_FAILED')), [
      'Last UPDATE_FAILED',
      'a UPDATE_ROLLBACK_IN_PROGRESS',
      'Last UPDATE_IN_PROGRESS',
      'Last UPDATE_COMPLETE',
      'Group UPDATE_IN_PROGRESS',
      'Group UPDATE_COMPLETE',
      'First UPDATE_IN_PROGRESS',
      'First UPDATE_COMPLETE',
      'a UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'New DELETE_IN_PROGRESS',
      'New DELETE_COMPLETE',
      'Group DELETE_IN_PROGRESS',
      'Group DELETE_COMPLETE',
      'a UPDATE_ROLLBACK_COMPLETE',
    ]);
    await sim.deploy('a', template('fine'), update);
    assert.equal((await sim.stack('a')).StackStatus, 'UPDATE_COMPLETE');
  });

  it('E14 cancels what is under way when something fails', async () => {
    await using sim = await simulate({ failing: ({ logicalId }) => (logicalId === 'A' ? 'Broken' : undefined) });
    const { ChangeSetName } = await sim.create(
      'a',
      { Resources: { A: topic, B: topic } },
      { OnStackFailure: 'DO_NOTHING' },
    );
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.clock.advance(stepMs);
    const { StackResources = [] } = await sim.aws.describeStackResources({ StackName: 'a' });
    assert.deepEqual(
      StackResources.map(({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) => [
        LogicalResourceId,
        ResourceStatus,
        ResourceStatusReason,
      ]),
      [
        ['A', 'CREATE_FAILED', 'Broken'],
        ['B', 'CREATE_FAILED', 'Resource creation cancelled'],
      ],
    );
  });

  it('E15 takes one word on failures, not two', async () => {
    await using sim = await simulate();
    const { ChangeSetName } = await sim.create('a', oneTopic, { OnStackFailure: 'ROLLBACK' });
    await assert.rejects(
      sim.aws.executeChangeSet({ ChangeSetName, DisableRollback: true }),
      /DisableRollback cannot be specified/,
    );
  });

  it('E16 makes up the same names on every run', async () => {
    const template = {
      Resources: {
        Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
        Bucket: { Type: 'AWS::S3::Bucket' },
      },
    };
    const runs = [];
    for (let run = 0; run < 2; run++) {
      await using sim = await simulate();
      await sim.deploy('a', template);
      const { StackResources = [] } = await sim.aws.describeStackResources({ StackName: 'a' });
      runs.push(StackResources);
    }
    assert.deepEqual(runs[0], runs[1]);
    const [bucket, vpc] = runs[0]?.map(({ PhysicalResourceId = '' }) => PhysicalResourceId) ?? [];
    assert.match(bucket ?? '', /^a-bucket-[0-9a-z]{12}$/);
    assert.match(vpc ?? '', /^vpc-[0-9a-f]{17}$/);
  });

  it('E17 keeps what holds data, but not what a failed creation left', async () => {
    const template = { Resources: { Second: topic, First: { ...topic, DeletionPolicy: 'RetainExceptOnCreate' } } };
    const withFirst = { ...template, Resources: { ...template.Resources, Second: { ...topic, DependsOn: 'First' } } };
    await using broken = await simulate({ failing });
    await broken.deploy('a', withFirst);
    assert.ok((await broken.events('a')).includes('First DELETE_COMPLETE'));
    await using sim = await simulate();
    const StackName = await sim.deploy('a', withFirst);
    await sim.aws.deleteStack({ StackName });
    await sim.settle();
    assert.ok((await sim.events(StackName)).includes('First DELETE_SKIPPED'));
  });

  it('E18 says that something is configured, and not yet at rest', async () => {
    await using sim = await simulate();
    await sim.deploy('a', { Resources: { Database: { Type: 'AWS::RDS::DBInstance' }, Topic: topic } });
    const found = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await sim.aws.describeStackEvents({ StackName: 'a', ...(token && { NextToken: token }) });
      found.push(...(page.StackEvents ?? []));
      token = page.NextToken;
    }
    assert.deepEqual(
      found
        .filter(({ DetailedStatus }) => DetailedStatus !== undefined)
        .map(({ LogicalResourceId, ResourceStatus, DetailedStatus }) => [
          LogicalResourceId,
          ResourceStatus,
          DetailedStatus,
        ]),
      [['Database', 'CREATE_IN_PROGRESS', 'CONFIGURATION_COMPLETE']],
    );
  });

  it('E19 keeps what a stack policy keeps', async () => {
    await using sim = await simulate();
    const bucket = (name: string) => ({
      Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: name } }, Topic: topic },
    });
    const policy = (Action: string, ResourceType: string) => {
      const condition = { Condition: { StringEquals: { ResourceType: [ResourceType] } } };
      const deny = { Effect: 'Deny', Action: [Action], Principal: '*', Resource: '*', ...condition };
      const allow = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
      return { StackName: 'a', StackPolicyBody: JSON.stringify({ Statement: [allow, deny] }) };
    };
    await sim.deploy('a', bucket('x'));
    await sim.aws.setStackPolicy(policy('Update:Replace', 'AWS::S3::Bucket'));
    await sim.deploy('a', bucket('y'), update);
    assert.equal((await sim.stack('a')).StackStatus, 'UPDATE_ROLLBACK_COMPLETE');
    await sim.aws.setStackPolicy(policy('Update:Delete', 'AWS::S3::Bucket'));
    await sim.deploy('a', { Resources: { Topic: topic } }, update);
    assert.equal((await sim.stack('a')).StackStatus, 'UPDATE_ROLLBACK_COMPLETE');
    await sim.deploy('a', bucket('y'), update);
    assert.equal((await sim.stack('a')).StackStatus, 'UPDATE_COMPLETE');
  });

  it('E20 tells events by what they are', async () => {
    await using sim = await simulate({ failing: ({ logicalId }) => (logicalId === 'Topic' ? 'No' : undefined) });
    await sim.deploy('a', oneTopic, { OnStackFailure: 'DO_NOTHING' });
    const { OperationEvents = [] } = await sim.aws.describeEvents({ StackName: 'a', Filters: { FailedEvents: true } });
    assert.deepEqual(
      OperationEvents.map(({ EventType, LogicalResourceId, ResourceStatusReason }) => [
        EventType,
        LogicalResourceId,
        ResourceStatusReason?.trim(),
      ]),
      [
        ['STACK_EVENT', 'a', 'The following resource(s) failed to create: [Topic].'],
        ['PROVISIONING_ERROR', 'Topic', 'No'],
      ],
    );
    const all = await sim.aws.describeEvents({ StackName: 'a' });
    assert.equal(all.OperationEvents?.length, 2, 'a page');
    await assert.rejects(sim.aws.describeEvents({}), /must be specified/);
  });

  it('E21 tells the last operation, and the events of one', async () => {
    await using sim = await simulate({ pageSize: 100 });
    await sim.deploy('a', oneTopic);
    const [first] = (await sim.stack('a')).LastOperations ?? [];
    await sim.deploy('a', { Resources: { Topic: { ...topic, Properties: { DisplayName: 'x' } } } }, update);
    const [second] = (await sim.stack('a')).LastOperations ?? [];
    assert.deepEqual([first?.OperationType, second?.OperationType], ['CREATE_STACK', 'UPDATE_STACK']);
    const statuses = async (OperationId = '') =>
      (await sim.aws.describeEvents({ OperationId })).OperationEvents?.map((event) => event.ResourceStatus).reverse();
    assert.deepEqual(await statuses(second?.OperationId), [
      'UPDATE_IN_PROGRESS',
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_COMPLETE',
    ]);
    assert.equal((await statuses(first?.OperationId))?.at(-1), 'CREATE_COMPLETE');
    await assert.rejects(statuses('none'), /Operation \[none\] does not exist/);
  });
});
