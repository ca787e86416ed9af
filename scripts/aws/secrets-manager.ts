/** Secrets, and what is known of them besides their value; the one place where operations make this client. */
import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { exitCode } from '../terminal/exit-codes.ts';
import { type Connection, explained, settingsOf } from './connection.ts';
import { AwsError } from './errors.ts';

export type { SecretsManager } from '@aws-sdk/client-secrets-manager';

const service = { name: 'Secrets Manager', prefix: 'secretsmanager' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectSecretsManager(connection: Connection): Promise<SecretsManager> {
  const { SecretsManager } = await import('@aws-sdk/client-secrets-manager');
  return explained(new SecretsManager(settingsOf(connection, 10_000)), connection, service);
}

/** @returns undefined where there is no such secret, or it waits to be deleted */
export async function describeSecret(
  region: string,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly tags: Readonly<Record<string, string>> } | undefined> {
  const { SecretsManager } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManager({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  try {
    const { Tags = [], DeletedDate } = await client.describeSecret({ SecretId: name }, { abortSignal: signal });
    if (DeletedDate !== undefined) return undefined;
    return { name, tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw new AwsError(
      `Secrets Manager does not describe ${name}: ${error instanceof Error ? error.message : error}`,
      'Use credentials that may secretsmanager:DescribeSecret; its value is not asked for.',
      exitCode.failed,
      error,
    );
  } finally {
    client.destroy();
  }
}
