/**
 * The most that a role made by a deploy to a tier may ever do, whatever its own policy says: what functions, imports and
 * schedules of this platform need, on what the tier and its environments own.
 */
import type { Tier } from '../../environments/index.ts';
import { aws, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import {
  boundaryName,
  deploymentsBucketName,
  importCacheFolder,
  instanceIdentifier,
  outboundFunctionName,
  rateLimitsTableName,
  repositoryName,
} from '../names.ts';
import { accepted } from './accepted.ts';
import { networkInterfaceActions } from './container-function.ts';
import { allow, document, regional } from './policy.ts';

export function permissionsBoundary(template: Template, tier: Tier): Resource<'AWS::IAM::ManagedPolicy'> {
  const instance = regional('rds', `db:${instanceIdentifier(tier)}`);
  const deployments = sub`arn:${aws.partition}:s3:::${deploymentsBucketName}`;
  return template.add(`${pascalCase(tier.name)}Boundary`, {
    Type: 'AWS::IAM::ManagedPolicy',
    Ignore: accepted('CKV_AWS_111'),
    Properties: {
      ManagedPolicyName: boundaryName(tier),
      PolicyDocument: document([
        allow(
          [
            'ecr:GetAuthorizationToken',
            'logs:CreateLogStream',
            'logs:PutLogEvents',
            'ses:GetAccount',
            'xray:PutTelemetryRecords',
            'xray:PutTraceSegments',
            ...networkInterfaceActions,
          ],
          '*',
        ),
        // One statement, because an action takes resources of its own service only.
        allow(
          [
            'dynamodb:DescribeTable',
            'dynamodb:GetItem',
            'dynamodb:PutItem',
            'dynamodb:Query',
            'dynamodb:UpdateItem',
            'ecr:BatchCheckLayerAvailability',
            'ecr:BatchGetImage',
            'ecr:GetDownloadUrlForLayer',
            'geo-places:Autocomplete',
            'geo-places:Geocode',
            'geo-places:GetPlace',
            'lambda:InvokeFunction',
            'rds:StartDBInstance',
            'rds:StopDBInstance',
            's3:DeleteObject',
            's3:GetObject',
            's3:ListBucket',
            's3:PutObject',
            'secretsmanager:GetSecretValue',
            'ses:SendEmail',
            'ses:SendRawEmail',
          ],
          [
            regional('dynamodb', `table/${rateLimitsTableName(tier)}`),
            regional('ecr', `repository/${repositoryName('importer')}`),
            instance,
            sub`arn:${aws.partition}:geo-places:${aws.region}::provider/default`,
            ...tier.environments.flatMap((name) => [
              sub`arn:${aws.partition}:s3:::coalition-builder-media-${name}-*`,
              regional('secretsmanager', `secret:coalition-builder-${name}-*`),
              regional('lambda', `function:${outboundFunctionName(name)}`),
            ]),
            // Which one is an environment's is in the role's own policy.
            regional('ses', 'identity/*'),
            // What the Census Bureau sent. Of the rest, the names can be listed.
            deployments,
            sub`${deployments}/${importCacheFolder(tier)}/*`,
          ],
        ),
        // RDS names the secrets that it makes by itself; which instance one is of, only its tag tells.
        allow(['secretsmanager:GetSecretValue'], regional('secretsmanager', 'secret:rds!db-*'), {
          StringEquals: { 'secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn': instance },
        }),
      ]),
    },
  });
}
