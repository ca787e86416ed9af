/** What a picture of an environment says in words: read from its templates and its tier's. */
import { importedBy, ofType, type Place, type Platform } from '../platform/platform.ts';
import { dependenciesOf } from '../proofs/network/dependencies.ts';
import { pathTo } from '../proofs/network/paths.ts';
import { type Runner, runnersOf } from '../proofs/network/runners.ts';
import { defaultRoute } from '../proofs/network/topology.ts';

export interface Facts {
  readonly environment: string;
  /** Each as the lines of a card: its title, then what it is like. */
  readonly cards: Readonly<Record<Card, readonly string[]>>;
  readonly vpc: string;
  readonly waysOut: readonly string[];
  /** How functions get out: `out over IPv6 only`. */
  readonly out: string;
  /** How they get to what stands outside the VPC: `S3, DynamoDB: a gateway endpoint`. */
  readonly ways: readonly string[];
}

export type Card =
  | 'cloudFront'
  | 'gateway'
  | 'function'
  | 'jobs'
  | 'database'
  | 'import'
  | 'media'
  | 'static'
  | 'table'
  | 'secrets'
  | 'logs'
  | 'alarms'
  | 'traces'
  | 'schedule';

export function factsOf(platform: Platform, environment: string): Facts {
  const tier = tierOf(platform, environment);
  const own = (...types: string[]) =>
    ofType(platform, ...types).filter(
      ({ stack }) =>
        (stack.scope === 'environment' && stack.owner === environment) ||
        (stack.scope === 'tier' && stack.owner === tier),
    );
  const one = (type: string, id = ''): Place => {
    const found = own(type).find((place) => place.id.startsWith(id));
    if (!found) throw new Error(`${environment} has no ${type} to draw.`);
    return found;
  };
  const lambdas = own('AWS::Lambda::Function');
  const [api, jobs] = ['api', 'jobs'].map((stack) => lambdas.find((place) => place.stack.name === stack));
  if (!api || !jobs) throw new Error(`${environment} has no functions to draw.`);
  const database = one('AWS::RDS::DBInstance').properties;
  const task = one('AWS::ECS::TaskDefinition').properties;
  const settings = (one('AWS::ApiGateway::Stage').properties.MethodSettings as Readonly<Record<string, unknown>>[])[0];
  const rules = own('AWS::Events::Rule').filter(({ properties }) => properties.ScheduleExpression !== undefined);
  const versions = (id: string) => {
    const { Status } = (one('AWS::S3::Bucket', id).properties.VersioningConfiguration ?? {}) as { Status?: string };
    return Status === 'Enabled' ? 'old versions kept' : 'built, not kept';
  };
  const retention = [...new Set(own('AWS::Logs::LogGroup').map(({ properties }) => properties.RetentionInDays))];
  const gibibytes = Number(task.Memory) / 1024;
  const runner = runnersOf(platform).find(({ place }) => place === api);
  if (!runner) throw new Error(`${environment} has no function to draw.`);
  return {
    environment,
    out: out(platform, runner),
    ways: ways(platform, runner),
    vpc: String(one('AWS::EC2::VPC').properties.CidrBlock),
    waysOut: waysOut(own),
    cards: {
      cloudFront: ['CloudFront', 'HTTP/3 and IPv6', 'site files, uploads, API'],
      gateway: [
        'API Gateway',
        'REST, one function behind it',
        `${settings?.ThrottlingRateLimit} requests/s, bursts of ${settings?.ThrottlingBurstLimit}`,
      ],
      function: ['API', `Lambda, ${api.properties.MemorySize} MB`, `${architecture(api)}, alias “live”`],
      jobs: [
        'Jobs',
        `Lambda, ${jobs.properties.MemorySize} MB`,
        `${Number(jobs.properties.Timeout) / 60} min: migrations…`,
      ],
      database: [
        'PostgreSQL with PostGIS',
        `RDS ${database.DBInstanceClass}, ${database.AllocatedStorage} to ${database.MaxAllocatedStorage} GB`,
        `encrypted, ${database.BackupRetentionPeriod} days of backups`,
      ],
      import: [
        'Import of Census boundaries',
        `Fargate, ${Number(task.Cpu) / 1024} vCPU and ${gibibytes} GB`,
        'runs when it is asked to, then is gone',
      ],
      media: ['Uploads', `S3, private, ${versions('MediaBucket')}`],
      static: ['Site files', `S3, private, ${versions('StaticBucket')}`],
      table: ['Rate limits', 'DynamoDB, paid by request'],
      secrets: ['Secrets', `Secrets Manager, ${secretsOf(own)} of them`],
      logs: ['Logs', `${own('AWS::Logs::LogGroup').length} groups, ${retention.join(' or ')} days`],
      alarms: ['Alarms', `${own('AWS::CloudWatch::Alarm').length}, to one topic`],
      traces: ['Traces', own('AWS::XRay::SamplingRule').length > 0 ? 'X-Ray, sampled' : 'off'],
      schedule: ['Schedules', rules.map(schedule).join(', ')],
    },
  };
}

function tierOf(platform: Platform, environment: string): string {
  const stack = platform.stacks.find(({ owner, name }) => owner === environment && name === 'api');
  const names = Object.keys(stack?.template.Parameters ?? {});
  const producers = names.map((name) => stack && importedBy(stack, name)?.stackName);
  const tier = platform.stacks.find(({ scope, stackName }) => scope === 'tier' && producers.includes(stackName));
  return tier?.owner ?? environment;
}

function waysOut(own: (...types: string[]) => readonly Place[]): readonly string[] {
  const endpoints = own('AWS::EC2::VPCEndpoint').filter(({ properties }) => properties.VpcEndpointType === 'Interface');
  const paid = [
    ...own('AWS::EC2::NatGateway').map(() => 'a NAT gateway'),
    ...endpoints.map(() => 'an interface endpoint'),
  ];
  return paid.length > 0 ? paid : ['no NAT gateway, no interface endpoint: $0 fixed'];
}

function out(platform: Platform, { vpc }: Runner): string {
  const [subnet] = vpc?.subnets ?? [];
  const families = (['IPv4', 'IPv6'] as const).filter((family) => subnet && defaultRoute(platform, subnet, family));
  if (families.length === 0) return 'out to AWS only';
  return `out over ${families.join(' and ')}${families.length === 1 ? ' only' : ''}`;
}

function ways(platform: Platform, runner: Runner): readonly string[] {
  const outside = dependenciesOf(runner).filter(({ service, delivered }) => service && !delivered);
  const byWay = Map.groupBy(outside, (dependency) => pathTo(platform, runner, dependency) ?? 'no way');
  return [...byWay].map(([way, all]) => `${all.map(({ name }) => name).join(', ')}: ${way}`);
}

function architecture({ properties }: Place): string {
  return String((properties.Architectures as readonly string[] | undefined)?.[0] ?? 'x86_64');
}

/** RDS keeps the master's by itself. */
function secretsOf(own: (...types: string[]) => readonly Place[]): number {
  const kept = own('AWS::RDS::DBInstance').filter(({ properties }) => properties.ManageMasterUserPassword === true);
  return own('AWS::SecretsManager::Secret').length + kept.length;
}

/** `KeepWarmRule` at `rate(4 minutes)` as `keep warm every 4 minutes`. */
function schedule({ id, properties }: Place): string {
  const what = id
    .replace(/Rule$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  const often = String(properties.ScheduleExpression).replace(/^rate\((?:1 )?(.*)\)$/, 'every $1');
  return `${what} ${often}`;
}
