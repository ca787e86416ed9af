/**
 * How an environment logs in to its database. For one of ours the database stack makes the secret; for one elsewhere a
 * person does.
 */
import type { Environment } from '../../environments/index.ts';
import { handMadeSecret, type SecretReference } from '../resources/hand-made-secret.ts';
import { database } from './database.ts';

export function databaseLogin({ name, tier }: Pick<Environment, 'name' | 'tier'>): SecretReference {
  if (tier.database.mode === 'external') return handMadeSecret(name, 'database');
  const arn = database.output(`${name}SecretArn`);
  return { arn, pattern: arn };
}
