import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { environments } from '../../environments/index.ts';
import { readTemplate } from '../../generator/cloudformation/read-yaml.ts';
import { compile, placeholderRelease } from '../../generator/compile.ts';
import { connect } from '../aws/cloudformation.ts';
import { connectEcs } from '../aws/ecs.ts';
import { connectLogs, readLog } from '../aws/logs.ts';
import { find, type Moto, startMoto } from '../testing/moto.ts';
import { importerArguments } from './arguments.ts';
import { container, findPlace, outputNames, placeOf, stackNameOf } from './place.ts';

const exec = promisify(execFile);
const verb = ['--no-warnings', 'scripts/run-import.ts'];

interface TaskProperties {
  readonly ContainerDefinitions: readonly {
    readonly Name: string;
    readonly LogConfiguration: { readonly Options: Readonly<Record<string, string>> };
  }[];
}

describe('run-import: words and place', () => {
  it('hands on what was asked, one word an item, and leaves out what was not', () => {
    const asked = { dataset: 'cd,sldu', states: 'CO,MN', year: undefined, source: '', 'dry-run': true, force: false };
    assert.deepEqual(importerArguments(asked), ['--dataset', 'cd,sldu', '--states', 'CO,MN', '--dry-run']);
  });

  it('refuses what would be read as more than a value', () => {
    for (const states of ['CO --force', '--clear', 'CO;rm', '$(id)', 'CO,', '../x', 'CO\nMN'])
      assert.throws(() => importerArguments({ states }), /--states is/, states);
  });

  it('is where the stack of the tier says', () => {
    const { staging, development } = environments;
    assert.equal(stackNameOf(staging), 'coalition-builder-nonproduction-geodata-import');
    assert.equal(stackNameOf(development), stackNameOf(staging));
    assert.throws(() => placeOf(staging, undefined), {
      message: /is not deployed/,
      remedy: /npm run deploy -- staging/,
    });
    const { SubnetIds, ...rest } = Object.fromEntries(
      Object.values(outputNames('staging')).map((name) => [name, `${name} value`]),
    );
    const outputs = Object.entries(rest).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
    const stack = { StackName: 'x', CreationTime: undefined, StackStatus: undefined, Outputs: outputs };
    assert.throws(() => placeOf(staging, stack), /has no output SubnetIds/);
    assert.equal(SubnetIds, 'SubnetIds value');
  });

  it('is called there as the generator calls it', () => {
    for (const environment of Object.values(environments)) {
      const compiled = compile(environment, placeholderRelease).find(({ stack }) => stack === 'geodata-import');
      assert.equal(compiled?.stackName, stackNameOf(environment));
      const template = readTemplate(compiled?.body ?? '');
      for (const name of Object.values(outputNames(environment.name)))
        assert.ok(name in (template.Outputs ?? {}), name);
      const tasks = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::ECS::TaskDefinition');
      assert.ok(tasks.length > 0);
      for (const { Properties } of tasks) {
        const [definition] = (Properties as unknown as TaskProperties).ContainerDefinitions;
        assert.equal(definition?.Name, container);
        assert.equal(definition?.LogConfiguration.Options['awslogs-stream-prefix'], 'import');
      }
    }
  });

  it('says what is wrong with the command line before it asks AWS anything', () => {
    const wrong = {
      '--timeout=soon': /--timeout is "soon"/,
      '--states=CO;id': /--states is/,
      '--token=': /--token takes/,
    };
    for (const [flag, expected] of Object.entries(wrong)) {
      const { status, stderr } = spawnSync(process.execPath, [...verb, 'staging', flag], { encoding: 'utf8' });
      assert.equal(status, 2);
      assert.match(stderr, expected);
    }
  });
});

const names = outputNames('staging');

/** What `generator/stacks/geodata-import.ts` makes, as far as moto can make it. */
const template = {
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' } },
    Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: { Ref: 'Vpc' }, GroupDescription: 'import' } },
    Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: 'geodata-import' } },
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'geodata-import',
        RequiresCompatibilities: ['FARGATE'],
        NetworkMode: 'awsvpc',
        Cpu: '2048',
        Memory: '4096',
        // moto answers 500 where only the task says how much memory there is.
        ContainerDefinitions: [{ Name: container, Image: 'importer', Cpu: 2048, Memory: 4096 }],
      },
    },
  },
  Outputs: {
    [names.cluster]: { Value: { Ref: 'Cluster' } },
    [names.taskDefinition]: { Value: { Ref: 'Task' } },
    [names.subnets]: { Value: { Ref: 'Subnet' } },
    [names.securityGroup]: { Value: { 'Fn::GetAtt': ['Group', 'GroupId'] } },
    [names.logGroup]: { Value: '/ecs/geodata-import' },
  },
};

describe('run-import: against moto', () => {
  let moto: Moto;
  const aws = find('aws');
  const variables = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

  before(async function () {
    this.timeout(60_000);
    const command = find('moto_server');
    // moto_server not found, or no aws command: .ci/requirements.txt has both.
    if (!command || !aws) return this.skip();
    moto = await startMoto(command);
    Object.assign(process.env, variables, { AWS_ENDPOINT_URL: moto.url });
    const cloudFormation = await connect({ region: 'us-east-1' });
    const StackName = stackNameOf(environments.staging);
    await cloudFormation.createStack({ StackName, TemplateBody: JSON.stringify(template) });
    cloudFormation.destroy();
  });
  after(async () => {
    for (const name of [...Object.keys(variables), 'AWS_ENDPOINT_URL']) delete process.env[name];
    await moto?.[Symbol.asyncDispose]();
  });

  it('the command finds its place in the stack, runs the task to its end, and ends as it ended', async () => {
    const args = [...verb, 'staging', '--dataset', 'cd', '--states', 'CO,MN', '--token', 'run-1'];
    const { stdout } = await exec(process.execPath, args);
    assert.match(
      stdout,
      /^import into staging · us-east-1 · --dataset cd --states CO,MN\narn:aws:ecs:us-east-1:\d+:task\//,
    );
    assert.match(stdout, /\n {2}stopped\n✓ imported in /);

    const ecs = await connectEcs({ region: 'us-east-1' });
    const arn = /arn:aws:ecs:\S+/.exec(stdout)?.[0] ?? '';
    const { tasks = [] } = await ecs.describeTasks({ cluster: 'geodata-import', tasks: [arn] });
    ecs.destroy();
    const override = tasks[0]?.overrides?.containerOverrides?.[0];
    assert.deepEqual(override?.command, ['--dataset', 'cd', '--states', 'CO,MN']);
  }).timeout(90_000);

  it('the command stops a task that another process has started, and none where none was', async () => {
    const ecs = await connectEcs({ region: 'us-east-1' });
    const cloudFormation = await connect({ region: 'us-east-1' });
    const { signal } = new AbortController();
    const { cluster, taskDefinition, subnets } = await findPlace(cloudFormation, environments.staging, signal);
    await assert.rejects(findPlace(cloudFormation, environments.production, signal), {
      message: 'coalition-builder-production-geodata-import is not deployed.',
      exitCode: 2,
    });
    cloudFormation.destroy();
    const networkConfiguration = { awsvpcConfiguration: { subnets: [...subnets] } };
    const { tasks = [] } = await ecs.runTask({ cluster, taskDefinition, launchType: 'FARGATE', networkConfiguration });
    const arn = tasks[0]?.taskArn ?? '';
    const { stdout } = await exec(process.execPath, [...verb, 'staging', '--stop', arn]);
    assert.equal(stdout, '  stopping it: asked to stop\n  stopped\n');
    const { tasks: after = [] } = await ecs.describeTasks({ cluster, tasks: [arn] });
    ecs.destroy();
    assert.equal(after[0]?.stoppedReason, 'asked to stop');

    const nothing = await exec(process.execPath, [...verb, 'staging', '--stop', '']);
    assert.match(nothing.stdout, /^No task was started/);
  }).timeout(60_000);

  it('a log is read on from where it was, and one that is not there yet is empty', async () => {
    const { signal } = new AbortController();
    const where = { group: '/ecs/geodata-import', stream: 'import/import/1' };
    const client = await connectLogs({ region: 'us-east-1' });
    assert.deepEqual(await readLog(client, where, undefined, signal), { lines: [] });

    const names = ['--log-group-name', where.group, '--log-stream-name', where.stream];
    const logs = (action: string, ...args: string[]) =>
      exec(aws ?? '', ['logs', action, '--region', 'us-east-1', ...args]);
    const put = (time: number, message: string) =>
      logs('put-log-events', ...names, '--log-events', JSON.stringify([{ timestamp: time, message }]));
    await logs('create-log-group', '--log-group-name', where.group);
    await logs('create-log-stream', ...names);
    await put(Date.now() - 2000, 'first\n');
    const first = await readLog(client, where, undefined, signal);
    assert.deepEqual(first.lines, ['first']);
    assert.deepEqual((await readLog(client, where, first.next, signal)).lines, []);
    await put(Date.now() - 1000, 'second');
    assert.deepEqual((await readLog(client, where, first.next, signal)).lines, ['second']);
  }).timeout(60_000);
});
