/**
 * What CloudFormation may do for one tier. It stays with a stack for good: whoever may change the stack acts through
 * it. So it makes no role without the boundary, and what is named is named by tier and environment.
 */
import type { Tier } from '../../environments/index.ts';
import { aws, type Expression, ref, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import {
  functionName,
  importName,
  instanceIdentifier,
  rateLimitsTableName,
  repositoryName,
  suffixed,
} from '../names.ts';
import { allow, allowService, document, regional, type Statement } from './policy.ts';

interface Options {
  readonly boundary: Resource<'AWS::IAM::ManagedPolicy'>;
  readonly nameless: Resource<'AWS::IAM::ManagedPolicy'>;
  /** Host names whose records it keeps. */
  readonly records: readonly HostRecord[];
}

export interface HostRecord {
  readonly name: string;
  readonly hostedZoneId: string;
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
      Policies: [{ PolicyName: 'permissions', PolicyDocument: document(statements) }],
      // By which the policy above tells the tiers apart. Nobody whom a workflow is trusted with may change it.
      Tags: [{ Key: 'Tier', Value: tier.name }],
    },
  });
}

function data(tier: Tier): Statement[] {
  return [
    allow(
      ['rds:*'],
      [
        regional('rds', `db:${instanceIdentifier(tier)}`),
        // CloudFormation names these after the stack.
        regional('rds', `pg:coalition-builder-${tier.name}-*`),
        regional('rds', `subgrp:coalition-builder-${tier.name}-*`),
        regional('rds', `snapshot:coalition-builder-${tier.name}-*`),
      ],
    ),
    // An instance is made in an option group, too: the engine's default.
    allow(['rds:CreateDBInstance', 'rds:ModifyDBInstance'], regional('rds', 'og:default:*')),
    // The key is AWS's own, and only RDS may use it for us.
    allow(['kms:CreateGrant', 'kms:DescribeKey'], '*', {
      StringLike: { 'kms:ViaService': ['rds.*.amazonaws.com', 'secretsmanager.*.amazonaws.com'] },
    }),
    allow(['dynamodb:*'], regional('dynamodb', `table/${rateLimitsTableName(tier)}`)),
    allow(
      [
        'secretsmanager:CreateSecret',
        'secretsmanager:DeleteSecret',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:TagResource',
        'secretsmanager:UntagResource',
        'secretsmanager:UpdateSecret',
      ],
      tier.environments.map((name) => regional('secretsmanager', `secret:coalition-builder-${name}-*`)),
    ),
    // RDS makes the master's secret in the name of whoever makes the instance.
    allow(
      ['secretsmanager:CreateSecret', 'secretsmanager:RotateSecret', 'secretsmanager:TagResource'],
      regional('secretsmanager', 'secret:rds!db-*'),
    ),
    allow(
      [
        's3:CreateBucket',
        's3:DeleteBucket',
        's3:DeleteBucketPolicy',
        's3:Get*',
        's3:ListBucket',
        's3:ListTagsForResource',
        's3:Put*',
        's3:TagResource',
        's3:UntagResource',
      ],
      tier.environments.flatMap((name) =>
        ['static', 'media'].map((kind) => sub`arn:${aws.partition}:s3:::coalition-builder-${kind}-${name}-*`),
      ),
    ),
  ];
}

function compute(tier: Tier): Statement[] {
  const functions = tier.environments.flatMap((name) => [
    regional('lambda', `function:${functionName(name)}`),
    regional('lambda', `function:${functionName(name)}:*`),
    regional('lambda', `function:${functionName(name)}-*`),
  ]);
  return [
    allow(['lambda:*'], functions),
    allow(
      ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetRepositoryPolicy'],
      regional('ecr', `repository/${repositoryName('lambda')}`),
    ),
    allow(['ecs:*'], regional('ecs', `cluster/${suffixed(importName, tier.name)}`)),
    allow(
      ['ecs:RegisterTaskDefinition', 'ecs:TagResource', 'ecs:UntagResource'],
      tier.environments.map((name) => regional('ecs', `task-definition/${importName}-${name}:*`)),
    ),
    allow(
      ['events:*', 'scheduler:*'],
      owners(tier).flatMap((owner) => [
        regional('events', `rule/coalition-${owner}-*`),
        regional('scheduler', `schedule/default/coalition-${owner}-*`),
      ]),
    ),
  ];
}

function watching(tier: Tier): Statement[] {
  const group = (name: string) => regional('logs', `log-group:${name}`);
  const imports = `/ecs/${suffixed(importName, tier.name)}`;
  return [
    allow(
      [
        'logs:CreateLogGroup',
        'logs:DeleteLogGroup',
        'logs:DeleteMetricFilter',
        'logs:DeleteRetentionPolicy',
        'logs:GetDataProtectionPolicy',
        'logs:ListTagsForResource',
        'logs:PutMetricFilter',
        'logs:PutRetentionPolicy',
        'logs:TagResource',
        'logs:UntagResource',
      ],
      [
        // With and without `:*` at the end: CloudWatch asks for the one or the other, by the action.
        group(imports),
        group(`${imports}:*`),
        group(`/aws/rds/instance/${instanceIdentifier(tier)}/*`),
        ...tier.environments.flatMap((name) => [
          group(`/aws/lambda/${functionName(name)}*`),
          group(`/aws/apigateway/${functionName(name)}*`),
          group(`API-Gateway-Execution-Logs_*/${name}*`),
        ]),
      ],
    ),
    allow(
      ['cloudwatch:DeleteDashboards', 'cloudwatch:GetDashboard', 'cloudwatch:PutDashboard'],
      tier.environments.map(
        (name) => sub`arn:${aws.partition}:cloudwatch::${aws.accountId}:dashboard/${functionName(name)}`,
      ),
    ),
    allow(
      ['sns:*'],
      owners(tier).map((owner) => regional('sns', `coalition-builder-${owner}-*`)),
    ),
  ];
}

/** Nothing without a zone of ours: a domain that is added to environments/ later needs the account deployed first. */
function dns(records: readonly HostRecord[]): Statement[] {
  if (records.length === 0) return [];
  const zones = [...new Set(records.map(({ hostedZoneId }) => hostedZoneId))].map(
    (id) => sub`arn:${aws.partition}:route53:::hostedzone/${id}`,
  );
  return [
    allow(['route53:ChangeResourceRecordSets'], zones, {
      'ForAllValues:StringEquals': {
        'route53:ChangeResourceRecordSetsNormalizedRecordNames': records.map(({ name }) => name),
      },
    }),
    allow(['route53:GetHostedZone', 'route53:ListResourceRecordSets'], zones),
  ];
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

const owners = (tier: Tier): readonly string[] => [...new Set([tier.name, ...tier.environments])];
