/**
 * The resource types that templates use, each with its properties (from cloudform-types), the attributes that `getAtt`
 * can read, and, where it holds data, the policies that may be chosen for it. A new type is one entry here.
 */
import type { TableProperties } from 'cloudform-types/types/dynamoDb/table.js';
import type { EgressOnlyInternetGatewayProperties } from 'cloudform-types/types/ec2/egressOnlyInternetGateway.js';
import type { EIPProperties } from 'cloudform-types/types/ec2/eip.js';
import type { InternetGatewayProperties } from 'cloudform-types/types/ec2/internetGateway.js';
import type { NatGatewayProperties } from 'cloudform-types/types/ec2/natGateway.js';
import type { RouteProperties } from 'cloudform-types/types/ec2/route.js';
import type { RouteTableProperties } from 'cloudform-types/types/ec2/routeTable.js';
import type { SecurityGroupProperties } from 'cloudform-types/types/ec2/securityGroup.js';
import type { SecurityGroupIngressProperties } from 'cloudform-types/types/ec2/securityGroupIngress.js';
import type { SubnetProperties } from 'cloudform-types/types/ec2/subnet.js';
import type { SubnetRouteTableAssociationProperties } from 'cloudform-types/types/ec2/subnetRouteTableAssociation.js';
import type { VPCProperties } from 'cloudform-types/types/ec2/vpc.js';
import type { VPCCidrBlockProperties } from 'cloudform-types/types/ec2/vpcCidrBlock.js';
import type { VPCEndpointProperties } from 'cloudform-types/types/ec2/vpcEndpoint.js';
import type { VPCGatewayAttachmentProperties } from 'cloudform-types/types/ec2/vpcGatewayAttachment.js';
import type { LogGroupProperties } from 'cloudform-types/types/logs/logGroup.js';
import type { DBInstanceProperties } from 'cloudform-types/types/rds/dbInstance.js';
import type { DBParameterGroupProperties } from 'cloudform-types/types/rds/dbParameterGroup.js';
import type { DBSubnetGroupProperties } from 'cloudform-types/types/rds/dbSubnetGroup.js';
import type { SecretProperties } from 'cloudform-types/types/secretsManager/secret.js';

type Text = string;
type List = readonly string[];

export interface ResourceTypes {
  'AWS::DynamoDB::Table': {
    properties: TableProperties;
    attributes: { Arn: Text };
    keeps: 'Retain' | 'RetainExceptOnCreate';
  };
  'AWS::EC2::EIP': { properties: EIPProperties; attributes: { AllocationId: Text } };
  'AWS::EC2::EgressOnlyInternetGateway': { properties: EgressOnlyInternetGatewayProperties; attributes: { Id: Text } };
  'AWS::EC2::InternetGateway': { properties: InternetGatewayProperties; attributes: { InternetGatewayId: Text } };
  'AWS::EC2::NatGateway': { properties: NatGatewayProperties; attributes: { NatGatewayId: Text } };
  'AWS::EC2::Route': { properties: RouteProperties; attributes: { CidrBlock: Text } };
  'AWS::EC2::RouteTable': { properties: RouteTableProperties; attributes: { RouteTableId: Text } };
  'AWS::EC2::SecurityGroup': { properties: SecurityGroupProperties; attributes: { GroupId: Text; VpcId: Text } };
  'AWS::EC2::SecurityGroupIngress': { properties: SecurityGroupIngressProperties; attributes: { Id: Text } };
  'AWS::EC2::Subnet': {
    properties: SubnetProperties;
    attributes: { AvailabilityZone: Text; CidrBlock: Text; Ipv6CidrBlocks: List; SubnetId: Text };
  };
  'AWS::EC2::SubnetRouteTableAssociation': {
    properties: SubnetRouteTableAssociationProperties;
    attributes: { Id: Text };
  };
  'AWS::EC2::VPC': {
    properties: VPCProperties;
    attributes: { CidrBlock: Text; DefaultSecurityGroup: Text; Ipv6CidrBlocks: List; VpcId: Text };
  };
  'AWS::EC2::VPCCidrBlock': { properties: VPCCidrBlockProperties; attributes: { Id: Text } };
  'AWS::EC2::VPCEndpoint': { properties: VPCEndpointProperties; attributes: { Id: Text } };
  'AWS::EC2::VPCGatewayAttachment': {
    properties: VPCGatewayAttachmentProperties;
    attributes: { AttachmentType: Text };
  };
  'AWS::Logs::LogGroup': {
    properties: LogGroupProperties;
    attributes: { Arn: Text };
    keeps: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  };
  'AWS::RDS::DBInstance': {
    properties: DBInstanceProperties;
    attributes: {
      DBInstanceArn: Text;
      DbiResourceId: Text;
      'Endpoint.Address': Text;
      'Endpoint.Port': Text;
      'MasterUserSecret.SecretArn': Text;
    };
    keeps: 'Snapshot' | 'Retain';
  };
  'AWS::RDS::DBParameterGroup': {
    properties: DBParameterGroupProperties;
    attributes: { DBParameterGroupName: Text };
  };
  'AWS::RDS::DBSubnetGroup': { properties: DBSubnetGroupProperties; attributes: Record<never, Text> };
  'AWS::SecretsManager::Secret': {
    properties: SecretProperties;
    attributes: { Id: Text };
    keeps: 'Retain' | 'RetainExceptOnCreate';
  };
}

/** Properties that AWS added after cloudform-types 7.5. */
declare module 'cloudform-types/types/dynamoDb/table.js' {
  interface TableProperties {
    OnDemandThroughput?: { MaxReadRequestUnits?: number; MaxWriteRequestUnits?: number };
  }
  interface PointInTimeRecoverySpecification {
    RecoveryPeriodInDays?: number;
  }
}
declare module 'cloudform-types/types/rds/dbInstance.js' {
  interface DBInstanceProperties {
    EngineLifecycleSupport?: 'open-source-rds-extended-support' | 'open-source-rds-extended-support-disabled';
  }
}
