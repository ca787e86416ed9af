/** Virtual networks: nothing in them holds data. */
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
import type { List, Text } from './kinds.ts';

export interface NetworkTypes {
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
}
