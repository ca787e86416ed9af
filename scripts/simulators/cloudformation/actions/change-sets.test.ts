import assert from 'node:assert/strict';
import { namedBucket, oneTopic, parameters, simulate, stepMs, topic } from '../fixture.ts';

const update = { ChangeSetType: 'UPDATE' } as const;
const role = (properties: object) => ({ Resources: { Role: { Type: 'AWS::IAM::Role', Properties: properties } } });

describe('simulated CloudFormation: change sets', () => {
  it('C1 refuses CREATE for a stack that exists', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    await assert.rejects(sim.create('a', oneTopic, { ChangeSetName: 'again' }), {
      name: 'ValidationError',
      message: 'Stack [a] already exists and cannot be created again with the changeSet [again].',
    });
  });

  it('C2 refuses UPDATE for a stack that does not exist', async () => {
    await using sim = await simulate();
    const refusal = { name: 'ValidationError', message: 'Stack [a] does not exist' };
    await assert.rejects(sim.create('a', oneTopic, update), refusal);
    await assert.rejects(
      sim.aws.createChangeSet({ StackName: 'a', ChangeSetName: 'b', TemplateBody: JSON.stringify(oneTopic) }),
      refusal,
    );
  });

  it('C3 makes a stack in review', async () => {
    await using sim = await simulate();
    const first = await sim.create('a', oneTopic);
    const { StackStatus, Outputs, Parameters } = await sim.stack('a');
    assert.deepEqual([StackStatus, Outputs, Parameters], ['REVIEW_IN_PROGRESS', [], undefined]);
    assert.deepEqual((await sim.aws.listStackResources({ StackName: 'a' })).StackResourceSummaries, []);
    assert.deepEqual(await sim.events('a'), ['a REVIEW_IN_PROGRESS']);
    assert.equal((await sim.create('a', oneTopic)).StackName, first.StackName);
  });

  it('C4 takes its time', async () => {
    await using sim = await simulate();
    const { Id: ChangeSetName } = await sim.aws.createChangeSet({
      StackName: 'a',
      ChangeSetName: 'b',
      ChangeSetType: 'CREATE',
      TemplateBody: JSON.stringify(oneTopic),
    });
    const seen = [];
    for (let step = 0; step < 3; step++) {
      const { Status, ExecutionStatus, Changes = [] } = await sim.aws.describeChangeSet({ ChangeSetName });
      seen.push([Status, ExecutionStatus, Changes.length]);
      await sim.clock.advance(stepMs);
    }
    assert.deepEqual(seen, [
      ['CREATE_PENDING', 'UNAVAILABLE', 0],
      ['CREATE_IN_PROGRESS', 'UNAVAILABLE', 0],
      ['CREATE_COMPLETE', 'AVAILABLE', 1],
    ]);
  });

  it('C5 refuses names that are none', async () => {
    await using sim = await simulate();
    await assert.rejects(
      sim.create('a_b', oneTopic),
      /'a_b' at 'stackName' failed .* pattern: \[a-zA-Z\]\[-a-zA-Z0-9\]\*$/,
    );
    await assert.rejects(sim.create('a', oneTopic, { ChangeSetName: '1st' }), /'1st' at 'changeSetName'/);
    await assert.rejects(sim.create('a', oneTopic, { ChangeSetName: 'a'.repeat(129) }), /less than or equal to 128$/);
    await sim.create('a', oneTopic, { ChangeSetName: 'a'.repeat(128) });
  });

  it('C6 takes a name once, and a token as often as it comes', async () => {
    await using sim = await simulate();
    const more = { ChangeSetName: 'b', ClientToken: 'token' };
    const first = await sim.create('a', oneTopic, more);
    assert.deepEqual(await sim.create('a', oneTopic, more), first);
    await assert.rejects(sim.create('a', oneTopic, { ChangeSetName: 'b' }), {
      name: 'AlreadyExistsException',
      message: 'ChangeSet [b] already exists',
    });
  });

  it('C7 wants capabilities acknowledged', async () => {
    await using sim = await simulate();
    const lacks = (capability: string) => ({
      name: 'InsufficientCapabilitiesException',
      message: `Requires capabilities : [${capability}]`,
    });
    const iam = { Capabilities: ['CAPABILITY_IAM' as const] };
    const named = { Capabilities: ['CAPABILITY_NAMED_IAM' as const] };
    await assert.rejects(sim.create('a', role({})), lacks('CAPABILITY_IAM'));
    await sim.create('a', role({}), iam);
    await sim.create('a', role({}), named);
    await assert.rejects(sim.create('a', role({ RoleName: 'x' }), iam), lacks('CAPABILITY_NAMED_IAM'));
    await sim.create('a', role({ RoleName: 'x' }), named);
  });

  it('C8 fails without changes', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    const { ChangeSetName } = await sim.create('a', oneTopic, update);
    const { Status, ExecutionStatus, StatusReason, Changes } = await sim.aws.describeChangeSet({ ChangeSetName });
    assert.deepEqual([Status, ExecutionStatus, Changes], ['FAILED', 'UNAVAILABLE', []]);
    assert.equal(
      StatusReason,
      "The submitted information didn't contain changes. Submit different information to create a change set.",
    );
  });

  it('C9 has no changes and something to do where only outputs or tags differ', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    const withOutput = { ...oneTopic, Outputs: { Out: { Value: 'x' } } };
    for (const [template, more] of [
      [withOutput, {}],
      [oneTopic, { Tags: [{ Key: 'k', Value: 'v' }] }],
    ] as const) {
      const { ChangeSetName } = await sim.create('a', template, {
        ...update,
        ...more,
        Tags: more.Tags ? [...more.Tags] : [],
      });
      const { Status, ExecutionStatus, Changes } = await sim.aws.describeChangeSet({ ChangeSetName });
      assert.deepEqual([Status, ExecutionStatus, Changes], ['CREATE_COMPLETE', 'AVAILABLE', []]);
    }
    await sim.deploy('a', withOutput, update);
    assert.deepEqual((await sim.stack('a')).Outputs, [{ OutputKey: 'Out', OutputValue: 'x' }]);
  });

  it('C10 adds what is new', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    const { ChangeSetName } = await sim.create(
      'a',
      `
Resources:
  Topic: {Type: AWS::SNS::Topic}
  New: {Type: AWS::SNS::Topic, Properties: {DisplayName: 1}}
  Newer: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Join [' ', [about, !Ref New]]}}
`,
      update,
    );
    const added = { Action: 'Add', ResourceType: 'AWS::SNS::Topic', Scope: [], Details: [] };
    assert.deepEqual(await sim.changes(ChangeSetName, true), [
      { ...added, LogicalResourceId: 'New', AfterContext: '{"Properties":{"DisplayName":1}}' },
      {
        ...added,
        LogicalResourceId: 'Newer',
        AfterContext: '{"Properties":{"DisplayName":"{{changeSet:KNOWN_AFTER_APPLY}}"}}',
      },
    ]);
  });

  it('C11 modifies in place', async () => {
    await using sim = await simulate();
    const bucket = (versioning: string) => ({
      Resources: {
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            BucketName: 'x',
            VersioningConfiguration: { Status: versioning },
            Tags: [{ Key: 'v', Value: versioning }],
          },
        },
      },
    });
    await sim.deploy('a', bucket('Enabled'));
    const { ChangeSetName } = await sim.create('a', bucket('Suspended'), update);
    assert.deepEqual(await sim.changes(ChangeSetName), [
      {
        Action: 'Modify',
        LogicalResourceId: 'Bucket',
        PhysicalResourceId: 'x',
        ResourceType: 'AWS::S3::Bucket',
        Replacement: 'False',
        Scope: ['Tags', 'Properties'],
        Details: [
          {
            Target: { Attribute: 'Tags', RequiresRecreation: 'Never' },
            Evaluation: 'Static',
            ChangeSource: 'DirectModification',
          },
          {
            Target: { Attribute: 'Properties', Name: 'VersioningConfiguration', RequiresRecreation: 'Never' },
            Evaluation: 'Static',
            ChangeSource: 'DirectModification',
          },
        ],
      },
    ]);
  });

  const bucketAndReader = (name: string) => ({
    Resources: {
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: { BucketName: name },
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      },
      Reader: {
        Type: 'AWS::Lambda::Permission',
        Properties: { Action: 'read', SourceArn: { 'Fn::GetAtt': ['Bucket', 'Arn'] } },
      },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::Sub': `about \${Bucket}` } } },
    },
  });

  it('C12 replaces where a create-only property changes', async () => {
    await using sim = await simulate();
    await sim.deploy('a', bucketAndReader('old'));
    const { ChangeSetName } = await sim.create('a', bucketAndReader('new'), update);
    const [bucket] = await sim.changes(ChangeSetName);
    assert.deepEqual(
      [bucket?.Action, bucket?.Replacement, bucket?.PolicyAction],
      ['Modify', 'True', 'ReplaceAndRetain'],
    );
    assert.equal(bucket?.Details?.[0]?.Target?.RequiresRecreation, 'Always');
  });

  it('C13 follows a replacement to what refers to it', async () => {
    await using sim = await simulate();
    await sim.deploy('a', bucketAndReader('old'));
    const { ChangeSetName } = await sim.create('a', bucketAndReader('new'), update);
    const [, reader, about] = await sim.changes(ChangeSetName, true);
    assert.deepEqual([reader?.LogicalResourceId, reader?.Replacement], ['Reader', 'Conditional']);
    assert.deepEqual(reader?.Details, [
      {
        Target: {
          Attribute: 'Properties',
          Name: 'SourceArn',
          RequiresRecreation: 'Conditionally',
          Path: '/Properties/SourceArn',
          BeforeValue: 'arn:aws:s3:us-east-1:123456789012:bucket/old',
          AfterValue: '{{changeSet:KNOWN_AFTER_APPLY}}',
          AttributeChangeType: 'Modify',
        },
        Evaluation: 'Dynamic',
        ChangeSource: 'ResourceAttribute',
        CausingEntity: 'Bucket.Arn',
      },
    ]);
    assert.deepEqual([about?.LogicalResourceId, about?.Replacement], ['Topic', 'False']);
    assert.deepEqual(
      [about?.Details?.[0]?.ChangeSource, about?.Details?.[0]?.CausingEntity],
      ['ResourceReference', 'Bucket'],
    );
  });

  it('C14 names the parameter that causes a change', async () => {
    await using sim = await simulate();
    await sim.deploy('a', namedBucket, { Parameters: parameters({ Name: 'old' }) });
    const { ChangeSetName } = await sim.create('a', namedBucket, {
      ...update,
      Parameters: parameters({ Name: 'new' }),
    });
    const [bucket] = await sim.changes(ChangeSetName);
    const [detail] = bucket?.Details ?? [];
    assert.deepEqual(
      [detail?.ChangeSource, detail?.CausingEntity, detail?.Evaluation],
      ['ParameterReference', 'Name', 'Static'],
    );
  });

  it('C15 removes what is gone', async () => {
    await using sim = await simulate();
    await sim.deploy('a', { Resources: { Topic: topic, Gone: topic, Kept: { ...topic, DeletionPolicy: 'Retain' } } });
    const { ChangeSetName } = await sim.create('a', oneTopic, update);
    const changes = await sim.changes(ChangeSetName);
    assert.deepEqual(
      changes.map(({ Action, LogicalResourceId, PolicyAction }) => [Action, LogicalResourceId, PolicyAction]),
      [
        ['Remove', 'Gone', 'Delete'],
        ['Remove', 'Kept', 'Retain'],
      ],
    );
    assert.ok(changes.every(({ PhysicalResourceId }) => PhysicalResourceId?.startsWith('arn:aws:sns:')));
  });

  it('C16 tells values where it is asked to', async () => {
    await using sim = await simulate();
    await sim.deploy('a', namedBucket, { Parameters: parameters({ Name: 'old' }) });
    const { ChangeSetName } = await sim.create('a', namedBucket, {
      ...update,
      Parameters: parameters({ Name: 'new' }),
    });
    const [asked] = await sim.changes(ChangeSetName, true);
    assert.equal(asked?.BeforeContext, '{"Properties":{"BucketName":"old"}}');
    assert.equal(asked?.AfterContext, '{"Properties":{"BucketName":"new"}}');
    const { BeforeValue, AfterValue, Path, AttributeChangeType } = asked?.Details?.[0]?.Target ?? {};
    assert.deepEqual(
      [BeforeValue, AfterValue, Path, AttributeChangeType],
      ['old', 'new', '/Properties/BucketName', 'Modify'],
    );
    const [plain] = await sim.changes(ChangeSetName);
    assert.deepEqual([plain?.BeforeContext, plain?.Details?.[0]?.Target?.AfterValue], [undefined, undefined]);
  });

  it('C17 refuses another type for a resource', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    await assert.rejects(sim.create('a', { Resources: { Topic: { Type: 'AWS::S3::Bucket' } } }, update), {
      name: 'ValidationError',
      message:
        'Update of resource type is not permitted. The new template modifies resource type of the following resources: [Topic]',
    });
  });

  it('C18 counts metadata and policies, and not DependsOn', async () => {
    await using sim = await simulate();
    await sim.deploy('a', { Resources: { Topic: topic, Other: topic } });
    const changed = await sim.create(
      'a',
      { Resources: { Topic: { ...topic, Metadata: { v: 2 }, DeletionPolicy: 'Retain' }, Other: topic } },
      update,
    );
    const [change, ...others] = await sim.changes(changed.ChangeSetName);
    assert.deepEqual([change?.LogicalResourceId, change?.Scope, others], ['Topic', ['Metadata', 'DeletionPolicy'], []]);
    const { ChangeSetName } = await sim.create(
      'a',
      { Resources: { Topic: { ...topic, DependsOn: 'Other' }, Other: topic } },
      update,
    );
    assert.equal((await sim.aws.describeChangeSet({ ChangeSetName })).Status, 'FAILED');
  });

  it('C19 is gone when deleted', async () => {
    await using sim = await simulate();
    const { ChangeSetName } = await sim.create('a', oneTopic);
    await sim.aws.deleteChangeSet({ ChangeSetName });
    await assert.rejects(sim.aws.describeChangeSet({ ChangeSetName }), { name: 'ChangeSetNotFoundException' });
    await sim.aws.deleteChangeSet({ ChangeSetName });
    assert.equal((await sim.stack('a')).StackStatus, 'REVIEW_IN_PROGRESS');
  });

  it('C20 cannot be deleted while it is being made', async () => {
    await using sim = await simulate();
    const { Id: ChangeSetName } = await sim.aws.createChangeSet({
      StackName: 'a',
      ChangeSetName: 'b',
      ChangeSetType: 'CREATE',
      TemplateBody: JSON.stringify(oneTopic),
    });
    await assert.rejects(sim.aws.deleteChangeSet({ ChangeSetName }), {
      name: 'InvalidChangeSetStatusException',
      message: `ChangeSet [${ChangeSetName}] cannot be deleted in its current status of [CREATE_PENDING]`,
    });
  });

  it('C21 says what it does not find', async () => {
    await using sim = await simulate();
    await sim.create('a', oneTopic, { ChangeSetName: 'b' });
    const { $metadata, Status } = await sim.aws.describeChangeSet({ StackName: 'a', ChangeSetName: 'b' });
    assert.deepEqual([$metadata.httpStatusCode, Status], [200, 'CREATE_COMPLETE']);
    await assert.rejects(
      sim.aws.describeChangeSet({ StackName: 'a', ChangeSetName: 'c' }),
      (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
        error.name === 'ChangeSetNotFoundException' && error.$metadata?.httpStatusCode === 404,
    );
    await assert.rejects(
      sim.aws.describeChangeSet({ StackName: 'z', ChangeSetName: 'b' }),
      /Stack \[z\] does not exist/,
    );
    await assert.rejects(sim.aws.describeChangeSet({ ChangeSetName: 'b' }), /StackName must be specified/);
  });

  it('C22 lists those of a stack', async () => {
    await using sim = await simulate();
    for (const ChangeSetName of ['a', 'b', 'c']) await sim.create('s', oneTopic, { ChangeSetName });
    const first = await sim.aws.listChangeSets({ StackName: 's' });
    const second = await sim.aws.listChangeSets({ StackName: 's', NextToken: first.NextToken });
    const all = [...(first.Summaries ?? []), ...(second.Summaries ?? [])];
    assert.deepEqual(
      all.map(({ ChangeSetName, ExecutionStatus }) => [ChangeSetName, ExecutionStatus]),
      ['a', 'b', 'c'].map((name) => [name, 'AVAILABLE']),
    );
  });

  it('C23 keeps tags that are not mentioned', async () => {
    await using sim = await simulate();
    const Tags = [{ Key: 'k', Value: 'v' }];
    const more = { Resources: { Topic: topic, More: topic } };
    await sim.deploy('a', oneTopic, { Tags });
    await sim.deploy('a', more, update);
    assert.deepEqual((await sim.stack('a')).Tags, Tags);
    await sim.deploy('a', more, { ...update, Tags: [] });
    assert.deepEqual((await sim.stack('a')).Tags, []);
  });

  it('C24 takes the deployed template again', async () => {
    await using sim = await simulate();
    await sim.deploy('a', namedBucket, { Parameters: parameters({ Name: 'old' }) });
    const { Id: ChangeSetName } = await sim.aws.createChangeSet({
      StackName: 'a',
      ChangeSetName: 'b',
      UsePreviousTemplate: true,
      Parameters: parameters({ Name: 'new' }),
    });
    await sim.settle();
    assert.equal((await sim.changes(ChangeSetName ?? '')).length, 1);
  });

  it('C25 waits for nobody', async () => {
    await using sim = await simulate();
    const { ChangeSetName, StackName } = await sim.create('a', oneTopic);
    await sim.aws.executeChangeSet({ ChangeSetName });
    await assert.rejects(sim.create('a', oneTopic, update), {
      name: 'ValidationError',
      message: `Stack:${StackName} is in CREATE_IN_PROGRESS state and can not be updated.`,
    });
  });

  it('C26 does not update what never worked', async () => {
    await using sim = await simulate({ failing: () => 'no' });
    const StackName = await sim.deploy('a', oneTopic);
    await assert.rejects(sim.create('a', oneTopic, update), {
      message: `Stack:${StackName} is in ROLLBACK_COMPLETE state and can not be updated.`,
    });
  });

  it('C27 deletes on failure only what it creates', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    await assert.rejects(sim.create('a', oneTopic, { ...update, OnStackFailure: 'DELETE' }), /OnStackFailure DELETE/);
  });

  it('C32 fails where a hook finds something, and tells what', async () => {
    await using sim = await simulate({
      hooking: ({ logicalId, type }) =>
        logicalId === 'Topic'
          ? { rule: 'encrypted', message: `${type} is not encrypted`, link: 'https://x' }
          : undefined,
    });
    const { ChangeSetName } = await sim.create('a', { Resources: { Topic: topic, Other: topic } });
    const { Status, StatusReason } = await sim.aws.describeChangeSet({ ChangeSetName });
    assert.deepEqual([Status, /Private::Guard::Rules/.test(StatusReason ?? '')], ['FAILED', true]);
    const { HookResults = [] } = await sim.aws.listHookResults({ TargetType: 'CHANGE_SET', TargetId: ChangeSetName });
    assert.equal(HookResults.length, 1);
    const { Annotations } = await sim.aws.getHookResult({ HookResultId: HookResults[0]?.HookResultId });
    assert.deepEqual(Annotations, [
      {
        AnnotationName: 'encrypted',
        Status: 'FAILED',
        StatusMessage: 'AWS::SNS::Topic is not encrypted',
        RemediationLink: 'https://x',
      },
    ]);
    await using lenient = await simulate({ hooking: () => ({ rule: 'named', message: 'no', warns: true }) });
    const made = await lenient.create('a', { Resources: { Topic: topic } });
    assert.equal((await lenient.aws.describeChangeSet(made)).Status, 'CREATE_COMPLETE');
    const { HookResults: warned = [] } = await lenient.aws.listHookResults({
      TargetType: 'CHANGE_SET',
      TargetId: made.ChangeSetName,
    });
    assert.deepEqual(
      warned.map(({ FailureMode, Status: end }) => [FailureMode, end]),
      [['WARN', 'HOOK_COMPLETE_FAILED']],
    );
  });

  it('C28 refuses kinds of change sets that it does not simulate', async () => {
    await using sim = await simulate();
    await assert.rejects(sim.create('a', oneTopic, { ChangeSetType: 'IMPORT' }), { name: 'NotSimulated' });
    await assert.rejects(sim.create('a', oneTopic, { DeploymentConfig: { Mode: 'EXPRESS' } }), {
      name: 'NotSimulated',
    });
  });

  it('C29 leaves resources out of a description with values, and says so', async () => {
    await using sim = await simulate({ omitting: (logicalId) => logicalId === 'Topic' });
    const { ChangeSetName } = await sim.create('a', { Resources: { Topic: topic, Other: topic } });
    const ids = async (values: boolean) =>
      (await sim.changes(ChangeSetName, values)).map(({ LogicalResourceId }) => LogicalResourceId);
    assert.deepEqual([await ids(true), await ids(false)], [['Other'], ['Other', 'Topic']]);
    const described = await sim.aws.describeChangeSet({ ChangeSetName, IncludePropertyValues: true });
    assert.match(described.StatusReason ?? '', /^\[WARN\] --include-property-values/);
  });

  it('C34 takes over what a stack left behind, where that is asked', async () => {
    await using sim = await simulate();
    const kept = (DeletionPolicy: string) => ({
      Resources: {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'x' }, DeletionPolicy },
        Topic: topic,
      },
    });
    const StackName = await sim.deploy('a', kept('Retain'));
    await sim.aws.deleteStack({ StackName });
    await sim.settle();
    const taken = await sim.create('a', kept('Retain'));
    assert.match((await sim.aws.describeChangeSet(taken)).StatusReason ?? '', /AWS::EarlyValidation/);
    const { ChangeSetName } = await sim.create('a', kept('RetainExceptOnCreate'), { ImportExistingResources: true });
    assert.deepEqual(
      (await sim.changes(ChangeSetName)).map(({ Action, PhysicalResourceId }) => [Action, PhysicalResourceId]),
      [
        ['Import', 'x'],
        ['Add', undefined],
      ],
    );
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.settle();
    assert.equal((await sim.stack('a')).StackStatus, 'CREATE_COMPLETE');
    const { StackResourceDetail } = await sim.aws.describeStackResource({
      StackName: 'a',
      LogicalResourceId: 'Bucket',
    });
    assert.deepEqual(
      [StackResourceDetail?.PhysicalResourceId, StackResourceDetail?.ResourceStatus],
      ['x', 'IMPORT_COMPLETE'],
    );
  });

  it('C35 imports only what is to be retained', async () => {
    await using sim = await simulate();
    const bucket = (more: object) => ({
      Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'x' }, ...more } },
    });
    await sim.aws.deleteStack({ StackName: await sim.deploy('a', bucket({ DeletionPolicy: 'Retain' })) });
    await sim.settle();
    const { ChangeSetName } = await sim.create('a', bucket({}), { ImportExistingResources: true });
    const { Status, StatusReason } = await sim.aws.describeChangeSet({ ChangeSetName });
    assert.deepEqual(
      [Status, /must have the DeletionPolicy .*'RetainExceptOnCreate'/.test(StatusReason ?? '')],
      ['FAILED', true],
    );
  });

  it('C30 finds names that are taken', async () => {
    await using sim = await simulate();
    await sim.deploy('a', namedBucket, { Parameters: parameters({ Name: 'x' }) });
    const { ChangeSetName } = await sim.create('b', namedBucket, { Parameters: parameters({ Name: 'x' }) });
    const { Status, StatusReason } = await sim.aws.describeChangeSet({ ChangeSetName });
    assert.deepEqual([Status, /AWS::EarlyValidation/.test(StatusReason ?? '')], ['FAILED', true]);
    const { OperationEvents = [] } = await sim.aws.describeEvents({ ChangeSetName, Filters: { FailedEvents: true } });
    assert.deepEqual(
      OperationEvents.map(({ EventType, LogicalResourceId, ValidationPath, ValidationStatusReason }) => [
        EventType,
        LogicalResourceId,
        ValidationPath,
        ValidationStatusReason,
      ]),
      [
        [
          'VALIDATION_ERROR',
          'Bucket',
          '/Resources/Bucket',
          "Resource of type 'AWS::S3::Bucket' with identifier 'x' already exists.",
        ],
      ],
    );
  });

  it('C31 may replace where a property is create-only under conditions', async () => {
    await using sim = await simulate();
    const database = (multiAZ: boolean) => ({
      Resources: { Database: { Type: 'AWS::RDS::DBInstance', Properties: { MultiAZ: multiAZ } } },
    });
    await sim.deploy('a', database(false));
    const before = (await sim.aws.describeStackResources({ StackName: 'a' })).StackResources?.[0]?.PhysicalResourceId;
    const { ChangeSetName } = await sim.create('a', database(true), update);
    const [change] = await sim.changes(ChangeSetName);
    assert.deepEqual([change?.Replacement, change?.PolicyAction], ['Conditional', undefined]);
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.settle();
    const after = (await sim.aws.describeStackResources({ StackName: 'a' })).StackResources?.[0]?.PhysicalResourceId;
    assert.equal(after, before);
  });
});
