/**
 * What CloudFormation may do for one tier. It stays with a stack for good: whoever may change the stack acts through
 * it. So it makes no role without the boundary, and what is named is named by tier and environment.
 */
import type { Tier } from '../../environments/index.ts';
import { aws, type Expression, ref, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { compute, data, dns, type HostRecord, owners, watching } from './execution-statements.ts';
import { allow, allowService, document, joined, type Statement } from './policy.ts';

interface Options {
  readonly boundary: Resource<'AWS::IAM::ManagedPolicy'>;
  readonly nameless: Resource<'AWS::IAM::ManagedPolicy'>;
  /** Host names whose records it keeps. */
  readonly records: readonly HostRecord[];
}

export function executionRole(
  template: Template,
  tier: Tier,
  { boundary, nameless, records }: Options,
): Resource<'AWS::IAM::Role'> {
  const statements = [
    ...data(tier),
    ...compute(tier),
    ...watching(tier),
    ...dns(records),
    ...identity(tier, ref(boundary)),
  ];
  return template.add(`${pascalCase(tier.name)}ExecutionRole`, {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: `coalition-builder-execution-${tier.name}`,
      AssumeRolePolicyDocument: document([allowService('cloudformation.amazonaws.com', ['sts:AssumeRole'])]),
      ManagedPolicyArns: [ref(nameless)],
      Policies: [{ PolicyName: 'permissions', PolicyDocument: document(joined(statements)) }],
      // By which the policy above tells the tiers apart. Nobody whom a workflow is trusted with may change it.
      Tags: [{ Key: 'Tier', Value: tier.name }],
    },
  });
}

function identity(tier: Tier, boundary: Expression): Statement[] {
  const roles = owners(tier).map(
    (owner) => sub`arn:${aws.partition}:iam::${aws.accountId}:role/coalition-builder/${owner}/*`,
  );
  return [
    // Without the boundary a role that is made here could do more than whoever makes it.
    allow(['iam:AttachRolePolicy', 'iam:CreateRole', 'iam:PutRolePermissionsBoundary', 'iam:PutRolePolicy'], roles, {
      StringEquals: { 'iam:PermissionsBoundary': boundary },
    }),
    allow(
      [
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:DetachRolePolicy',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
      ],
      roles,
    ),
    allow(['iam:PassRole'], roles, {
      StringEquals: {
        'iam:PassedToService': ['ecs-tasks.amazonaws.com', 'lambda.amazonaws.com', 'scheduler.amazonaws.com'],
      },
    }),
    // Services make these once in an account, in the name of whoever comes first.
    allow(['iam:CreateServiceLinkedRole'], sub`arn:${aws.partition}:iam::${aws.accountId}:role/aws-service-role/*`, {
      StringEquals: {
        'iam:AWSServiceName': ['ecs.amazonaws.com', 'ops.apigateway.amazonaws.com', 'rds.amazonaws.com'],
      },
    }),
  ];
}
