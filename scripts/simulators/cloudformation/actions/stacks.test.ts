import assert from 'node:assert/strict';
import { S3 } from '@aws-sdk/client-s3';
import { oneTopic, simulate, topic } from '../fixture.ts';

describe('simulated CloudFormation: stacks', () => {
  it('S1 says that a stack does not exist', async () => {
    await using sim = await simulate();
    await assert.rejects(sim.stack('a'), { name: 'ValidationError', message: 'Stack with id a does not exist' });
  });

  it('S2 finds a deleted stack by its ARN', async () => {
    await using sim = await simulate();
    const StackId = await sim.deploy('a', oneTopic);
    await sim.aws.deleteStack({ StackName: 'a' });
    await sim.settle();
    await assert.rejects(sim.stack('a'), /does not exist/);
    const { StackStatus, DeletionTime } = await sim.stack(StackId);
    assert.equal(StackStatus, 'DELETE_COMPLETE');
    assert.ok(DeletionTime);
    assert.deepEqual((await sim.aws.describeStacks()).Stacks, []);
    assert.notEqual(await sim.deploy('a', oneTopic), StackId);
  });

  it('S3 lists stacks, deleted ones too', async () => {
    await using sim = await simulate();
    for (const name of ['a', 'b', 'c']) await sim.deploy(name, oneTopic);
    await sim.aws.deleteStack({ StackName: 'b' });
    await sim.settle();
    const first = await sim.aws.listStacks();
    const second = await sim.aws.listStacks({ NextToken: first.NextToken });
    const names = (page: typeof first) =>
      page.StackSummaries?.map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`);
    assert.deepEqual(
      [names(first), names(second)],
      [['c CREATE_COMPLETE', 'b DELETE_COMPLETE'], ['a CREATE_COMPLETE']],
    );
    assert.deepEqual(names(await sim.aws.listStacks({ StackStatusFilter: ['DELETE_COMPLETE'] })), [
      'b DELETE_COMPLETE',
    ]);
  });

  it('S4 deletes in reverse, and skips what is retained', async () => {
    await using sim = await simulate();
    const StackName = await sim.deploy('a', {
      Resources: {
        A: topic,
        B: { ...topic, DependsOn: 'A' },
        C: { ...topic, DependsOn: 'B', DeletionPolicy: 'Retain' },
      },
    });
    const count = (await sim.events('a')).length;
    await sim.aws.deleteStack({ StackName });
    await sim.settle();
    assert.deepEqual((await sim.events(StackName)).slice(count), [
      'a DELETE_IN_PROGRESS',
      'C DELETE_SKIPPED',
      'B DELETE_IN_PROGRESS',
      'B DELETE_COMPLETE',
      'A DELETE_IN_PROGRESS',
      'A DELETE_COMPLETE',
      'a DELETE_COMPLETE',
    ]);
  });

  it('S5 does not delete what is protected', async () => {
    await using sim = await simulate();
    const StackName = await sim.deploy('a', oneTopic);
    await sim.aws.updateTerminationProtection({ StackName, EnableTerminationProtection: true });
    assert.equal((await sim.stack('a')).EnableTerminationProtection, true);
    await assert.rejects(sim.aws.deleteStack({ StackName }), {
      message: 'Stack [a] cannot be deleted while TerminationProtection is enabled',
    });
    await sim.aws.updateTerminationProtection({ StackName, EnableTerminationProtection: false });
    await sim.aws.deleteStack({ StackName });
  });

  it('S6 does not delete what is being changed', async () => {
    await using sim = await simulate();
    const { ChangeSetName } = await sim.create('a', oneTopic);
    await sim.aws.executeChangeSet({ ChangeSetName });
    await assert.rejects(
      sim.aws.deleteStack({ StackName: 'a' }),
      /cannot be deleted while in status CREATE_IN_PROGRESS/,
    );
  });

  it('S7 keeps a stack policy', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    assert.equal((await sim.aws.getStackPolicy({ StackName: 'a' })).StackPolicyBody, undefined);
    const StackPolicyBody = '{"Statement":[]}';
    await sim.aws.setStackPolicy({ StackName: 'a', StackPolicyBody });
    assert.equal((await sim.aws.getStackPolicy({ StackName: 'a' })).StackPolicyBody, StackPolicyBody);
    await assert.rejects(sim.aws.setStackPolicy({ StackName: 'a', StackPolicyBody: 'no' }), /Invalid stack policy/);
  });

  it('S8 tells resources in pages, all at once, and one by one', async () => {
    await using sim = await simulate();
    const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'x' }, Metadata: { a: 1 } };
    const StackId = await sim.deploy('a', { Resources: { A: bucket, B: topic, C: topic } });
    const first = await sim.aws.listStackResources({ StackName: 'a' });
    const second = await sim.aws.listStackResources({ StackName: 'a', NextToken: first.NextToken });
    const paged = [...(first.StackResourceSummaries ?? []), ...(second.StackResourceSummaries ?? [])];
    const { StackResources = [] } = await sim.aws.describeStackResources({ StackName: 'a' });
    const ids = (resources: { PhysicalResourceId?: string | undefined }[]) =>
      resources.map(({ PhysicalResourceId }) => PhysicalResourceId);
    assert.deepEqual([ids(paged).length, ids(paged)], [3, ids(StackResources)]);
    const byPhysicalId = await sim.aws.describeStackResources({ PhysicalResourceId: 'x' });
    assert.equal(byPhysicalId.StackResources?.length, 3);
    const { StackResourceDetail } = await sim.aws.describeStackResource({ StackName: 'a', LogicalResourceId: 'A' });
    assert.deepEqual(StackResourceDetail, {
      StackName: 'a',
      StackId,
      LogicalResourceId: 'A',
      PhysicalResourceId: 'x',
      ResourceType: 'AWS::S3::Bucket',
      ResourceStatus: 'CREATE_COMPLETE',
      LastUpdatedTimestamp: StackResourceDetail?.LastUpdatedTimestamp,
      Metadata: '{"a":1}',
      DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
    });
  });

  it('S9 deletes what is not there without a word', async () => {
    await using sim = await simulate();
    await sim.aws.deleteStack({ StackName: 'nowhere' });
  });

  it('S10 stops deleting where a resource resists, and keeps what that builds on', async () => {
    await using sim = await simulate();
    await sim.deploy('a', {
      Resources: {
        Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'full' }, DependsOn: 'Base' },
        Base: topic,
        Other: topic,
      },
    });
    const s3 = s3Of(sim.url);
    await s3.putObject({ Bucket: 'full', Key: 'k', Body: 'x' });
    await sim.aws.deleteStack({ StackName: 'a' });
    await sim.settle();
    const { StackStatus, StackStatusReason } = await sim.stack('a');
    assert.deepEqual(
      [StackStatus, StackStatusReason],
      ['DELETE_FAILED', 'The following resource(s) failed to delete: [Bucket]. '],
    );
    const left = async () =>
      ((await sim.aws.describeStackResources({ StackName: 'a' })).StackResources ?? []).map(
        ({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`,
      );
    assert.deepEqual((await left()).sort(), ['Base CREATE_COMPLETE', 'Bucket DELETE_FAILED']);
    await s3.deleteObject({ Bucket: 'full', Key: 'k' });
    await sim.aws.deleteStack({ StackName: 'a' });
    await sim.settle();
    await assert.rejects(sim.stack('a'), /does not exist/);
    s3.destroy();
  });

  it('S12 does not delete what is protected against it', async () => {
    for (const [type, name, reason] of [
      ['AWS::RDS::DBInstance', 'DeletionProtection', /Cannot delete protected DB Instance/],
      ['AWS::DynamoDB::Table', 'DeletionProtectionEnabled', /currently protected against deletion/],
    ] as const) {
      await using sim = await simulate();
      const StackName = await sim.deploy('a', { Resources: { Kept: { Type: type, Properties: { [name]: true } } } });
      await sim.aws.deleteStack({ StackName });
      await sim.settle();
      const { StackResources = [] } = await sim.aws.describeStackResources({ StackName });
      assert.equal(StackResources[0]?.ResourceStatus, 'DELETE_FAILED');
      assert.match(StackResources[0]?.ResourceStatusReason ?? '', reason);
      sim.tamper('a', 'Kept', { [name]: false });
      await sim.aws.deleteStack({ StackName });
      await sim.settle();
      assert.equal((await sim.stack(StackName)).StackStatus, 'DELETE_COMPLETE');
    }
  });

  it('S11 deletes such a stack without what is named, or by force', async () => {
    for (const how of [{ RetainResources: ['Topic'] }, { DeletionMode: 'FORCE_DELETE_STACK' as const }]) {
      await using sim = await simulate({ resisting: ({ type }) => (type === topic.Type ? 'In use' : undefined) });
      const StackName = await sim.deploy('a', oneTopic);
      if ('RetainResources' in how) {
        await assert.rejects(sim.aws.deleteStack({ StackName, ...how }), /only when the stack is in the DELETE_FAILED/);
      }
      await sim.aws.deleteStack({ StackName });
      await sim.settle();
      await assert.rejects(sim.aws.deleteStack({ StackName, RetainResources: ['Nothing'] }), /do not exist in stack/);
      await sim.aws.deleteStack({ StackName, ...how });
      await sim.settle();
      assert.equal((await sim.stack(StackName)).StackStatus, 'DELETE_COMPLETE');
    }
  });
});

const s3Of = (endpoint: string) =>
  new S3({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
