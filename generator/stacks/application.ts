/** What the functions of an environment have in common: where they sit, what they are let at, what they are told. */
import type { Environment } from '../../environments/index.ts';
import { type Expression, sub } from '../cloudformation/expression.ts';
import { databaseSecretName } from '../names.ts';
import type { Place } from '../resources/container-function.ts';
import { allow, regional, type Statement } from '../resources/policy.ts';
import type { ApiVariables } from '../resources/variables.ts';
import { database } from './database.ts';
import { network } from './network.ts';
import { rateLimits } from './rate-limits.ts';
import { storage } from './storage.ts';

export function place({ tier }: Environment): Place {
  if (!tier.network.vpc) return undefined;
  return { subnetIds: network.output('appSubnetIds'), securityGroupId: network.output('appSecurityGroupId') };
}

/** @param ownUrl where the function is found by itself, if that is known: a domain of the environment goes before it */
export function applicationVariables(environment: Environment, ownUrl: Expression | null): ApiVariables {
  const { name, api, cdn, outbound } = environment;
  const domain = cdn.domain ?? api.domain;
  return {
    ENVIRONMENT: name,
    // A URL here could be read by whoever may look at the function.
    DATABASE_URL: null,
    DATABASE_SECRET_ARN: databaseSecret(environment).arn,
    SECRET_KEY_ARN: storage.output('secretKeyArn'),
    MEDIA_BUCKET: storage.output('mediaBucketName'),
    PUBLIC_BASE_URL: domain ? `https://${domain.name}` : ownUrl,
    CORS_ORIGINS: api.corsOrigins.join(','),
    GEOCODER: outbound.geocoder === 'none' ? null : outbound.geocoder,
    SMTP_HOST: outbound.smtp?.host ?? null,
    RATE_LIMIT_TABLE: rateLimits.output('tableName'),
    TRUSTED_PROXY_HOPS: String(api.trustedProxyHops),
  };
}

export function applicationStatements(environment: Environment): readonly Statement[] {
  const media = storage.output('mediaBucketArn');
  return [
    allow(['secretsmanager:GetSecretValue'], [databaseSecret(environment).pattern, storage.output('secretKeyArn')]),
    // Environments that share a table are kept apart here, whatever the code does. UpdateItem is the counting itself.
    allow(
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      rateLimits.output('tableArn'),
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${environment.name}#*`] } },
    ),
    allow(['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'], sub`${media}/*`),
    // Without it a missing object is a 403.
    allow(['s3:ListBucket'], media),
  ];
}

/**
 * How an environment logs in to its database. For one of ours the database stack makes the secret; for one elsewhere a
 * person does, once: `aws secretsmanager create-secret --name coalition-builder-<environment>-database`.
 */
export function databaseSecret({ name, tier }: Pick<Environment, 'name' | 'tier'>): {
  readonly arn: Expression;
  /** For policies: AWS appends six characters to the ARN of a secret, which only its maker knows. */
  readonly pattern: Expression;
} {
  if (tier.database.mode === 'external') {
    const secret = databaseSecretName(name);
    return {
      arn: regional('secretsmanager', `secret:${secret}`),
      pattern: regional('secretsmanager', `secret:${secret}-??????`),
    };
  }
  const arn = database.output(`${name}SecretArn`);
  return { arn, pattern: arn };
}
