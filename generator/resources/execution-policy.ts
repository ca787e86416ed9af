/**
 * What both tiers' roles have in common: what AWS gives ids instead of names. No ARN tells whose it is, but every
 * resource of ours carries its tier as a tag, and each role its own.
 */
import { aws, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { allow, document, type Statement, tagOfPrincipal } from './policy.ts';

/**
 * Not the other tier's. What has no such tag passes: it is only just being made, or is of a kind that has none. So the
 * account should hold nothing else that matters.
 */
const ofOwnTier = { StringEqualsIfExists: { 'aws:ResourceTag/Tier': tagOfPrincipal('Tier') } };

export function namelessPolicy(template: Template): Resource<'AWS::IAM::ManagedPolicy'> {
  return template.add('ExecutionPolicy', {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      PolicyDocument: document([
        allow(reads, '*'),
        allow([...network, ...distribution, ...watching], '*', ofOwnTier),
        gateway,
        allow(['route53:GetChange'], sub`arn:${aws.partition}:route53:::change/*`),
      ]),
    },
  });
}

/** What takes no resource, or looks without touching. */
const reads = [
  'cloudfront:DescribeFunction',
  'cloudfront:Get*',
  'cloudfront:List*',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:ListTagsForResource',
  'ec2:Describe*',
  'ec2:GetSecurityGroupsForVpc',
  'ecs:DeregisterTaskDefinition',
  'ecs:DescribeTaskDefinition',
  'logs:Describe*',
  // API Gateway's access logs are delivered, which is arranged for the account.
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'rds:Describe*',
  'rds:ListTagsForResource',
  'secretsmanager:GetRandomPassword',
  'xray:Get*',
  'xray:ListTagsForResource',
];

const network = [
  ...[
    'EgressOnlyInternetGateway',
    'InternetGateway',
    'NatGateway',
    'Route',
    'RouteTable',
    'SecurityGroup',
    'Subnet',
    'Vpc',
  ].flatMap((kind) => [`ec2:Create${kind}`, `ec2:Delete${kind}`]),
  'ec2:AllocateAddress',
  'ec2:AssociateRouteTable',
  'ec2:AssociateSubnetCidrBlock',
  'ec2:AssociateVpcCidrBlock',
  'ec2:AttachInternetGateway',
  'ec2:AuthorizeSecurityGroupEgress',
  'ec2:AuthorizeSecurityGroupIngress',
  'ec2:CreateTags',
  'ec2:CreateVpcEndpoint',
  'ec2:DeleteTags',
  'ec2:DeleteVpcEndpoints',
  'ec2:DetachInternetGateway',
  'ec2:DisassociateAddress',
  'ec2:DisassociateRouteTable',
  'ec2:DisassociateSubnetCidrBlock',
  'ec2:DisassociateVpcCidrBlock',
  'ec2:ModifySubnetAttribute',
  'ec2:ModifyVpcAttribute',
  'ec2:ModifyVpcEndpoint',
  'ec2:ReleaseAddress',
  'ec2:ReplaceRoute',
  'ec2:ReplaceRouteTableAssociation',
  'ec2:RevokeSecurityGroupEgress',
  'ec2:RevokeSecurityGroupIngress',
  'ec2:UpdateSecurityGroupRuleDescriptionsEgress',
  'ec2:UpdateSecurityGroupRuleDescriptionsIngress',
];

const distribution = [
  ...['Distribution', 'Function', 'OriginAccessControl'].flatMap((kind) => [
    `cloudfront:Create${kind}`,
    `cloudfront:Delete${kind}`,
    `cloudfront:Update${kind}`,
  ]),
  'cloudfront:PublishFunction',
  'cloudfront:TagResource',
  'cloudfront:UntagResource',
];

/** Alarms, whose names in production are the promised ones, without a word in common; traces; the account's budget. */
const watching = [
  'budgets:ModifyBudget',
  'budgets:TagResource',
  'budgets:UntagResource',
  'budgets:ViewBudget',
  'cloudwatch:DeleteAlarms',
  'cloudwatch:PutMetricAlarm',
  'cloudwatch:TagResource',
  'cloudwatch:UntagResource',
  'xray:CreateGroup',
  'xray:CreateSamplingRule',
  'xray:DeleteGroup',
  'xray:DeleteSamplingRule',
  'xray:TagResource',
  'xray:UntagResource',
  'xray:UpdateGroup',
  'xray:UpdateSamplingRule',
];

const gateway: Statement = allow(
  ['apigateway:DELETE', 'apigateway:GET', 'apigateway:PATCH', 'apigateway:POST', 'apigateway:PUT'],
  ['domainnames*', 'restapis*', 'tags/*'].map((path) => sub`arn:${aws.partition}:apigateway:${aws.region}::/${path}`),
  ofOwnTier,
);
