/** What tests of the doctor share: a simulated account with an environment deployed to it, and the rest of AWS in moto. */
import { execFile } from 'node:child_process';
import { type Environment, environments } from '../../../environments/index.ts';
import { compile, compileAccount, placeholderRelease } from '../../../generator/compile.ts';
import { deployContext, deployRoleName, instanceIdentifier } from '../../../generator/names.ts';
import { audience, issuer, subjects } from '../../../generator/resources/github-role.ts';
import { connectCloudWatch } from '../../aws/cloudwatch.ts';
import { connectEc2 } from '../../aws/ec2.ts';
import { connectIam } from '../../aws/iam.ts';
import { connectRds } from '../../aws/rds.ts';
import { connectSns } from '../../aws/sns.ts';
import { deployEnvironment } from '../../deploy/deploy-environment.ts';
import { simulatedAccount } from '../../deploy/fixture.ts';
import { openSession } from '../../deploy/session.ts';
import type { SimulatorOptions } from '../../simulators/cloudformation/simulator.ts';
import type { ApiAnswer, ApiRequest } from '../../simulators/cloudformation/state.ts';
import { alarmsIn } from '../alarms.ts';
import type { Check } from './examination.ts';

export const { development } = environments;
const region = development.account.region;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** As `api/jobs/doctor.ts` answers where everything is well. */
export const well = {
  environment: 'development',
  healthy: true,
  checks: [
    { name: 'database: DNS', outcome: 'well', milliseconds: 1.4, found: '10.20.16.7' },
    { name: 'mail', outcome: 'skipped', milliseconds: 0, found: 'MAIL_FROM is not set: nothing is sent' },
  ],
};

/** As `api/http/cors.ts` answers. */
export function allowing(origins: readonly string[]): (request: ApiRequest) => ApiAnswer {
  return ({ method, headers: { origin = '' } }) => {
    if (method !== 'OPTIONS') return { status: 200, body: '{"status":"healthy"}' };
    if (!origins.includes(origin)) return { status: 404, body: '{"title":"Not found"}' };
    const headers = {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'Content-Type, X-CSRFToken',
    };
    return { status: 204, headers, body: '' };
  };
}

export interface Deployed extends AsyncDisposable {
  readonly simulator: Awaited<ReturnType<typeof simulatedAccount>>;
  readonly environment: Environment;
}

/** The account and `development`, deployed to a simulator. */
export async function deployed(options: SimulatorOptions = {}): Promise<Deployed> {
  const simulator = await simulatedAccount({
    invoking: ({ event }) => (event.job === 'doctor' ? well : { applied: [] }),
    serving: allowing([development.siteUrl, ...development.api.corsOrigins]),
    ...options,
  });
  const session = await openSession(simulator.connection, new AbortController().signal, () => {});
  const account = compileAccount(environments);
  await deployEnvironment(session, { name: 'account', environment: development, stacks: account });
  const stacks = compile(development, { images: { ...placeholderRelease.images, lambda: `sha256:${'a'.repeat(64)}` } });
  await deployEnvironment(session, { name: 'development', environment: development, stacks });
  session.close();
  return { simulator, environment: development, [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose]() };
}

/** Everything of `development` that the simulator has not, made in moto as the templates would have it. */
export async function rest(endpoint: string) {
  const connection = { endpoint, region, credentials };
  const [iam, ec2, rds, cloudWatch, sns] = await Promise.all([
    connectIam(connection),
    connectEc2(connection),
    connectRds(connection),
    connectCloudWatch(connection),
    connectSns(connection),
  ]);
  const provider = await iam.createOpenIDConnectProvider({ Url: `https://${issuer}`, ClientIDList: [audience] });
  const trust = (subject: readonly string[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: provider.OpenIDConnectProviderArn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: subject } },
        },
      ],
    });
  const role = deployRoleName('development');
  const trusted = trust(subjects(development.account.github, deployContext('development')));
  await iam.createRole({ RoleName: role, AssumeRolePolicyDocument: trusted });

  const { Vpcs = [] } = await ec2.describeVpcs({});
  const group = async (GroupName: string) => {
    const made = await ec2.createSecurityGroup({ GroupName, Description: GroupName, VpcId: Vpcs[0]?.VpcId });
    return made.GroupId ?? '';
  };
  const [app, data] = [await group('app'), await group('data')];
  const postgres = (GroupId: string) => [
    { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId }] },
  ];
  // EC2 makes a group that lets everything out; ours say what.
  await ec2.revokeSecurityGroupEgress({
    GroupId: app,
    IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  });
  await ec2.authorizeSecurityGroupEgress({ GroupId: app, IpPermissions: postgres(data) });
  await ec2.authorizeSecurityGroupIngress({ GroupId: data, IpPermissions: postgres(app) });
  const id = instanceIdentifier(development.tier);
  await rds.createDBInstance({
    DBInstanceIdentifier: id,
    DBInstanceClass: 'db.t3.micro',
    Engine: 'postgres',
    EngineVersion: '16.4',
    AllocatedStorage: 20,
    MasterUsername: 'postgres',
    MasterUserPassword: 'only-in-moto',
    VpcSecurityGroupIds: [data],
    Port: 5432,
  });
  const { TopicArn = '' } = await sns.createTopic({ Name: 'alarms' });
  await sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: 'alarms@example.org' });
  for (const alarm of alarmsIn(development)) {
    await cloudWatch.putMetricAlarm({
      AlarmName: alarm.name,
      AlarmDescription: alarm.description,
      Namespace: alarm.namespace,
      MetricName: alarm.metric,
      Statistic: 'Sum',
      Period: alarm.periodSeconds,
      EvaluationPeriods: 1,
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      AlarmActions: [TopicArn],
    });
  }
  return {
    groups: { app, data },
    iam,
    ec2,
    rds,
    cloudWatch,
    role,
    trust,
    trusted,
    instance: id,
    postgres,
    /** With which the verb asks the simulator what it knows, and moto everything else. */
    variables: Object.fromEntries(
      ['IAM', 'STS', 'EC2', 'RDS', 'CLOUDWATCH', 'SNS'].map((service) => [`AWS_ENDPOINT_URL_${service}`, endpoint]),
    ),
    [Symbol.dispose]() {
      for (const client of [iam, ec2, rds, cloudWatch, sns]) client.destroy();
    },
  };
}

export interface Diagnosed {
  readonly code: number | null;
  readonly checks: readonly Check[];
  readonly stderr: string;
  /** @throws where there is no such check */
  check(name: string): Check;
}

/** Runs the verb as it is typed. */
export async function diagnose(
  variables: Readonly<Record<string, string>>,
  args: readonly string[] = ['development', '--json'],
): Promise<Diagnosed & { readonly stdout: string }> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const env = {
    ...Object.fromEntries(own),
    NO_COLOR: '1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['scripts/doctor.ts', ...args], { env }, (_, stdout, stderr) => {
      const { checks = [] } = stdout.startsWith('{') ? JSON.parse(stdout) : {};
      resolve({
        code: child.exitCode,
        checks,
        stdout,
        stderr,
        check(name) {
          const found = (checks as readonly Check[]).find((check) => check.name === name);
          if (!found) throw new Error(`There is no check "${name}":\n${stdout}${stderr}`);
          return found;
        },
      });
    });
  });
}
