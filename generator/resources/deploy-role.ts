/** What a deploy to one environment may do. Resources are made by CloudFormation, in the tier's execution role. */
import type { AccountDefinition, EnvironmentName, Tier } from '../../environments/index.ts';
import { aws, getAtt, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { functionName, importName, jobsFunctionName, suffixed } from '../names.ts';
import { githubRole } from './github-role.ts';
import { allow, document, regional } from './policy.ts';

interface Options {
  readonly account: AccountDefinition;
  readonly tier: Tier;
  readonly environment: EnvironmentName;
  readonly execution: Resource<'AWS::IAM::Role'>;
  /** What every deploy may do, whichever the environment. */
  readonly common: Resource<'AWS::IAM::ManagedPolicy'>;
  readonly deployments: Resource<'AWS::S3::Bucket'>;
}

export function deployRole(
  template: Template,
  provider: Resource<'AWS::IAM::OIDCProvider'>,
  { account, tier, environment, execution, common, deployments }: Options,
) {
  const bucket = getAtt(deployments, 'Arn');
  const cluster = suffixed(importName, tier.name);
  const functions = [functionName(environment), jobsFunctionName(environment)].flatMap((name) => [
    regional('lambda', `function:${name}`),
    regional('lambda', `function:${name}:*`),
  ]);
  return githubRole(template, `${pascalCase(environment)}DeployRole`, provider, account, {
    name: `coalition-builder-deploy-${environment}`,
    context: `environment:${environment}`,
    policies: [common],
    statements: [
      allow(
        [
          'cloudformation:ContinueUpdateRollback',
          'cloudformation:CreateChangeSet',
          'cloudformation:DeleteChangeSet',
          // Of a first creation that failed; stacks that hold something are protected.
          'cloudformation:DeleteStack',
          'cloudformation:Describe*',
          'cloudformation:ExecuteChangeSet',
          'cloudformation:GetTemplate',
          'cloudformation:ListChangeSets',
          'cloudformation:SetStackPolicy',
          'cloudformation:UpdateTerminationProtection',
        ],
        [environment, tier.name].map((owner) => regional('cloudformation', `stack/coalition-builder-${owner}-*`)),
      ),
      allow(['iam:PassRole'], getAtt(execution, 'Arn'), {
        StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
      }),
      allow(
        [
          // Of versions too old to go back to.
          'lambda:DeleteFunction',
          'lambda:GetAlias',
          'lambda:GetFunction',
          'lambda:GetFunctionConfiguration',
          'lambda:InvokeFunction',
          'lambda:ListVersionsByFunction',
          'lambda:UpdateAlias',
        ],
        functions,
      ),
      allow(['s3:GetObject', 's3:PutObject'], sub`${bucket}/releases/${environment}/*`),
      allow(['s3:ListBucket'], [bucket, assets(environment, '')]),
      allow(['s3:DeleteObject', 's3:PutObject'], assets(environment, '/*')),
      allow(['ecs:RunTask'], regional('ecs', `task-definition/${importName}-${environment}:*`)),
      allow(['ecs:DescribeTasks', 'ecs:StopTask'], regional('ecs', `task/${cluster}/*`)),
      // Of the task's own two roles, whose names CloudFormation makes up.
      allow(['iam:PassRole'], sub`arn:${aws.partition}:iam::${aws.accountId}:role/coalition-builder/${tier.name}/*`, {
        StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      }),
      allow(
        ['logs:FilterLogEvents', 'logs:GetLogEvents'],
        [
          regional('logs', `log-group:/aws/lambda/${functionName(environment)}*`),
          regional('logs', 'log-group:API-Gateway-Execution-Logs_*'),
          regional('logs', `log-group:/ecs/${cluster}*`),
        ],
      ),
    ],
  });
}

export function deployPolicy(
  template: Template,
  repositories: readonly Resource<'AWS::ECR::Repository'>[],
): Resource<'AWS::IAM::ManagedPolicy'> {
  return template.add('DeployPolicy', {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      PolicyDocument: document([
        allow(['cloudformation:GetTemplateSummary', 'cloudformation:ValidateTemplate'], '*'),
        // The account's own stack says which role CloudFormation is to use.
        allow(['cloudformation:DescribeStacks'], regional('cloudformation', 'stack/coalition-builder-bootstrap/*')),
        allow(['ecr:GetAuthorizationToken'], '*'),
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
      ]),
    },
  });
}

const assets = (environment: EnvironmentName, rest: string) =>
  sub`arn:${aws.partition}:s3:::coalition-builder-static-${environment}-${aws.accountId}${rest}`;
