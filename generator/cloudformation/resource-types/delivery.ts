/** What stands between a browser and a function or a bucket. */
import type { AccountProperties } from 'cloudform-types/types/apiGateway/account.js';
import type { BasePathMappingProperties } from 'cloudform-types/types/apiGateway/basePathMapping.js';
import type { DeploymentProperties } from 'cloudform-types/types/apiGateway/deployment.js';
import type { DomainNameProperties } from 'cloudform-types/types/apiGateway/domainName.js';
import type { GatewayResponseProperties } from 'cloudform-types/types/apiGateway/gatewayResponse.js';
import type { MethodProperties } from 'cloudform-types/types/apiGateway/method.js';
import type { ResourceProperties } from 'cloudform-types/types/apiGateway/resource.js';
import type { RestApiProperties } from 'cloudform-types/types/apiGateway/restApi.js';
import type { StageProperties } from 'cloudform-types/types/apiGateway/stage.js';
import type { DistributionProperties } from 'cloudform-types/types/cloudFront/distribution.js';
import type { FunctionProperties } from 'cloudform-types/types/cloudFront/function.js';
import type { OriginAccessControlProperties } from 'cloudform-types/types/cloudFront/originAccessControl.js';
import type { RecordSetProperties } from 'cloudform-types/types/route53/recordSet.js';
import type { None, Text } from './kinds.ts';

export interface DeliveryTypes {
  'AWS::ApiGateway::Account': { properties: AccountProperties; attributes: { Id: Text } };
  'AWS::ApiGateway::BasePathMapping': { properties: BasePathMappingProperties; attributes: None };
  'AWS::ApiGateway::Deployment': { properties: DeploymentProperties; attributes: { DeploymentId: Text } };
  'AWS::ApiGateway::DomainName': {
    properties: DomainNameProperties;
    attributes: { RegionalDomainName: Text; RegionalHostedZoneId: Text };
  };
  'AWS::ApiGateway::GatewayResponse': { properties: GatewayResponseProperties; attributes: { Id: Text } };
  'AWS::ApiGateway::Method': { properties: MethodProperties; attributes: None };
  'AWS::ApiGateway::Resource': { properties: ResourceProperties; attributes: { ResourceId: Text } };
  'AWS::ApiGateway::RestApi': {
    properties: RestApiProperties;
    attributes: { RestApiId: Text; RootResourceId: Text };
  };
  'AWS::ApiGateway::Stage': { properties: StageProperties; attributes: None };
  'AWS::CloudFront::Distribution': {
    properties: DistributionProperties;
    attributes: { DomainName: Text; Id: Text };
  };
  'AWS::CloudFront::Function': { properties: FunctionProperties; attributes: { FunctionARN: Text } };
  'AWS::CloudFront::OriginAccessControl': { properties: OriginAccessControlProperties; attributes: { Id: Text } };
  'AWS::Route53::RecordSet': { properties: RecordSetProperties; attributes: None };
}

/** A property that AWS added after cloudform-types 7.5. */
declare module 'cloudform-types/types/apiGateway/restApi.js' {
  interface EndpointConfiguration {
    IpAddressType?: 'ipv4' | 'dualstack';
  }
}
