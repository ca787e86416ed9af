/** The database answers its two groups and opens nothing; and nothing is public but what is meant to be. */
import { ofType, type Place, type Platform, targets } from '../../platform/platform.ts';
import { at, type Claim, claim, type Finding, type Proof } from '../proof.ts';
import { runnersOf } from './runners.ts';
import { anywhere, defaultRoute, egressOf, gatewayEndpointsOf, ingressOf, routesOf, routeTableOf } from './topology.ts';

export function exposure(platform: Platform): Proof {
  const owners = [...new Set(platform.stacks.map(({ owner }) => owner))];
  return {
    name: 'Exposure',
    claims: [
      ...ofType(platform, 'AWS::RDS::DBInstance').map((instance) => databaseIsAlone(platform, instance)),
      ...owners.map((owner) => nothingIsPublic(platform, owner)),
    ],
  };
}

function databaseIsAlone(platform: Platform, instance: Place): Claim {
  const { stack, properties } = instance;
  const doors = targets(platform, stack, properties.VPCSecurityGroups).map(({ place }) => place);
  const subnets = targets(platform, stack, properties.DBSubnetGroupName)
    .flatMap(({ place }) => targets(platform, place.stack, place.properties.SubnetIds))
    .map(({ place }) => place);
  const runners = runnersOf(platform);
  const callers = runners
    .filter(({ place }) => place.stack.owner === stack.owner || usesTier(platform, place, stack.owner))
    .flatMap(({ vpc }) => vpc?.groups ?? []);
  const rules = doors.flatMap((door) => ingressOf(platform, door));
  return claim(
    stack.owner,
    `${properties.DBInstanceIdentifier} answers its own programs, opens nothing, and has no way out`,
    `${doors.map(({ id }) => id).join(', ')}: 5432 from ${[...new Set(rules.map(({ group }) => group?.id))].join(' and ')}; ${subnets.map(({ id }) => id).join(', ')}: local routes only`,
    properties.PubliclyAccessible !== false && at(instance, 'does not say PubliclyAccessible: false'),
    doors.length === 0 && at(instance, 'is in no security group of ours: it would be in the default one'),
    subnets.length < 2 && at(instance, 'is not in two subnets that could be found'),
    rules.map((rule) => {
      if (!rule.group) return at(rule.place, `lets ${rule.range ?? 'somebody'} in to the database`);
      if (!callers.includes(rule.group))
        return at(rule.place, `lets ${rule.group.id} in, which no program of the tier is in`);
      return (rule.from !== 5432 || rule.to !== 5432) && at(rule.place, 'opens other ports than 5432');
    }),
    doors.flatMap((door) =>
      egressOf(platform, door).map(
        (rule) =>
          rule.range !== '127.0.0.1/32' &&
          at(door, `lets the database open connections to ${rule.range ?? rule.group?.id}`),
      ),
    ),
    subnets.flatMap((subnet) => leadsOut(platform, subnet)),
  );
}

function leadsOut(platform: Platform, subnet: Place): readonly Finding[] {
  const table = routeTableOf(platform, subnet);
  // Without one a subnet has the VPC's main table, of which the templates say nothing.
  if (!table) return [at(subnet, 'has no route table of its own')];
  const ways = [...routesOf(platform, table), ...gatewayEndpointsOf(platform, table)];
  return ways.map((way) => at(way, `gives ${subnet.id} a way out`));
}

function usesTier(platform: Platform, { stack }: Place, tier: string): boolean {
  return Object.keys(stack.template.Parameters ?? {}).some((name) =>
    targets(platform, stack, { Ref: name }).some(({ place }) => place.stack.owner === tier),
  );
}

type Check = (platform: Platform, place: Place) => readonly (Finding | false)[];

const publicAccessBlocks = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

/** By type: what would make one of it public. */
const checks: Readonly<Record<string, Check>> = {
  'AWS::EC2::SecurityGroup': (platform, group) => [
    ...ingressOf(platform, group).map(
      ({ range, place }) => range !== undefined && at(place, `lets ${range} in; only groups are let in`),
    ),
    group.properties.SecurityGroupEgress === undefined &&
      at(group, 'says nothing of what it lets out, which is everything'),
    group.properties.SecurityGroupIngress !== undefined &&
      at(group, 'has rules inside it and beside it: an update would lose some'),
  ],
  'AWS::EC2::Subnet': (_, subnet) => [
    subnet.properties.MapPublicIpOnLaunch !== false && at(subnet, 'gives out public addresses'),
  ],
  'AWS::Lambda::Function': (platform, place) => {
    const { vpc } = runnersOf(platform).find((runner) => runner.place === place) ?? {};
    return (vpc?.subnets ?? []).map(
      (subnet) =>
        defaultRoute(platform, subnet, 'IPv4')?.type === 'AWS::EC2::InternetGateway' &&
        at(place, `sits in ${subnet.id}, whose way out is for public addresses; a function has none`),
    );
  },
  'AWS::Lambda::Url': (_, place) => [at(place, 'answers the whole internet, past API Gateway')],
  'AWS::Lambda::Permission': (_, place) => [
    place.properties.Principal === '*' && at(place, 'lets everybody call the function'),
    place.properties.SourceArn === undefined &&
      at(place, 'lets the service call for whoever asks it: it has no SourceArn'),
  ],
  'AWS::S3::Bucket': (_, place) => {
    const blocked = (place.properties.PublicAccessBlockConfiguration ?? {}) as Readonly<Record<string, unknown>>;
    return publicAccessBlocks.map((name) => blocked[name] !== true && at(place, `does not say ${name}: true`));
  },
  'AWS::S3::BucketPolicy': (_, place) => [
    ...openStatements(place, place.properties.PolicyDocument),
    !refusesPlainHttp(place.properties.PolicyDocument) && at(place, 'answers without TLS'),
  ],
  'AWS::ECR::Repository': (_, place) => openStatements(place, place.properties.RepositoryPolicyText),
  'AWS::SNS::TopicPolicy': (_, place) => openStatements(place, place.properties.PolicyDocument),
  'AWS::SecretsManager::ResourcePolicy': (_, place) => openStatements(place, place.properties.ResourcePolicy),
  'AWS::RDS::DBInstance': (_, place) => [
    place.properties.StorageEncrypted !== true && at(place, 'is not encrypted'),
    place.properties.PubliclyAccessible !== false && at(place, 'may have a public address'),
  ],
  'AWS::EC2::EIP': (platform, place) => [
    !ofType(platform, 'AWS::EC2::NatGateway').some(({ stack, properties }) =>
      targets(platform, stack, properties.AllocationId).some((found) => found.place === place),
    ) && at(place, 'is an address that is no NAT gateway’s'),
  ],
};

function nothingIsPublic(platform: Platform, owner: string): Claim {
  const places = platform.places.filter(({ stack, type }) => stack.owner === owner && type in checks);
  const kinds = [...Map.groupBy(places, ({ type }) => type.split('::').at(-1) ?? '')];
  return claim(
    owner,
    `nothing of ${owner} is public but its API and what CloudFront hands out`,
    kinds.map(([kind, all]) => `${all.length} × ${kind}`).join(', '),
    places.flatMap((place) => checks[place.type]?.(platform, place) ?? []),
    routesToTheInternet(platform, owner),
  );
}

/** An internet gateway is for the subnets in which tasks are given addresses, and a NAT gateway stands; for none besides. */
function routesToTheInternet(platform: Platform, owner: string): readonly Finding[] {
  const used = new Set([
    ...runnersOf(platform).flatMap(({ publicAddress, vpc }) => (publicAddress ? (vpc?.subnets ?? []) : [])),
    ...ofType(platform, 'AWS::EC2::NatGateway').flatMap(({ stack, properties }) =>
      targets(platform, stack, properties.SubnetId).map(({ place }) => place),
    ),
  ]);
  return ofType(platform, 'AWS::EC2::Subnet')
    .filter(({ stack }) => stack.owner === owner)
    .filter((subnet) =>
      (['IPv4', 'IPv6'] as const).some(
        (family) => defaultRoute(platform, subnet, family)?.type === 'AWS::EC2::InternetGateway',
      ),
    )
    .filter((subnet) => !used.has(subnet))
    .map((subnet) => at(subnet, `has ${anywhere.IPv4} to an internet gateway, and nothing that needs it`));
}

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function statementsOf(document: unknown): readonly Statement[] {
  return ((document as { Statement?: readonly Statement[] } | undefined)?.Statement ?? []) as readonly Statement[];
}

function openStatements(place: Place, document: unknown): readonly Finding[] {
  return statementsOf(document)
    .filter(({ Effect, Principal }) => Effect === 'Allow' && /"\*"/.test(JSON.stringify(Principal ?? '*')))
    .map(() => at(place, 'allows something to everybody'));
}

function refusesPlainHttp(document: unknown): boolean {
  return statementsOf(document).some(
    ({ Effect, Condition }) => Effect === 'Deny' && String(Condition?.Bool?.['aws:SecureTransport']) === 'false',
  );
}
