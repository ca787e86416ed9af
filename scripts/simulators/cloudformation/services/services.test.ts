import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { APIGateway } from '@aws-sdk/client-api-gateway';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { ECR } from '@aws-sdk/client-ecr';
import { Lambda } from '@aws-sdk/client-lambda';
import { RDS } from '@aws-sdk/client-rds';
import { S3 } from '@aws-sdk/client-s3';
import { STS } from '@aws-sdk/client-sts';
import { oneTopic, simulate, stepMs } from '../fixture.ts';
import type { SimulatorOptions } from '../simulator.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

async function simulateServices(options: SimulatorOptions = {}) {
  const sim = await simulate(options);
  const common = {
    endpoint: sim.url,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  };
  const lambda = new Lambda(common);
  const s3 = new S3({ ...common, forcePathStyle: true });
  const [ecr, cloudWatch, sts] = [new ECR(common), new CloudWatch(common), new STS(common)];
  const rds = new RDS(common);
  return {
    ...sim,
    lambda,
    s3,
    ecr,
    cloudWatch,
    sts,
    rds,
    /** Moves the clock until `work` is done. */
    async ended<T>(work: Promise<T>): Promise<T> {
      let isDone = false;
      void work.finally(() => {
        isDone = true;
      });
      while (!isDone) {
        await setTimeout(1);
        await sim.clock.advance(stepMs);
      }
      return work;
    },
    async [Symbol.asyncDispose]() {
      for (const client of [lambda, s3, ecr, cloudWatch, sts, rds]) client.destroy();
      await sim[Symbol.asyncDispose]();
    },
  };
}

const served = (image: string) => ({
  Resources: {
    Function: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f', Code: { ImageUri: image } } },
    [`Version${image}`]: {
      Type: 'AWS::Lambda::Version',
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { FunctionName: { Ref: 'Function' } },
    },
    Live: {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        Name: 'live',
        FunctionName: { Ref: 'Function' },
        FunctionVersion: { 'Fn::GetAtt': [`Version${image}`, 'Version'] },
      },
    },
    RestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'x' } },
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'RestApi' }, StageName: 'demo' } },
  },
  Outputs: { Api: { Value: { Ref: 'RestApi' } } },
});
const bucket = { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'kept' } } } };

describe('simulated CloudFormation: what a deploy asks beside it', () => {
  it('L1 invokes a function that a stack has', async () => {
    await using sim = await simulateServices({
      invoking: ({ functionName, imageUri, event }) => ({ functionName, imageUri, job: event.job ?? null }),
    });
    const invoke = () => sim.lambda.invoke({ FunctionName: 'f', Payload: Buffer.from('{"job":"x"}') });
    await assert.rejects(invoke(), { name: 'ResourceNotFoundException' });
    await sim.deploy('a', served('one'));
    const running = invoke();
    const { Payload, FunctionError } = await sim.ended(running);
    assert.equal(FunctionError, undefined);
    assert.deepEqual(JSON.parse(Buffer.from(Payload ?? []).toString()), {
      functionName: 'f',
      imageUri: 'one',
      job: 'x',
    });
  });

  it('L2 answers with what failed in a function', async () => {
    await using sim = await simulateServices({
      invoking() {
        throw new TypeError('no');
      },
    });
    await sim.deploy('a', served('one'));
    const running = sim.lambda.invoke({ FunctionName: 'f', LogType: 'Tail' });
    const { StatusCode, FunctionError, Payload, LogResult } = await sim.ended(running);
    assert.deepEqual([StatusCode, FunctionError], [200, 'Unhandled']);
    assert.deepEqual(JSON.parse(Buffer.from(Payload ?? []).toString()), {
      errorType: 'TypeError',
      errorMessage: 'no',
      trace: [],
    });
    assert.match(Buffer.from(LogResult ?? '', 'base64').toString(), /TypeError: no/);
  });

  it('L3 numbers versions, which keep their image', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', served('one'));
    await sim.deploy('a', served('two'), { ChangeSetType: 'UPDATE' });
    const imageOf = async (Qualifier: string) =>
      (await sim.lambda.getFunction({ FunctionName: 'f', Qualifier })).Code?.ImageUri;
    assert.deepEqual([await imageOf('1'), await imageOf('2'), await imageOf('live')], ['one', 'two', 'two']);
    await assert.rejects(imageOf('3'), { name: 'ResourceNotFoundException' });
  });

  it('L4 moves an alias, to a version that there is, where it was last seen', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', served('one'));
    await sim.deploy('a', served('two'), { ChangeSetType: 'UPDATE' });
    const alias = { FunctionName: 'f', Name: 'live' };
    const { FunctionVersion, RevisionId } = await sim.lambda.getAlias(alias);
    assert.equal(FunctionVersion, '2');
    const moved = await sim.lambda.updateAlias({ ...alias, FunctionVersion: '1', RevisionId });
    assert.equal(moved.FunctionVersion, '1');
    await assert.rejects(sim.lambda.updateAlias({ ...alias, FunctionVersion: '2', RevisionId }), {
      name: 'PreconditionFailedException',
    });
    await assert.rejects(sim.lambda.updateAlias({ ...alias, FunctionVersion: '9' }), {
      name: 'ResourceNotFoundException',
    });
    await assert.rejects(sim.lambda.getAlias({ ...alias, Name: 'dead' }), { name: 'ResourceNotFoundException' });
  });

  it('L5 takes a moved alias for drift', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', served('one'));
    await sim.deploy('a', served('two'), { ChangeSetType: 'UPDATE' });
    const alias = { FunctionName: 'f', Name: 'live' };
    await sim.lambda.updateAlias({ ...alias, FunctionVersion: '1' });
    const reverting = { ChangeSetType: 'UPDATE', DeploymentMode: 'REVERT_DRIFT' } as const;
    const [change] = await sim.changes((await sim.create('a', served('two'), reverting)).ChangeSetName, true);
    assert.deepEqual([change?.LogicalResourceId, change?.ResourceDriftStatus], ['Live', 'MODIFIED']);
    await sim.deploy('a', served('three'), { ChangeSetType: 'UPDATE' });
    assert.equal((await sim.lambda.getAlias(alias)).FunctionVersion, '3');
  });

  it('L6 tells what a function is made with, as somebody changed it', async () => {
    await using sim = await simulateServices();
    const read = () => sim.lambda.getFunctionConfiguration({ FunctionName: 'f' });
    await assert.rejects(read(), { name: 'ResourceNotFoundException' });
    await sim.deploy('a', served('one'));
    assert.deepEqual((await read()).VpcConfig?.SecurityGroupIds, []);
    sim.tamper('a', 'Function', { MemorySize: 512, VpcConfig: { SecurityGroupIds: ['sg-1'] } });
    const { MemorySize, VpcConfig } = await read();
    assert.deepEqual([MemorySize, VpcConfig?.SecurityGroupIds], [512, ['sg-1']]);
  });

  it('L7 tells who may call an alias', async () => {
    await using sim = await simulateServices();
    const permission = (FunctionName: string, SourceArn: string) => ({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: FunctionName },
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn,
      },
    });
    const template = served('one');
    const Resources = { ...template.Resources, OnFunction: permission('Function', 'arn:of-the-function') };
    await sim.deploy('a', { ...template, Resources });
    const read = () => sim.lambda.getPolicy({ FunctionName: 'f', Qualifier: 'live' });
    await assert.rejects(read(), { name: 'ResourceNotFoundException' });
    const both = { ...Resources, OnAlias: permission('Live', 'arn:of-the-alias') };
    await sim.deploy('a', { ...template, Resources: both }, { ChangeSetType: 'UPDATE' });
    const { Statement } = JSON.parse((await read()).Policy ?? '');
    assert.deepEqual(
      Statement.map(({ Condition }: { Condition: object }) => Condition),
      [{ ArnLike: { 'AWS:SourceArn': 'arn:of-the-alias' } }],
    );
    sim.tamper('a', 'OnAlias', null);
    await assert.rejects(read(), { name: 'ResourceNotFoundException' });
  });

  it('L8 changes a configuration, and publishes it once', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', served('one'));
    const f = { FunctionName: 'f' };
    assert.equal((await sim.lambda.publishVersion(f)).Version, '1');
    await sim.lambda.updateFunctionConfiguration({ ...f, Description: 'anew' });
    assert.equal((await sim.lambda.publishVersion(f)).Version, '2');
    await sim.lambda.updateFunctionConfiguration({ ...f, Description: '' });
    const described = (Qualifier: string) => sim.lambda.getFunctionConfiguration({ ...f, Qualifier });
    const [one, two, latest] = await Promise.all(['1', '2', '$LATEST'].map(described));
    assert.deepEqual([one?.Description, two?.Description, latest?.Description], ['', 'anew', '']);
    assert.equal(one?.CodeSha256, two?.CodeSha256);
    // As the template has it again.
    const reverting = { ChangeSetType: 'UPDATE', DeploymentMode: 'REVERT_DRIFT' } as const;
    const { ChangeSetName } = await sim.create('a', served('one'), reverting);
    assert.match((await sim.aws.describeChangeSet({ ChangeSetName })).StatusReason ?? '', /contain changes|No updates/);
  });

  const database = {
    Resources: {
      Subnets: { Type: 'AWS::RDS::DBSubnetGroup', Properties: { DBSubnetGroupName: 'data' } },
      Database: {
        Type: 'AWS::RDS::DBInstance',
        DeletionPolicy: 'Snapshot',
        Properties: { DBInstanceIdentifier: 'db', DBSubnetGroupName: { Ref: 'Subnets' }, VPCSecurityGroups: ['sg-1'] },
      },
    },
  };

  it('N1 has the instances that stacks have, their snapshots and their window', async () => {
    await using sim = await simulateServices();
    await assert.rejects(sim.rds.describeDBInstances({ DBInstanceIdentifier: 'db' }), { name: /^DBInstanceNotFound/ });
    await sim.deploy('a', database);
    const { DBInstances: [instance] = [] } = await sim.rds.describeDBInstances({ DBInstanceIdentifier: 'db' });
    assert.deepEqual(
      [instance?.DBInstanceStatus, instance?.VpcSecurityGroups?.[0]?.VpcSecurityGroupId],
      ['available', 'sg-1'],
    );
    const { DBSnapshots = [] } = await sim.rds.describeDBSnapshots({ DBInstanceIdentifier: 'db' });
    assert.deepEqual(
      DBSnapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier),
      ['rds:db-2026-01-01-00-00'],
    );
    const { DBInstanceAutomatedBackups: [backup] = [] } = await sim.rds.describeDBInstanceAutomatedBackups({
      DBInstanceIdentifier: 'db',
    });
    assert.equal(backup?.RestoreWindow?.EarliestTime?.toISOString().slice(0, 10), '2025-12-25');
  });

  it('N2 restores into an instance of another name, which takes its time', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', database);
    const restore = (TargetDBInstanceIdentifier: string, more: object = {}) =>
      sim.rds.restoreDBInstanceToPointInTime({
        SourceDBInstanceIdentifier: 'db',
        TargetDBInstanceIdentifier,
        UseLatestRestorableTime: true,
        DBSubnetGroupName: 'data',
        ...more,
      });
    await assert.rejects(restore('db'), { name: /^DBInstanceAlreadyExists/ });
    await assert.rejects(restore('old', { RestoreTime: new Date('2020-01-01') }), { name: /^InvalidRestoreFault/ });
    await assert.rejects(restore('new', { DBSubnetGroupName: 'other' }), { name: /^DBSubnetGroupNotFound/ });
    const { DBInstance } = await restore('new');
    assert.equal(DBInstance?.DBInstanceStatus, 'creating');
    await sim.settle();
    const { DBInstances: [made] = [] } = await sim.rds.describeDBInstances({ DBInstanceIdentifier: 'new' });
    assert.deepEqual([made?.DBInstanceStatus, made?.Endpoint?.Address], ['available', 'new.simulated.invalid']);
    await sim.rds.restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: 'third',
      DBSnapshotIdentifier: 'rds:db-2026-01-01-00-00',
      DBSubnetGroupName: 'data',
    });
    await assert.rejects(
      sim.rds.restoreDBInstanceFromDBSnapshot({ DBInstanceIdentifier: 'x', DBSnapshotIdentifier: 'none' }),
      { name: /^DBSnapshotNotFound/ },
    );
  });

  it('N3 keeps the automatic backups of an instance that was deleted', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', database);
    sim.tamper('a', 'Database', null);
    const { DBInstanceAutomatedBackups: [backup] = [] } = await sim.rds.describeDBInstanceAutomatedBackups({
      DBInstanceIdentifier: 'db',
    });
    assert.equal(backup?.Status, 'retained');
    const { DBInstance } = await sim.rds.restoreDBInstanceToPointInTime({
      SourceDbiResourceId: backup?.DbiResourceId,
      TargetDBInstanceIdentifier: 'db',
      UseLatestRestorableTime: true,
      DBSubnetGroupName: 'data',
    });
    assert.equal(DBInstance?.DBInstanceIdentifier, 'db');
  });

  it('L9 tells versions, and deletes those that no alias points to', async () => {
    await using sim = await simulateServices();
    for (const [index, image] of ['one', 'two', 'three'].entries())
      await sim.deploy('a', served(image), index === 0 ? {} : { ChangeSetType: 'UPDATE' });
    const list = async () => {
      const first = await sim.lambda.listVersionsByFunction({ FunctionName: 'f' });
      const rest = first.NextMarker
        ? await sim.lambda.listVersionsByFunction({ FunctionName: 'f', Marker: first.NextMarker })
        : undefined;
      return [first, rest].flatMap((page) => page?.Versions?.map(({ Version }) => Version) ?? []);
    };
    assert.deepEqual(await list(), ['$LATEST', '1', '2', '3']);
    await sim.lambda.deleteFunction({ FunctionName: 'f', Qualifier: '1' });
    await sim.lambda.deleteFunction({ FunctionName: 'f', Qualifier: '2' });
    await assert.rejects(sim.lambda.deleteFunction({ FunctionName: 'f', Qualifier: '3' }), {
      name: 'ResourceConflictException',
    });
    await assert.rejects(sim.lambda.getFunction({ FunctionName: 'f', Qualifier: '2' }), {
      name: 'ResourceNotFoundException',
    });
    await sim.deploy('a', served('four'), { ChangeSetType: 'UPDATE' });
    assert.deepEqual(await list(), ['$LATEST', '3', '4']);
  });

  it('B1 has the buckets that stacks have', async () => {
    await using sim = await simulateServices();
    const put = () => sim.s3.putObject({ Bucket: 'kept', Key: 'k', Body: 'x' });
    await assert.rejects(put(), { name: 'NoSuchBucket' });
    await sim.deploy('a', bucket);
    await put();
  });

  it('B2 keeps objects', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', bucket);
    const Bucket = 'kept';
    for (const Key of ['r/1', 'r/2 & more', 'r/3', 's/1']) await sim.s3.putObject({ Bucket, Key, Body: `of ${Key}` });
    await assert.rejects(sim.s3.putObject({ Bucket, Key: 'r/1', Body: 'other', IfNoneMatch: '*' }), {
      name: 'PreconditionFailed',
    });
    assert.equal(await (await sim.s3.getObject({ Bucket, Key: 'r/1' })).Body?.transformToString(), 'of r/1');
    const first = await sim.s3.listObjectsV2({ Bucket, Prefix: 'r/' });
    const second = await sim.s3.listObjectsV2({ Bucket, Prefix: 'r/', ContinuationToken: first.NextContinuationToken });
    const keys = [first, second].map(({ Contents = [] }) => Contents.map(({ Key }) => Key));
    assert.deepEqual(keys, [['r/1', 'r/2 & more'], ['r/3']]);
    await sim.s3.deleteObject({ Bucket, Key: 'r/1' });
    await assert.rejects(sim.s3.getObject({ Bucket, Key: 'r/1' }), { name: 'NoSuchKey' });
  });

  it('C33 warns of a bucket that is to go and is not empty', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', { Resources: { ...bucket.Resources, ...oneTopic.Resources } });
    await sim.s3.putObject({ Bucket: 'kept', Key: 'k', Body: 'x' });
    const { ChangeSetName } = await sim.create('a', oneTopic, { ChangeSetType: 'UPDATE' });
    assert.equal((await sim.aws.describeChangeSet({ ChangeSetName })).Status, 'CREATE_COMPLETE');
    const { OperationEvents = [] } = await sim.aws.describeEvents({ ChangeSetName, Filters: { FailedEvents: true } });
    assert.deepEqual(
      OperationEvents.map((event) => [
        event.LogicalResourceId,
        event.ValidationFailureMode,
        event.ValidationStatusReason,
      ]),
      [['Bucket', 'WARN', "Bucket 'kept' is not empty."]],
    );
  });

  it('T20 reads a template from a bucket', async () => {
    await using sim = await simulateServices();
    await sim.deploy('a', bucket);
    const put = (Key: string, Body: string) => sim.s3.putObject({ Bucket: 'kept', Key, Body });
    await put('small.json', JSON.stringify(oneTopic));
    await put('large.json', JSON.stringify({ ...oneTopic, Description: 'x'.repeat(60_000) }));
    await put('huge.json', JSON.stringify({ ...oneTopic, Description: 'x'.repeat(1_000_000) }));
    const validate = (TemplateURL: string) => sim.aws.validateTemplate({ TemplateURL });
    const at = (key: string) => `https://kept.s3.us-east-1.amazonaws.com/${key}`;
    await validate(at('small.json'));
    await validate(at('large.json'));
    await validate('https://s3.amazonaws.com/kept/large.json');
    await assert.rejects(validate(at('huge.json')), /Template may not exceed 1000000 bytes in size\./);
    await assert.rejects(validate(at('none.json')), /S3 error: The specified key does not exist\./);
    await assert.rejects(validate('https://example.org/x'), /must be a supported URL/);
    const { Id } = await sim.aws.createChangeSet({
      StackName: 'b',
      ChangeSetName: 'c',
      ChangeSetType: 'CREATE',
      TemplateURL: at('large.json'),
    });
    await sim.settle();
    assert.equal((await sim.aws.describeChangeSet({ ChangeSetName: Id })).Status, 'CREATE_COMPLETE');
  });

  it('R1 has the repositories that stacks have, and the images that it is told of', async () => {
    const [kept, gone] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);
    await using sim = await simulateServices({
      storing: ({ repository, digest }) => repository === 'r' && digest === kept,
    });
    const describe = (imageDigest = '') => sim.ecr.describeImages({ repositoryName: 'r', imageIds: [{ imageDigest }] });
    await assert.rejects(describe(kept), { name: 'RepositoryNotFoundException' });
    await sim.deploy('a', { Resources: { R: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'r' } } } });
    assert.equal((await describe(kept)).imageDetails?.[0]?.imageDigest, kept);
    await assert.rejects(describe(gone), {
      name: 'ImageNotFoundException',
      message: /does not exist within the repository/,
    });
    await assert.rejects(sim.ecr.describeImages({ repositoryName: 'r', imageIds: [{ imageTag: 'x' }] }), {
      name: 'NotSimulated',
    });
  });

  it('W1 tells the alarms that stacks have, in pages, by name and state', async () => {
    await using sim = await simulateServices({ alarming: (name) => (name === 'b' ? 'Too many' : undefined) });
    const alarm = (AlarmName: string) => ({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: { AlarmName, AlarmDescription: `Of ${AlarmName}` },
    });
    await sim.deploy('a', { Resources: { A: alarm('a'), B: alarm('b'), C: alarm('c') } });
    const first = await sim.cloudWatch.describeAlarms({});
    const second = await sim.cloudWatch.describeAlarms({ NextToken: first.NextToken });
    const names = [first, second].map(({ MetricAlarms = [] }) => MetricAlarms.map(({ AlarmName }) => AlarmName));
    assert.deepEqual(names, [['a', 'b'], ['c']]);
    const { MetricAlarms = [] } = await sim.cloudWatch.describeAlarms({ AlarmNames: ['a', 'b'], StateValue: 'ALARM' });
    assert.deepEqual(
      MetricAlarms.map((own) => [
        own.AlarmName,
        own.AlarmDescription,
        own.StateReason,
        own.StateUpdatedTimestamp instanceof Date,
      ]),
      [['b', 'Of b', 'Too many', true]],
    );
  });

  it('I1 says whose credentials ask', async () => {
    await using sim = await simulateServices();
    const { Account, Arn } = await sim.sts.getCallerIdentity({});
    assert.deepEqual([Account, Arn], ['123456789012', 'arn:aws:iam::123456789012:user/test']);
  });

  it('G1 serves the version that is live', async () => {
    await using sim = await simulateServices({
      serving: ({ version, imageUri, path }) => ({ status: 200, body: `${version} ${imageUri} ${path}` }),
    });
    await sim.deploy('a', served('one'));
    await sim.deploy('a', served('two'), { ChangeSetType: 'UPDATE' });
    const host = `${(await sim.stack('a')).Outputs?.[0]?.OutputValue}.execute-api.us-east-1.amazonaws.com`;
    const ask = async (path: string) => {
      const answer = await fetch(`${sim.url}${path}`, { headers: { 'x-forwarded-host': host.toLowerCase() } });
      return `${answer.status} ${await answer.text()}`;
    };
    assert.equal(await ask('/demo/api/health'), '200 2 two /api/health');
    await sim.lambda.updateAlias({ FunctionName: 'f', Name: 'live', FunctionVersion: '1' });
    assert.equal(await ask('/demo/api/health'), '200 1 one /api/health');
    assert.match(await ask('/other/api/health'), /^403 /);
  });

  it('G2 tells which deployment a stage shows', async () => {
    await using sim = await simulateServices();
    const gateway = new APIGateway({ endpoint: sim.url, region: 'us-east-1', credentials, maxAttempts: 1 });
    const template = served('one');
    const Stage = {
      ...template.Resources.Stage,
      Properties: { ...template.Resources.Stage.Properties, DeploymentId: 'd1' },
    };
    await sim.deploy('a', { ...template, Resources: { ...template.Resources, Stage } });
    const restApiId = (await sim.stack('a')).Outputs?.[0]?.OutputValue;
    assert.equal((await gateway.getStage({ restApiId, stageName: 'demo' })).deploymentId, 'd1');
    await assert.rejects(gateway.getStage({ restApiId, stageName: 'other' }), { name: 'NotFoundException' });
    sim.tamper('a', 'Stage', null);
    await assert.rejects(gateway.getStage({ restApiId, stageName: 'demo' }), { name: 'NotFoundException' });
    gateway.destroy();
  });
});
