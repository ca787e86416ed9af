/** Secrets that a function is told the ARN of. Read when they are first needed, and once per instance. */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { untilDeadline } from '../deadline.ts';
import { type Settings, SettingsError } from '../settings.ts';

/** A version of a secret: the one that is used unless it is said, or the one that is to follow it. */
export type Stage = 'AWSCURRENT' | 'AWSPENDING';

/**
 * @param client for tests
 * @throws SettingsError naming the variable, never the value
 */
export async function readSecret(
  variable: string,
  arn: string,
  client: () => Promise<Pick<SecretsManagerClient, 'send'> & { destroy?(): void }> = defaultClient,
  stage: Stage = 'AWSCURRENT',
): Promise<string> {
  const { GetSecretValueCommand } = await import('./secrets-manager.ts');
  const manager = await client();
  const { SecretString } = await manager
    .send(
      new GetSecretValueCommand({ SecretId: arn, ...(stage !== 'AWSCURRENT' && { VersionStage: stage }) }),
      untilDeadline(),
    )
    .catch((error: Error) => {
      if (!refusals.test(error.name)) throw error;
      throw new SettingsError([`The secret that ${variable} names cannot be read (${error.name}).`], { cause: error });
    })
    // Or its connection stays open: one more with each database that was lost, for the life of an instance.
    .finally(() => manager.destroy?.());
  if (!SecretString) throw new SettingsError([`The secret that ${variable} names holds no text.`]);
  return SecretString;
}

/** Asking again will not help: there is no such secret, or this function may not read it. */
const refusals =
  /^(ResourceNotFound|AccessDenied|DecryptionFailure|InvalidRequest|InvalidParameter|Validation)(Exception)?$/;

/**
 * A database's URL from its secret: a URL as it is, or what RDS and our own templates write.
 * @throws SettingsError when it is neither
 */
export function databaseUrlFrom(variable: string, secret: string): string {
  if (/^postgres(ql)?:\/\//.test(secret) && URL.canParse(secret)) return secret;
  try {
    const { host, port, dbname = 'postgres', username, password } = JSON.parse(secret);
    if ([host, username, password].every((value) => typeof value === 'string' && value !== '') && isHost.test(host)) {
      const url = new URL('postgres://host');
      url.hostname = host;
      url.port = String(port ?? 5432);
      url.pathname = `/${dbname}`;
      url.username = encodeURIComponent(username);
      url.password = encodeURIComponent(password);
      url.searchParams.set('sslmode', 'verify-full');
      return url.href;
    }
  } catch {
    // Said below, without the parser's message, which quotes what it read.
  }
  throw new SettingsError([
    `The secret that ${variable} names is neither a postgres:// URL nor JSON with host, port, dbname, username and password.`,
  ]);
}

/**
 * The database that a process is to use: what DATABASE_URL says, else what the secret of DATABASE_SECRET_ARN does.
 * @returns undefined where neither is set
 */
export async function databaseUrlOf(
  { DATABASE_URL, DATABASE_SECRET_ARN }: Pick<Settings, 'DATABASE_URL' | 'DATABASE_SECRET_ARN'>,
  stage?: Stage,
): Promise<string | undefined> {
  if (DATABASE_URL !== undefined || DATABASE_SECRET_ARN === undefined) return DATABASE_URL;
  const variable = 'DATABASE_SECRET_ARN';
  return databaseUrlFrom(variable, await readSecret(variable, DATABASE_SECRET_ARN, defaultClient, stage));
}

/** A name or an address: whatever is no host would leave the URL at the one it was made with. */
const isHost = /^[\w.-]+$|^\[[\da-f:.]+\]$/i;

/** Makes a costly value once; after a failure the next one to ask tries again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

async function defaultClient(): Promise<SecretsManagerClient> {
  const { SecretsManagerClient } = await import('./secrets-manager.ts');
  return new SecretsManagerClient({
    maxAttempts: 2,
    // Without the last one the SDK only warns of a request that takes too long, and goes on waiting.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
  });
}
