import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { copyOfProject, type Project, simulatedAccount } from './fixture.ts';

const network = 'coalition-builder-nonproduction-network';
const image = (digit: string) => `sha256:${digit.repeat(64)}`;
const lambdaImage = ['--lambda-image', image('a'), '--importer-image', image('b')];

describe('preview, deploy and rehearse, as they are typed', function () {
  this.timeout(30_000);
  let project: Project;
  before(async () => {
    project = copyOfProject();
    const { code, stderr } = await project.run('generate', []);
    assert.equal(code, 0, stderr);
  });
  after(() => project[Symbol.dispose]());

  it('previews, deploys, and finds nothing left to do', async () => {
    await using account = await simulatedAccount();
    const type = (verb: string, ...args: string[]) => project.run(verb, args, account.variables);
    const before = await type('preview', 'development', '--exit-code');
    assert.equal(before.code, 10);
    assert.match(
      before.stdout,
      /^development · us-east-1 · at http:\/\/127\.0\.0\.1:\d+, which is not AWS\n {2}network {2}would create \d+ resources/,
    );
    assert.match(
      before.stdout,
      /NetworkDataSubnetIds come from coalition-builder-nonproduction-network, which is not deployed yet/,
    );
    assert.match(before.stdout, /would change\. Nothing was changed\. plan [0-9a-f]{12}\n$/);

    const deployed = await type('deploy', 'development', ...lambdaImage);
    assert.deepEqual([deployed.code, deployed.stderr], [0, '']);
    assert.match(deployed.stdout, /CREATE_COMPLETE {2}AWS::EC2::VPC +Vpc/);
    assert.match(deployed.stdout, /✓ \d+ stacks: \d+ deployed, 0 unchanged/);

    const after = await type('preview', 'development', '--exit-code');
    assert.equal(after.code, 0);
    assert.match(after.stdout, /✓ Nothing to do in \d+ stacks\.\n$/);
    assert.match((await type('deploy', 'development')).stdout, /stacks: nothing to do/);
  });

  it('keeps the image that runs, shows one that is named, and deploys none that is not there', async () => {
    await using account = await simulatedAccount();
    const type = (verb: string, ...args: string[]) => project.run(verb, ['development', ...args], account.variables);
    const refused = await type('deploy');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /There is no image yet for:\n(.*\n)* {2}coalition-builder-development-jobs: lambda/);
    assert.match(refused.stderr, /Name it by its digest: .*--lambda-image sha256:…/);
    assert.deepEqual(await account.stacks(), []);

    assert.equal((await type('deploy', ...lambdaImage)).code, 0);
    assert.match((await type('preview', '--stack', 'jobs')).stdout, /Nothing to do/);
    const other = await type('preview', '--stack', 'jobs', '--lambda-image', image('c'));
    assert.match(other.stdout, /~ update +AWS::Lambda::Function +Function +another image/);
    assert.match(
      (await type('deploy', '--lambda-image', 'latest')).stderr,
      /--lambda-image is "latest"; it takes the digest/,
    );
  });

  it('deploys the tier that two environments share once', async () => {
    await using account = await simulatedAccount();
    await project.run('deploy', ['development', ...lambdaImage], account.variables);
    const { stdout } = await project.run('deploy', ['staging', '--stack', 'network', '--json'], account.variables);
    const result = JSON.parse(stdout);
    assert.equal(result.environment, 'staging');
    assert.deepEqual([result.stacks[0].stackName, result.stacks[0].outcome], [network, 'unchanged']);
    assert.match(result.stacks[0].outputs.DataSubnetIds, /^subnet-\w+,subnet-\w+$/);
  });

  it('prints JSON that names what was done before a failure', async () => {
    await using account = await simulatedAccount({
      failing: ({ type }) => (type === 'AWS::RDS::DBInstance' ? 'No capacity' : undefined),
    });
    const { code, stdout, stderr } = await project.run(
      'deploy',
      ['development', '--json', ...lambdaImage],
      account.variables,
    );
    assert.equal(code, 6);
    const result = JSON.parse(stdout);
    const done = result.stacks.map(({ stack }: { stack: string }) => stack);
    assert.deepEqual([done.includes('network'), done.includes('database')], [true, false]);
    assert.match(result.failed, /Database \(AWS::RDS::DBInstance\): No capacity/);
    assert.match(stderr, /CREATE_FAILED {4}AWS::RDS::DBInstance +Database .*\n +No capacity/);
  });

  it('leaves nothing behind when a preview is interrupted', async () => {
    await using account = await simulatedAccount();
    await project.run('deploy', ['development', ...lambdaImage], account.variables);
    await using slow = await simulatedAccount({ stepMs: 200 });
    // The same stack, in an account that takes its time over a change set.
    const first = project.run('deploy', ['development', '--stack', 'rate-limits'], slow.variables);
    assert.equal((await first).code, 0);
    project.edit('environments/tiers/nonproduction.ts', (text) =>
      text.replace(/maxReadRequestUnits: \d+/, 'maxReadRequestUnits: 77'),
    );
    await project.run('generate', []);
    const name = 'coalition-builder-nonproduction-rate-limits';
    const running = project.run('preview', ['development', '--stack', 'rate-limits'], slow.variables);
    const pending = async () =>
      ((await slow.aws.listChangeSets({ StackName: name })).Summaries ?? []).filter(
        ({ ExecutionStatus }) => ExecutionStatus !== 'EXECUTE_COMPLETE',
      );
    while ((await pending()).length === 0) await setTimeout(20);
    running.kill('SIGINT');
    const { code, stderr } = await running;
    assert.deepEqual([code, stderr], [130, 'Interrupted.\n']);
    assert.deepEqual(await pending(), []);
  });

  it('stops watching when a deploy is interrupted, and says that it goes on', async () => {
    await using account = await simulatedAccount({ stepMs: 200 });
    const running = project.run('deploy', ['development', '--stack', 'network'], account.variables);
    await running.says(/CREATE_COMPLETE/);
    running.kill('SIGINT');
    const { code, stdout } = await running;
    assert.equal(code, 130);
    assert.match(stdout, new RegExp(`CloudFormation goes on with ${network}; nothing was cancelled`));
    while (!(await account.stacks()).includes(`${network} CREATE_COMPLETE`)) await setTimeout(50);
  });

  it('rehearses everything, without a word to AWS', async () => {
    const { code, stdout, stderr } = await project.run('rehearse', ['--json'], {
      AWS_ENDPOINT_URL: undefined,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    });
    assert.equal(code, 0, stderr);
    const { steps } = JSON.parse(stdout);
    const names = steps.map(({ name }: { name: string }) => name.replace(/\d+/, 'N'));
    assert.deepEqual(names, [
      'deploy account',
      'deploy development',
      'deploy staging',
      'deploy production',
      'preview logs kept N days',
      'deploy what was reviewed',
      'deploy it again',
      'deploy what it was before',
      'deploy a dangerous change',
      'deploy it where it is allowed',
      'deploy what follows from it',
      'deploy a change that fails',
    ]);
    const results = Object.fromEntries(
      steps.map(({ name, result }: { name: string; result: string }) => [name, result]),
    );
    assert.match(steps[4].result, /^\d+ to update$/);
    assert.equal(results['deploy it again'], 'nothing to do');
    assert.equal(results['deploy it where it is allowed'], '1 of 1 stack: 1 to replace');
    assert.match(results['deploy a change that fails'], /^\d+ stacks? rolled back/);
  });

  it('answers --help', async () => {
    for (const verb of ['preview', 'deploy', 'rehearse']) {
      const { code, stdout } = await project.run(verb, ['--help']);
      assert.match(stdout, new RegExp(`Usage: npm run ${verb} --`));
      assert.equal(code, 0);
    }
  });
});
