/** An import of Census boundaries: a Fargate task that somebody starts, with no service behind it and no port open. */
import type { EnvironmentName, Tier } from '../../environments/index.ts';
import { aws, getAtt, ref, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase, type Release } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { deploymentsBucketName, imageUri, importCacheFolder, importName, repositoryName, suffixed } from '../names.ts';
import { accepted } from './accepted.ts';
import type { SecretReference } from './hand-made-secret.ts';
import { allow, regional, serviceRole } from './policy.ts';
import { type ImportVariables, set } from './variables.ts';

export function importCluster(template: Template, { name }: Tier): Resource<'AWS::ECS::Cluster'> {
  return template.add('Cluster', {
    Type: 'AWS::ECS::Cluster',
    Ignore: accepted('CKV_AWS_65'),
    Properties: {
      ClusterName: suffixed(importName, name),
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      ClusterSettings: [{ Name: 'containerInsights', Value: 'disabled' }],
    },
  });
}

/** ECS pulls the image and writes the log in this role; what runs in the task never has it. */
export function importExecutionRole(
  template: Template,
  tier: Tier,
  logs: Resource<'AWS::Logs::LogGroup'>,
): Resource<'AWS::IAM::Role'> {
  return serviceRole(template, 'ExecutionRole', {
    owner: tier.name,
    tier,
    service: 'ecs-tasks.amazonaws.com',
    statements: [
      allow(['ecr:GetAuthorizationToken'], '*'),
      allow(
        ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        regional('ecr', `repository/${repositoryName('importer')}`),
      ),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], getAtt(logs, 'Arn')),
    ],
  });
}

interface Options {
  readonly tier: Tier;
  readonly release: Release;
  readonly environment: EnvironmentName;
  readonly logs: Resource<'AWS::Logs::LogGroup'>;
  readonly executionRole: Resource<'AWS::IAM::Role'>;
  /** How it logs in to the environment's database. */
  readonly secret: SecretReference;
}

export function importTask(
  template: Template,
  { tier, release, environment, logs, executionRole, secret }: Options,
): Resource<'AWS::ECS::TaskDefinition'> {
  const bucket = sub`arn:${aws.partition}:s3:::${deploymentsBucketName}`;
  const folder = importCacheFolder(tier);
  const variables: ImportVariables = {
    ENVIRONMENT: environment,
    DATABASE_URL: null,
    DATABASE_SECRET_ARN: secret.arn,
    IMPORT_CACHE: sub`s3://${deploymentsBucketName}/${folder}`,
  };
  const role = serviceRole(template, `${pascalCase(environment)}TaskRole`, {
    owner: tier.name,
    tier,
    service: 'ecs-tasks.amazonaws.com',
    statements: [
      allow(['secretsmanager:GetSecretValue'], secret.pattern),
      // Files as the Census Bureau sent them, so that a tier's environments import the same bytes.
      allow(['s3:GetObject', 's3:PutObject'], sub`${bucket}/${folder}/*`),
      allow(['s3:ListBucket'], bucket, { StringLike: { 's3:prefix': [`${folder}/*`] } }),
    ],
  });
  return template.add(`${pascalCase(environment)}Task`, {
    Type: 'AWS::ECS::TaskDefinition',
    Properties: {
      Family: `${importName}-${environment}`,
      RequiresCompatibilities: ['FARGATE'],
      NetworkMode: 'awsvpc',
      Cpu: '2048',
      Memory: '4096',
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      ExecutionRoleArn: getAtt(executionRole, 'Arn'),
      TaskRoleArn: getAtt(role, 'Arn'),
      ContainerDefinitions: [
        {
          Name: 'import',
          Image: imageUri('importer', release.images.importer),
          Essential: true,
          Environment: Object.entries(set(variables)).map(([Name, Value]) => ({ Name, Value })),
          // Someone has to reap what the program leaves behind, and to hand on the signal to stop.
          LinuxParameters: { InitProcessEnabled: true },
          StopTimeout: 60,
          LogConfiguration: {
            LogDriver: 'awslogs',
            Options: {
              'awslogs-group': ref(logs),
              'awslogs-region': aws.region,
              'awslogs-stream-prefix': 'import',
              // The default has dropped lines since June 2025 when the buffer is full.
              mode: 'blocking',
            },
          },
        },
      ],
    },
  });
}
