/** The ways out of a VPC, each with the routes that lead to it. All but the NAT gateway are free. */
import { aws, getAtt, ref, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import type { Subnets } from './subnets.ts';
import { name, type Vpc } from './vpc.ts';

/** IPv6 outwards only: nothing on the internet can open a connection inwards. */
export function egressOnlyGateway(template: Template, { vpc }: Vpc, from: Subnets): void {
  const gateway = template.add('EgressOnlyGateway', {
    Type: 'AWS::EC2::EgressOnlyInternetGateway',
    Properties: { VpcId: ref(vpc) },
  });
  template.add('AppIpv6Route', {
    Type: 'AWS::EC2::Route',
    Properties: {
      RouteTableId: ref(from.routeTable),
      DestinationIpv6CidrBlock: '::/0',
      EgressOnlyInternetGatewayId: ref(gateway),
    },
  });
}

/** IPv4 in and out, for tasks that are given a public address of their own. */
export function internetGateway(
  template: Template,
  { vpc }: Vpc,
  from: Subnets,
): Resource<'AWS::EC2::VPCGatewayAttachment'> {
  const gateway = template.add('InternetGateway', {
    Type: 'AWS::EC2::InternetGateway',
    Properties: { Tags: name('internet') },
  });
  const attachment = template.add('InternetGatewayAttachment', {
    Type: 'AWS::EC2::VPCGatewayAttachment',
    Properties: { VpcId: ref(vpc), InternetGatewayId: ref(gateway) },
  });
  template.add('PublicRoute', {
    Type: 'AWS::EC2::Route',
    DependsOn: [attachment],
    Properties: {
      RouteTableId: ref(from.routeTable),
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: ref(gateway),
    },
  });
  return attachment;
}

/** IPv4 outwards for functions, in one zone: about 33 dollars a month, and 3.65 for its address. */
export function natGateway(
  template: Template,
  attachment: Resource<'AWS::EC2::VPCGatewayAttachment'>,
  through: Subnets,
  from: Subnets,
): void {
  const address = template.add('NatAddress', {
    Type: 'AWS::EC2::EIP',
    DependsOn: [attachment],
    Properties: { Domain: 'vpc', Tags: name('nat') },
  });
  const gateway = template.add('NatGateway', {
    Type: 'AWS::EC2::NatGateway',
    Properties: {
      SubnetId: ref(through.subnets[0]),
      AllocationId: getAtt(address, 'AllocationId'),
      Tags: name('nat'),
    },
  });
  template.add('AppIpv4Route', {
    Type: 'AWS::EC2::Route',
    Properties: {
      RouteTableId: ref(from.routeTable),
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: ref(gateway),
    },
  });
}

/** S3 and DynamoDB over AWS's own network. It matches IPv4 only: clients must not ask for dual-stack names there. */
export function gatewayEndpoint(
  template: Template,
  { vpc }: Vpc,
  service: 's3' | 'dynamodb',
  from: readonly Subnets[],
): void {
  template.add(service === 's3' ? 'S3Endpoint' : 'DynamoDbEndpoint', {
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: {
      VpcEndpointType: 'Gateway',
      VpcId: ref(vpc),
      ServiceName: sub`com.amazonaws.${aws.region}.${service}`,
      RouteTableIds: from.map(({ routeTable }) => ref(routeTable)),
    },
  });
}

/** One of AWS's services inside the VPC, under its usual name: about 7 dollars a month in one zone. */
export function interfaceEndpoint(
  template: Template,
  { vpc }: Vpc,
  service: 'secretsmanager',
  through: Subnets,
  securityGroup: Resource<'AWS::EC2::SecurityGroup'>,
): void {
  template.add('SecretsManagerEndpoint', {
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: {
      VpcEndpointType: 'Interface',
      VpcId: ref(vpc),
      ServiceName: sub`com.amazonaws.${aws.region}.${service}`,
      // A second zone would be paid for a second time; the database has one, too.
      SubnetIds: [ref(through.subnets[0])],
      SecurityGroupIds: [ref(securityGroup)],
      PrivateDnsEnabled: true,
    },
  });
}
