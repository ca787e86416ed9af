/**
 * What a deploy may do. Resources are made by CloudFormation, in the tier's execution role. One policy serves every
 * environment: it is filled in with the tags of the role that asks.
 */
import type { AccountDefinition, EnvironmentName, Tier } from '../../environments/index.ts';
import { aws, getAtt, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import {
  deployContext,
  deployRoleName,
  importName,
  instanceIdentifier,
  rateLimitsTableName,
  suffixed,
} from '../names.ts';
import { githubRole } from './github-role.ts';
import { allow, document, joined, regional, tagOfPrincipal } from './policy.ts';

const environmentTag = tagOfPrincipal('Environment');
const tierTag = tagOfPrincipal('Tier');

interface Options {
  readonly account: AccountDefinition;
  readonly tier: Tier;
  readonly environment: EnvironmentName;
  readonly execution: Resource<'AWS::IAM::Role'>;
  /** What every deploy may do, to what its role's tags name. */
  readonly common: Resource<'AWS::IAM::ManagedPolicy'>;
}

export function deployRole(
  template: Template,
  provider: Resource<'AWS::IAM::OIDCProvider'>,
  { account, tier, environment, execution, common }: Options,
) {
  const cluster = suffixed(importName, tier.name);
  const table = regional('dynamodb', `table/${rateLimitsTableName(tier)}`);
  return githubRole(template, `${pascalCase(environment)}DeployRole`, provider, account, {
    name: deployRoleName(environment),
    contexts: [deployContext(environment)],
    policies: [common],
    tags: { Environment: environment, Tier: tier.name },
    statements: [
      allow(['iam:PassRole'], getAtt(execution, 'Arn'), {
        StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
      }),
      ...joined([
        // The promised names are production's, without its tier in them.
        allow(['ecs:DescribeTasks', 'ecs:StopTask'], regional('ecs', `task/${cluster}/*`)),
        allow(['logs:FilterLogEvents', 'logs:GetLogEvents'], regional('logs', `log-group:/ecs/${cluster}:*`)),
        allow(['dynamodb:CreateBackup', 'dynamodb:DeleteBackup'], [table, sub`${table}/backup/*`]),
        // What the public uses is never stopped.
        ...(tier.name === 'production'
          ? []
          : [allow(['rds:StopDBInstance'], regional('rds', `db:${instanceIdentifier(tier)}`))]),
      ]),
    ],
  });
}

export function deployPolicy(
  template: Template,
  repositories: readonly Resource<'AWS::ECR::Repository'>[],
  deployments: Resource<'AWS::S3::Bucket'>,
): Resource<'AWS::IAM::ManagedPolicy'> {
  const bucket = getAtt(deployments, 'Arn');
  const assets = sub`arn:${aws.partition}:s3:::coalition-builder-static-${environmentTag}-${aws.accountId}`;
  const backups = regional('rds', `snapshot:coalition-builder-${tierTag}-backup-*`);
  return template.add('DeployPolicy', {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      PolicyDocument: document(
        joined([
          allow(
            [
              'cloudformation:CancelUpdateStack',
              'cloudformation:ContinueUpdateRollback',
              'cloudformation:CreateChangeSet',
              'cloudformation:DeleteChangeSet',
              // Of a first creation that failed; stacks that hold something are protected.
              'cloudformation:DeleteStack',
              'cloudformation:Describe*',
              'cloudformation:ExecuteChangeSet',
              'cloudformation:GetTemplate',
              'cloudformation:RollbackStack',
              'cloudformation:SetStackPolicy',
              'cloudformation:UpdateTerminationProtection',
            ],
            [environmentTag, tierTag].map((owner) => regional('cloudformation', `stack/coalition-builder-${owner}-*`)),
          ),
          allow(
            [
              'cloudformation:GetHookResult',
              'cloudformation:ListHookResults',
              'cloudformation:ValidateTemplate',
              // What the doctor asks, and a backup. RDS and DynamoDB take no name where they list.
              'cloudwatch:DescribeAlarms',
              'dynamodb:ListBackups',
              'ec2:DescribeSecurityGroups',
              'ecr:GetAuthorizationToken',
              'rds:DescribeDBInstances',
              'rds:DescribeDBSnapshots',
            ],
            '*',
          ),
          allow(
            ['apigateway:GET'],
            sub`arn:${aws.partition}:apigateway:${aws.region}::/restapis/*/stages/${environmentTag}`,
          ),
          // The account's own stack says which role CloudFormation is to use.
          allow(
            ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate'],
            regional('cloudformation', 'stack/coalition-builder-bootstrap/*'),
          ),
          allow(
            [
              'lambda:GetAlias',
              'lambda:GetFunction',
              'lambda:GetFunctionConfiguration',
              'lambda:GetPolicy',
              'lambda:InvokeFunction',
              'lambda:ListVersionsByFunction',
              'lambda:UpdateAlias',
            ],
            ['', ':*', '-jobs', '-jobs:*'].map((rest) =>
              regional('lambda', `function:coalition-${environmentTag}${rest}`),
            ),
          ),
          // Of versions too old to go back to, never of a function: that has no colon after its name.
          allow(['lambda:DeleteFunction'], regional('lambda', `function:coalition-${environmentTag}:*`)),
          // Records; and templates too large to be sent, which CloudFormation reads in the name of who deploys.
          // A bucket is listed, and what is in it is read and written: the one action takes no resource of the others.
          allow(
            ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
            [bucket, assets, sub`${bucket}/releases/${environmentTag}/*`, sub`${bucket}/templates/${tierTag}/*`],
          ),
          // Nothing may delete them: versions to go back to load them too.
          allow(['s3:PutObject'], sub`${assets}/*`),
          // Whom alarms tell, for the doctor.
          allow(['sns:ListSubscriptionsByTopic'], regional('sns', `coalition-builder-${environmentTag}-*`)),
          // Whose it is, before anything is deployed with it; never its value.
          allow(['secretsmanager:DescribeSecret'], regional('secretsmanager', 'secret:coalition-builder-*')),
          allow(
            [
              'ecr:BatchCheckLayerAvailability',
              'ecr:BatchGetImage',
              'ecr:CompleteLayerUpload',
              'ecr:DescribeImages',
              'ecr:GetDownloadUrlForLayer',
              'ecr:InitiateLayerUpload',
              'ecr:PutImage',
              'ecr:UploadLayerPart',
            ],
            repositories.map((repository) => getAtt(repository, 'Arn')),
          ),
          allow(['ecs:RunTask'], regional('ecs', `task-definition/${importName}-${environmentTag}:*`)),
          // Of the task's own two roles, whose names CloudFormation makes up.
          allow(['iam:PassRole'], sub`arn:${aws.partition}:iam::${aws.accountId}:role/coalition-builder/${tierTag}/*`, {
            StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
          }),
          allow(
            ['logs:FilterLogEvents', 'logs:GetLogEvents'],
            [
              regional('logs', `log-group:/aws/lambda/coalition-${environmentTag}:*`),
              regional('logs', `log-group:/aws/lambda/coalition-${environmentTag}-jobs:*`),
              regional('logs', `log-group:API-Gateway-Execution-Logs_*/${environmentTag}:*`),
            ],
          ),
          // The database of the tier is backed up and started; nothing here deletes or changes one.
          allow(
            ['rds:CreateDBSnapshot', 'rds:StartDBInstance'],
            [regional('rds', `db:coalition-builder-${tierTag}`), backups],
          ),
          // Those that `npm run backup` made: the last one of a deleted database is called otherwise.
          allow(['rds:AddTagsToResource', 'rds:DeleteDBSnapshot'], backups),
        ]),
      ),
    },
  });
}
