/**
 * What the simulator knows of resource types: nearly nothing. Physical ids and attributes are made up, in the forms that
 * AWS gives them, so that a value of one stack can be told from another's.
 */
import { hex, suffix } from './identifiers.ts';
import type { Account } from './state.ts';
import type { Tree, Value } from './template/template.ts';

/** The property by which a template gives a resource its physical name. Changing it means a new resource. */
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

/** More properties whose change means a new resource ("Update requires: Replacement" in the resource reference). */
const createOnly: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::SecurityGroup': ['GroupDescription', 'GroupName', 'VpcId'],
  'AWS::EC2::Subnet': ['AvailabilityZone', 'CidrBlock', 'VpcId'],
  'AWS::EC2::VPC': ['CidrBlock'],
  'AWS::EC2::VPCEndpoint': ['ServiceName', 'VpcEndpointType', 'VpcId'],
  'AWS::ApiGateway::RestApi': [],
  'AWS::Lambda::Alias': ['FunctionName', 'Name'],
  'AWS::Lambda::Permission': ['Action', 'FunctionName', 'Principal', 'SourceArn'],
  'AWS::Lambda::Version': ['CodeSha256', 'Description', 'FunctionName'],
  'AWS::RDS::DBInstance': ['DBName', 'DBSubnetGroupName', 'KmsKeyId', 'MasterUsername', 'StorageEncrypted'],
  'AWS::RDS::DBParameterGroup': ['Description', 'Family'],
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

export const needsReplacement = (type: string, property: string) =>
  nameProperties[type] === property || (createOnly[type] ?? []).includes(property);

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
  const prefix = ec2Prefixes[type];
  if (prefix) return `${prefix}-${hex(17, ...seed)}`;
  const named = properties[nameProperties[type] ?? ''];
  const generated = `${stackName}-${logicalId}-${suffix(12, ...seed)}`;
  // S3 takes no capitals.
  const name = typeof named === 'string' ? named : type === 'AWS::S3::Bucket' ? generated.toLowerCase() : generated;
  return refIsArn.includes(type) ? arn(account, type, name) : name;
}

export function attributeOf(account: Account, type: string, physicalId: string, attribute: string): Value {
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
