/** What CloudFormation may do to what is called by its tier or environment, service by service. */
import type { Tier } from '../../environments/index.ts';
import { aws, sub } from '../cloudformation/expression.ts';
import {
  functionName,
  importName,
  instanceIdentifier,
  rateLimitsTableName,
  repositoryName,
  suffixed,
} from '../names.ts';
import { allow, regional, type Statement } from './policy.ts';

export interface HostRecord {
  readonly name: string;
  readonly hostedZoneId: string;
}

export function data(tier: Tier): Statement[] {
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

export function compute(tier: Tier): Statement[] {
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

export function watching(tier: Tier): Statement[] {
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
export function dns(records: readonly HostRecord[]): Statement[] {
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

export const owners = (tier: Tier): readonly string[] => [...new Set([tier.name, ...tier.environments])];
