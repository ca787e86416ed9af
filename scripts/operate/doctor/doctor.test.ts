import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { copyOfProject, simulatedAccount } from '../../deploy/fixture.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';
import { listening } from '../testing/listening.ts';
import { allowing, type Deployed, deployed, development, diagnose, rest, well } from './fixture.ts';

const moto = find('moto_server');
const api = 'coalition-builder-development-api';

describe('doctor', function () {
  this.timeout(120_000);
  let emulator: Moto;
  let account: Deployed;
  let others: Awaited<ReturnType<typeof rest>>;
  let variables: Record<string, string>;
  /** What the deployed functions and the API answer, until the next test. */
  let inside: () => unknown;
  let outside: ReturnType<typeof allowing>;

  before(async function () {
    // Roles, alarms, security groups and databases are moto's to answer for.
    if (!moto) return this.skip();
    const options = {
      invoking: ({ event }: { event: { job?: unknown } }) => (event.job === 'doctor' ? inside() : { applied: [] }),
      serving: (request: Parameters<typeof outside>[0]) => outside(request),
    };
    reset();
    [emulator, account] = await Promise.all([startMoto(moto), deployed(options)]);
    others = await rest(emulator.url);
    variables = { ...account.simulator.variables, ...others.variables };
    const VpcConfig = { SecurityGroupIds: [others.groups.app] };
    account.simulator.tamper(api, 'Function', { VpcConfig });
  });
  after(async () => {
    others?.[Symbol.dispose]();
    await account?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });
  function reset() {
    inside = () => well;
    outside = allowing([development.siteUrl, ...development.api.corsOrigins]);
  }
  afterEach(reset);

  it('finds nothing wrong where nothing is, and says what it looked at', async () => {
    const { code, stdout, stderr } = await diagnose(variables, ['development']);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^development · us-east-1 · asks, and changes nothing\n/);
    for (const said of [
      /✓ {2}credentials +arn:aws:sts::123456789012:/,
      /✓ {2}account +123456789012; environments\/account\.ts names none/,
      /✓ {2}deploy role +coalition-builder-deploy-development trusts repo:your--organization\/coalition-builder:environment:development/,
      /✓ {2}stack bootstrap +CREATE_COMPLETE, as templates\/account\/bootstrap\.yaml says/,
      /✓ {2}stack monitoring +CREATE_COMPLETE/,
      /✓ {2}live version +version 1, as the last release says/,
      /✓ {2}API may call the function +coalition-development:live may be called by arn:aws:execute-api:/,
      /✓ {2}CORS for http:\/\/localhost:3000 +allowed, with credentials/,
      /✓ {2}alarms +2, each with a topic to tell/,
      /✓ {2}alarms reach +email alarms@example\.org/,
      /✓ {2}way to the database +sg-\w+ → sg-\w+ on 5432/,
      /✓ {4}database: DNS +10\.20\.16\.7/,
      /– {4}mail +MAIL_FROM is not set/,
      /\n✓ \d+ ok, 0 failed, 1 not checked\n$/,
    ])
      assert.match(stdout, said);
  });

  it('says of each thing that somebody changed by hand what it is and what mends it', async () => {
    const { simulator } = account;
    const { app, data } = others.groups;
    await others.ec2.revokeSecurityGroupIngress({ GroupId: data, IpPermissions: others.postgres(app) });
    await others.iam.updateAssumeRolePolicy({
      RoleName: others.role,
      PolicyDocument: others.trust(['repo:somebody/else:ref:refs/heads/main']),
    });
    await others.cloudWatch.setAlarmState({
      AlarmName: 'lambda-high-error-rate-development',
      StateValue: 'ALARM',
      StateReason: 'tested',
    });
    simulator.tamper(api, 'GatewayPermission', null);
    simulator.tamper(api, 'LiveAlias', { FunctionVersion: '7' });
    inside = () => ({
      ...well,
      checks: [{ name: 'database: TCP', outcome: 'ill', milliseconds: 5000, found: 'ETIMEDOUT', remedy: 'Look.' }],
    });
    outside = () => ({ status: 502, body: '<html><h1>Bad gateway</h1></html>' });

    const { code, check, stderr } = await diagnose(variables);
    assert.equal(code, 1, stderr);
    for (const [name, found, remedy] of [
      [
        'way to the database',
        /coalition-development does not reach the database: no rule of sg-\w+ lets sg-\w+ in on 5432/,
        /npm run drift -- development/,
      ],
      [
        'deploy role',
        /trusts repo:somebody\/else:ref:refs\/heads\/main; it has to trust repo:your--organization/,
        /npm run deploy -- account/,
      ],
      [
        'alarms are silent',
        /^lambda-high-error-rate-development since 20\d\d-/,
        /^api\/lambda\/RUNBOOK\.md#lambda-high-error-rate$/,
      ],
      ['API may call the function', /Nothing allows API Gateway to call coalition-development:live/, /--stack api/],
      ['live version', /^live is at version 7; the last release says 1/, /npm run deploy -- development/],
      [`CORS for ${development.siteUrl}`, /answered with 502: <html><h1>Bad gateway/, /sends nothing at all/],
      ['  database: TCP', /ETIMEDOUT/, /^Look\.$/],
    ] as const) {
      const { outcome, found: said, remedy: advice } = check(name);
      assert.equal(outcome, 'failed', name);
      assert.match(said, found);
      assert.match(advice ?? '', remedy);
    }
    assert.equal(check('inside the VPC').outcome, 'ok');

    // As it was, for the others.
    await others.ec2.authorizeSecurityGroupIngress({ GroupId: data, IpPermissions: others.postgres(app) });
    await others.cloudWatch.setAlarmState({
      AlarmName: 'lambda-high-error-rate-development',
      StateValue: 'OK',
      StateReason: 'tested',
    });
    await others.iam.updateAssumeRolePolicy({ RoleName: others.role, PolicyDocument: others.trusted });
    simulator.tamper(api, 'GatewayPermission', {});
    simulator.tamper(api, 'LiveAlias', { FunctionVersion: '1' });
  });

  it('names the command that starts a database, and a person where none would', async () => {
    await others.rds.stopDBInstance({ DBInstanceIdentifier: others.instance });
    const stopped = await diagnose(variables);
    assert.equal(stopped.code, 1);
    assert.match(stopped.check('database').found, /is stopped/);
    assert.match(stopped.check('database').remedy ?? '', /npm run database -- start development/);
    assert.equal(stopped.check('way to the database').outcome, 'not checked');
    await others.rds.startDBInstance({ DBInstanceIdentifier: others.instance });

    // moto's instances never break.
    const answer = `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceStatus>storage-full</DBInstanceStatus></DBInstance></DBInstances></DescribeDBInstancesResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeDBInstancesResponse>`;
    await using rds = await listening(
      createServer((_, response) => void response.writeHead(200, { 'x-amzn-requestid': '1' }).end(answer)),
    );
    const broken = await diagnose({ ...variables, AWS_ENDPOINT_URL_RDS: rds.url });
    assert.equal(broken.code, 7);
    assert.match(broken.check('database').found, /is in storage-full/);
    assert.match(broken.check('database').remedy ?? '', /aws rds describe-events/);
  });

  it('says who has not said yes to mail about alarms, and that nobody is told', async () => {
    using project = copyOfProject();
    project.edit('environments/development.ts', (text) =>
      text.replace('siteUrl:', "monitoring: { email: 'nobody@example.org' },\n  siteUrl:"),
    );
    const answer = (...subscriptions: string[]) =>
      `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${subscriptions.map((arn) => `<member><SubscriptionArn>${arn}</SubscriptionArn><Protocol>email</Protocol><Endpoint>nobody@example.org</Endpoint></member>`).join('')}</Subscriptions></ListSubscriptionsByTopicResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></ListSubscriptionsByTopicResponse>`;
    let says = answer('PendingConfirmation');
    await using sns = await listening(
      createServer((_, response) => void response.writeHead(200, { 'x-amzn-requestid': '1' }).end(says)),
    );
    const emulated = { ...variables, AWS_ENDPOINT_URL_SNS: sns.url };
    const ask = async () => (await project.run('doctor', ['development'], emulated)).stdout;
    const pending = await ask();
    assert.match(pending, /✗ {2}alarms reach +nobody@example\.org is asked, and has not said yes/);
    assert.match(
      pending,
      /→ .*aws sns subscribe --topic-arn arn:aws:sns:us-east-1:123456789012:alarms --protocol email/,
    );
    says = answer();
    assert.match(await ask(), /✗ {2}alarms reach +nobody@example\.org is not subscribed/);
    const { outcome, found } = (await diagnose(emulated)).check('alarms reach');
    assert.deepEqual([outcome, found.split(':')[0]], ['not checked', 'Alarms tell nobody']);
  });

  it('asks nothing further of an account that is another', async () => {
    using project = copyOfProject();
    project.edit('environments/account.ts', (text) =>
      text.replace("region: 'us-east-1',", "region: 'us-east-1',\n  id: '999999999999',"),
    );
    const { code, stdout } = await project.run('doctor', ['development'], variables);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /✗ {2}account +These credentials are of 123456789012; environments\/account\.ts says 999999999999\./,
    );
    assert.match(stdout, /→ Sign in to that account, or set AWS_PROFILE/);
    assert.match(stdout, /– {2}stack api +after "account" is right/);
    assert.match(stdout, /– {2}inside the VPC +after "stack jobs" is right/);
  });

  it('says what is wrong with the credentials, or that there are none', async () => {
    const none = await diagnose({
      ...variables,
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      HOME: '/nonexistent',
    });
    assert.equal(none.code, 1);
    assert.match(none.check('credentials').found, /No AWS credentials could be loaded/);
    assert.match(none.check('credentials').remedy ?? '', /AWS_PROFILE/);
    assert.ok(none.checks.every(({ name, outcome }) => name === 'region' || outcome !== 'ok'));

    const { AWS_ENDPOINT_URL_STS: _, ...simulated } = variables;
    const expired = await diagnose({ ...simulated, AWS_ACCESS_KEY_ID: 'expired' });
    assert.equal(expired.code, 1);
    assert.match(expired.check('credentials').found, /have expired/);
  });

  it('names the region that the aws command would ask instead', async () => {
    const { code, check } = await diagnose({ ...variables, AWS_REGION: 'eu-west-1' });
    assert.equal(code, 1);
    assert.match(check('region').found, /AWS_REGION is eu-west-1; environments\/account\.ts says us-east-1/);
    assert.equal(check('stack api').outcome, 'ok');
  });

  it('says which permission is missing, and needs a person, for nobody has looked', async () => {
    const { code, check, checks } = await diagnose({ ...variables, AWS_ACCESS_KEY_ID: 'denied' });
    assert.ok(
      checks.every(({ outcome }) => outcome !== 'failed'),
      JSON.stringify(checks),
    );
    assert.equal(code, 7);
    const { outcome, found, remedy } = check('stack api');
    assert.equal(outcome, 'not checked');
    assert.match(found, /AWS denies cloudformation:DescribeStacks/);
    assert.match(remedy ?? '', /Use credentials that may DescribeStacks/);
  });

  it('tells an answer of AWS from one of whoever sits in between', async () => {
    await using stranger = await listening(
      createServer(
        (_, response) => void response.writeHead(500, { 'content-type': 'text/html' }).end('<html>no</html>'),
      ),
    );
    const { code, check } = await diagnose({ ...variables, AWS_ENDPOINT_URL_EC2: stranger.url });
    assert.equal(check('way to the database').outcome, 'not checked');
    assert.match(check('way to the database').found, /What answers at http:\/\/127\.0\.0\.1:\d+ is not EC2/);
    assert.equal(code, 7);
  });

  it('says what is not deployed, and does not look behind it', async () => {
    await using empty = await simulatedAccount();
    const { code, check } = await diagnose({ ...variables, ...empty.variables });
    assert.equal(code, 1);
    assert.match(check('stack bootstrap').found, /coalition-builder-bootstrap is not deployed/);
    assert.match(check('stack api').remedy ?? '', /npm run deploy -- development$/);
    assert.match(check('live version').found, /after "stack api" is right/);
  });

  it('refuses an environment that there is not', async () => {
    const { code, stderr } = await diagnose(variables, ['integration']);
    assert.equal(code, 2);
    assert.match(stderr, /There is no environment "integration"\.\n {2}Known are development, staging, production\./);
  });
});
