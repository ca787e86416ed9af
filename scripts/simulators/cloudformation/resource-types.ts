/**
 * What the simulator knows of resource types: nearly nothing. Physical ids and attributes are made up, in the forms that
 * AWS gives them, so that a value of one stack can be told from another's.
 */
import { recreation } from '../../../generator/cloudformation/create-only.ts';
import { hex, suffix } from './identifiers.ts';
import { publish } from './services/functions.ts';
import type { Account } from './state.ts';
import type { Tree, Value } from './template/template.ts';

/** The property by which a template gives a resource its physical name. */
const nameProperties: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::RDS::DBInstance': 'DBInstanceIdentifier',
  'AWS::RDS::DBParameterGroup': 'DBParameterGroupName',
  'AWS::RDS::DBSubnetGroup': 'DBSubnetGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
};

/** EC2 ids are a short word and seventeen hexadecimal digits. */
const ec2Prefixes: Readonly<Record<string, string>> = {
  'AWS::EC2::EgressOnlyInternetGateway': 'eigw',
  'AWS::EC2::InternetGateway': 'igw',
  'AWS::EC2::NatGateway': 'nat',
  'AWS::EC2::RouteTable': 'rtb',
  'AWS::EC2::SecurityGroup': 'sg',
  'AWS::EC2::Subnet': 'subnet',
  'AWS::EC2::SubnetRouteTableAssociation': 'rtbassoc',
  'AWS::EC2::VPC': 'vpc',
  'AWS::EC2::VPCEndpoint': 'vpce',
};

/** For these types `Ref` gives an ARN. */
const refIsArn = [
  'AWS::ECS::TaskDefinition',
  'AWS::IAM::ManagedPolicy',
  'AWS::SNS::Topic',
  'AWS::SecretsManager::Secret',
];

/** By the create-only properties of the registry schemas; a physical name is one also where a type is not among them. */
export const replacement = (type: string, property: string): 'always' | 'perhaps' | 'never' =>
  nameProperties[type] === property ? 'always' : (recreation(type, property) ?? 'never');

/** Its physical name, where the template gives one. */
export function nameOf(type: string, properties: Tree): string | undefined {
  const name = properties[nameProperties[type] ?? ''];
  return typeof name === 'string' ? name : undefined;
}

/** Types that others may build on before they have come to rest. */
export const settles = (type: string) => ['AWS::CloudFront::Distribution', 'AWS::RDS::DBInstance'].includes(type);

export interface Identity {
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Tree;
  /** 1 for the first physical resource behind a logical id, 2 for the one that replaces it, … */
  readonly generation: number;
}

export function newPhysicalId(account: Account, identity: Identity): string {
  const { stackName, stackId, logicalId, type, properties, generation } = identity;
  const seed = [stackId, logicalId, generation] as const;
  if (type === 'AWS::Lambda::Version') {
    const name = String(properties.FunctionName);
    return `arn:aws:lambda:${account.region}:${account.id}:function:${name}:${publish(account, name).number}`;
  }
  // Called so by its API alone: two stages of one name are no conflict.
  if (type === 'AWS::ApiGateway::Stage') return String(properties.StageName);
  const prefix = ec2Prefixes[type];
  if (prefix) return `${prefix}-${hex(17, ...seed)}`;
  const generated = `${stackName}-${logicalId}-${suffix(12, ...seed)}`;
  // S3 takes no capitals.
  const name = nameOf(type, properties) ?? (type === 'AWS::S3::Bucket' ? generated.toLowerCase() : generated);
  return refIsArn.includes(type) ? arn(account, type, name) : name;
}

export function attributeOf(account: Account, type: string, physicalId: string, attribute: string): Value {
  if (type === 'AWS::Lambda::Version' && attribute === 'Version') return physicalId.split(':').at(-1) ?? '';
  if (/Arn$/.test(attribute)) return physicalId.startsWith('arn:') ? physicalId : arn(account, type, physicalId);
  if (attribute === 'Ipv6CidrBlocks') return [`2001:db8:${hex(2, physicalId)}00::/56`];
  if (attribute === 'CidrBlockAssociations') return [`vpc-cidr-assoc-${hex(17, physicalId)}`];
  if (attribute.endsWith('Address')) return `${physicalId}.simulated.invalid`.toLowerCase();
  if (attribute.endsWith('Port')) return '5432';
  if (attribute.endsWith('Id')) return physicalId;
  return `${physicalId}.${attribute}`;
}

function arn(account: Account, type: string, name: string): string {
  const [, service = '', kind = ''] = type.split('::');
  return `arn:aws:${service.toLowerCase()}:${account.region}:${account.id}:${kind.toLowerCase()}/${name}`;
}
