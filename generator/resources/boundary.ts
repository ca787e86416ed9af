/**
 * The most that a role made by a deploy may ever do, whatever its own policy says: what functions, imports and
 * schedules of this platform need, on resources that are called as ours are.
 */
import { aws, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { boundaryName, repositoryName } from '../names.ts';
import { networkInterfaceActions } from './container-function.ts';
import { allow, document, regional } from './policy.ts';

export function permissionsBoundary(template: Template): Resource<'AWS::IAM::ManagedPolicy'> {
  const buckets = sub`arn:${aws.partition}:s3:::coalition-builder-*`;
  return template.add('Boundary', {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      ManagedPolicyName: boundaryName,
      PolicyDocument: document([
        allow(['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*'),
        allow(networkInterfaceActions, '*'),
        // RDS calls the secrets that it makes itself rds!db-….
        allow(
          ['secretsmanager:GetSecretValue'],
          [regional('secretsmanager', 'secret:coalition-builder-*'), regional('secretsmanager', 'secret:rds!db-*')],
        ),
        allow(
          ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          regional('dynamodb', 'table/coalition-builder-*'),
        ),
        allow(['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'], buckets),
        allow(['ecr:GetAuthorizationToken'], '*'),
        allow(
          ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          regional('ecr', `repository/${repositoryName('importer')}`),
        ),
        allow(['rds:StartDBInstance', 'rds:StopDBInstance'], regional('rds', 'db:coalition-builder-*')),
      ]),
    },
  });
}
