import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { copyOfProject, type Project, simulatedAccount } from './fixture.ts';

const network = 'coalition-builder-nonproduction-network';
const image = (digit: string) => `sha256:${digit.repeat(64)}`;
const lambdaImage = ['--lambda-image', image('a'), '--importer-image', image('b')];

describe('preview, deploy and rehearse, as they are typed', function () {
  this.timeout(120_000);
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
    assert.match(
      before.stdout,
      /would change, about \+\$\d+\.\d\d a month\. Nothing was changed\. plan [0-9a-f]{12}\n$/,
    );

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

  it('deploys what a plan says, and nothing else', async () => {
    await using account = await simulatedAccount();
    const type = (verb: string, ...args: string[]) => project.run(verb, args, account.variables);
    const preview = async (file: string, ...args: string[]) => {
      const { code, stdout, stderr } = await type('preview', ...args, '--json');
      assert.equal(code, 0, stderr);
      project.write(file, stdout);
    };
    const only = ['development', '--stack', 'dynamodb'];
    await preview('plan.json', ...only);
    assert.match((await type('deploy', ...only)).stdout, /^dynamodb is now called rate-limits\.\n/);
    await preview('settled.json', ...only);

    for (const [file, args, message] of [
      ['missing.json', only, /missing\.json cannot be read: ENOENT/],
      ['package.json', only, /package\.json is no plan|package\.json is of version/],
      ['settled.json', ['staging', '--stack', 'rate-limits'], /is a plan of development, not of staging/],
      ['settled.json', ['development', '--stack', 'network'], /was made of another templates\/.*network\.yaml/],
    ] as const) {
      const { code, stderr } = await type('deploy', ...args, '--plan', file);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    const moved = await type('deploy', ...only, '--plan', 'plan.json');
    assert.equal(moved.code, 4, moved.stderr);
    assert.match(moved.stderr, /reviewed, and not there now: \+ add AWS::DynamoDB::Table Table/);
    const settled = await type('deploy', ...only, '--plan', 'settled.json');
    assert.equal(settled.code, 0, settled.stderr);
  });

  it('deploys the account, which is there once', async () => {
    await using account = await simulatedAccount();
    const { code, stdout, stderr } = await project.run('deploy', ['account'], account.variables);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /✓ coalition-builder-bootstrap created/);
    assert.deepEqual(await account.stacks(), ['coalition-builder-bootstrap CREATE_COMPLETE']);

    // From then on CloudFormation changes a tier's stacks in the tier's role, whoever deploys.
    const only = await project.run('deploy', ['staging', '--stack', 'rate-limits'], account.variables);
    assert.equal(only.code, 0, only.stderr);
    const role = await account.roleOf('coalition-builder-nonproduction-rate-limits');
    assert.match(role ?? 'none', /NonproductionExecutionRole|coalition-builder-execution-nonproduction/);
  });

  it('compares templates without AWS, and says so', async () => {
    using offline = copyOfProject();
    await offline.run('generate', []);
    offline.commit();
    offline.edit('environments/tiers/production.ts', (text) =>
      text.replace("cidr: '10.30.0.0/16'", "cidr: '10.40.0.0/16'"),
    );
    await offline.run('generate', []);
    const args = ['production', '--offline', '--base', 'HEAD'];
    const { code, stdout, stderr } = await offline.run('preview', [...args, '--exit-code']);
    assert.equal(code, 10, stderr);
    assert.match(stdout, /^production · us-east-1 · templates only\n/);
    assert.match(stdout, /± replace +AWS::EC2::VPC +Vpc +DANGEROUS/);
    assert.match(stdout, /CidrBlock +10\.30\.0\.0\/16 → 10\.40\.0\.0\/16 +needs a new resource/);
    assert.match(stdout, /Templates were compared with HEAD, without asking AWS/);
    offline.write('offline.json', (await offline.run('preview', [...args, '--json'])).stdout);
    const images = ['--lambda-image', image('a'), '--importer-image', image('b')];
    await using account = await simulatedAccount();
    const refused = await offline.run('deploy', ['production', ...images, '--plan', 'offline.json'], account.variables);
    assert.deepEqual([refused.code, /was made offline/.test(refused.stderr)], [2, true], refused.stderr);
    const unknown = await offline.run('preview', ['production', '--offline', '--base', 'nowhere']);
    assert.deepEqual([unknown.code, /There is no commit "nowhere"/.test(unknown.stderr)], [2, true]);
  });

  it('renders the same plan as Markdown', async () => {
    await using account = await simulatedAccount();
    const args = ['development', '--stack', 'network', '--format', 'markdown'];
    const { stdout } = await project.run('preview', args, account.variables);
    assert.match(stdout, /^### What a deploy would change: 1 environment, 29 changes\n/);
    assert.match(stdout, /\| \*\*development\*\* \| network \| 29 \| 0 \| 0 \| 0 \| \+\$\d+\.\d\d \|/);
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
      'release what cannot migrate',
      'release what does not answer',
      'release what works',
      'roll that release back',
      'deploy the same commit again',
      'deploy a change that fails',
      'an update that gets stuck',
      'what somebody changed by hand',
      'restore the database',
      'destroy development',
      'deploy it anew',
    ]);
    const results = Object.fromEntries(
      steps.map(({ name, result }: { name: string; result: string }) => [name, result]),
    );
    assert.match(steps[4].result, /^\d+ to update$/);
    assert.equal(results['deploy it again'], 'nothing to do');
    assert.equal(results['deploy it where it is allowed'], '1 of 1 stack: 1 to replace');
    assert.equal(results['release what does not answer'], 'back to version 1');
    assert.equal(results['roll that release back'], 'version 1 is live again, nothing deployed');
    assert.equal(results['deploy the same commit again'], 'version 3 is live again, nothing to do in 9 stacks');
    assert.match(results['deploy a change that fails'], /^\d+ stacks? rolled back/);
    assert.match(results['destroy development'], /^5 stacks, \d resources stay$/);
    assert.match(results['deploy it anew'], /\d to import/);
  });

  it('answers --help', async () => {
    for (const verb of ['preview', 'deploy', 'rehearse']) {
      const { code, stdout } = await project.run(verb, ['--help']);
      assert.match(stdout, new RegExp(`Usage: npm run ${verb} --`));
      assert.equal(code, 0);
    }
  });
});
