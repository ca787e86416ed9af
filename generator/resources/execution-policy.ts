/** What both tiers' roles have in common: whatever AWS gives ids instead of names cannot be told apart by a policy. */
import { aws, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { allow, document, type Statement } from './policy.ts';

export function namelessPolicy(template: Template): Resource<'AWS::IAM::ManagedPolicy'> {
  return template.add('ExecutionPolicy', {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: { PolicyDocument: document([...anywhere(), ...network(), ...delivery(), ...watching()]) },
  });
}

/** What takes no resource, or lists. */
function anywhere(): Statement[] {
  return [
    allow(
      [
        'ecs:DeregisterTaskDefinition',
        'ecs:DescribeTaskDefinition',
        'rds:Describe*',
        'rds:ListTagsForResource',
        'secretsmanager:GetRandomPassword',
      ],
      '*',
    ),
  ];
}

function network(): Statement[] {
  const kinds = [
    'EgressOnlyInternetGateway',
    'InternetGateway',
    'NatGateway',
    'Route',
    'RouteTable',
    'SecurityGroup',
    'Subnet',
    'Vpc',
  ];
  return [
    allow(
      [
        ...kinds.flatMap((kind) => [`ec2:Create${kind}`, `ec2:Delete${kind}`]),
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
        'ec2:Describe*',
        'ec2:DetachInternetGateway',
        'ec2:DisassociateRouteTable',
        'ec2:DisassociateSubnetCidrBlock',
        'ec2:DisassociateVpcCidrBlock',
        'ec2:GetSecurityGroupsForVpc',
        'ec2:ModifySubnetAttribute',
        'ec2:ModifyVpcAttribute',
        'ec2:ModifyVpcEndpoint',
        'ec2:ReleaseAddress',
        'ec2:ReplaceRoute',
        'ec2:RevokeSecurityGroupEgress',
        'ec2:RevokeSecurityGroupIngress',
      ],
      '*',
    ),
  ];
}

function delivery(): Statement[] {
  return [
    allow(
      ['apigateway:DELETE', 'apigateway:GET', 'apigateway:PATCH', 'apigateway:POST', 'apigateway:PUT'],
      [
        sub`arn:${aws.partition}:apigateway:${aws.region}::/domainnames*`,
        sub`arn:${aws.partition}:apigateway:${aws.region}::/restapis*`,
        sub`arn:${aws.partition}:apigateway:${aws.region}::/tags/*`,
      ],
    ),
    allow(
      [
        'cloudfront:CreateDistribution',
        'cloudfront:CreateFunction',
        'cloudfront:CreateOriginAccessControl',
        'cloudfront:DeleteDistribution',
        'cloudfront:DeleteFunction',
        'cloudfront:DeleteOriginAccessControl',
        'cloudfront:DescribeFunction',
        'cloudfront:Get*',
        'cloudfront:List*',
        'cloudfront:PublishFunction',
        'cloudfront:TagResource',
        'cloudfront:UntagResource',
        'cloudfront:UpdateDistribution',
        'cloudfront:UpdateFunction',
        'cloudfront:UpdateOriginAccessControl',
      ],
      '*',
    ),
    allow(
      ['route53:ChangeResourceRecordSets', 'route53:GetHostedZone', 'route53:ListResourceRecordSets'],
      sub`arn:${aws.partition}:route53:::hostedzone/*`,
    ),
    allow(['route53:GetChange'], sub`arn:${aws.partition}:route53:::change/*`),
  ];
}

function watching(): Statement[] {
  return [
    allow(
      [
        'logs:CreateLogDelivery',
        'logs:CreateLogGroup',
        'logs:DeleteLogDelivery',
        'logs:DeleteLogGroup',
        'logs:DeleteMetricFilter',
        'logs:DeleteRetentionPolicy',
        'logs:Describe*',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:ListTagsForResource',
        'logs:PutMetricFilter',
        'logs:PutResourcePolicy',
        'logs:PutRetentionPolicy',
        'logs:TagResource',
        'logs:UntagResource',
        'logs:UpdateLogDelivery',
      ],
      '*',
    ),
    allow(
      [
        'cloudwatch:DeleteAlarms',
        'cloudwatch:DeleteDashboards',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetDashboard',
        'cloudwatch:ListTagsForResource',
        'cloudwatch:PutDashboard',
        'cloudwatch:PutMetricAlarm',
        'cloudwatch:TagResource',
        'cloudwatch:UntagResource',
      ],
      '*',
    ),
    allow(
      [
        'xray:CreateGroup',
        'xray:CreateSamplingRule',
        'xray:DeleteGroup',
        'xray:DeleteSamplingRule',
        'xray:Get*',
        'xray:ListTagsForResource',
        'xray:TagResource',
        'xray:UntagResource',
        'xray:UpdateGroup',
        'xray:UpdateSamplingRule',
      ],
      '*',
    ),
    allow(['budgets:ModifyBudget', 'budgets:TagResource', 'budgets:UntagResource', 'budgets:ViewBudget'], '*'),
  ];
}
