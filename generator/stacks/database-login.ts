/**
 * How an environment logs in to its database. For one of ours the database stack makes the secret; for one elsewhere a
 * person does, once: `aws secretsmanager create-secret --name coalition-builder-<environment>-database`.
 */
import type { Environment } from '../../environments/index.ts';
import type { Expression } from '../cloudformation/expression.ts';
import { databaseSecretName } from '../names.ts';
import { regional } from '../resources/policy.ts';
import { database } from './database.ts';

export function databaseLogin({ name, tier }: Pick<Environment, 'name' | 'tier'>): {
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
