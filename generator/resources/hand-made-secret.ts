/**
 * What only a person knows, and puts into Secrets Manager once:
 * `aws secretsmanager create-secret --name coalition-builder-<environment>-<what> --secret-string …`
 */
import type { EnvironmentName } from '../../environments/index.ts';
import type { Expression } from '../cloudformation/expression.ts';
import { regional } from './policy.ts';

export interface SecretReference {
  readonly arn: Expression;
  /** For policies: AWS appends six characters to the ARN of a secret, which only its maker knows. */
  readonly pattern: Expression;
}

/** A `database` as a URL or as JSON with host, port, dbname, username, password; `smtp` as JSON with username, password. */
export function handMadeSecret(environment: EnvironmentName, what: 'akismet' | 'database' | 'smtp'): SecretReference {
  const secret = `coalition-builder-${environment}-${what}`;
  return {
    arn: regional('secretsmanager', `secret:${secret}`),
    pattern: regional('secretsmanager', `secret:${secret}-??????`),
  };
}
