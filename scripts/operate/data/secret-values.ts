/** The secrets of an environment that can be changed, and what a new value of each is made of. Nothing here prints any. */
import { randomInt } from 'node:crypto';
import type { Environment } from '../../../environments/index.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';

export const secretKinds = ['database', 'secret-key', 'cdn-key', 'smtp', 'akismet'] as const;
export type SecretKind = (typeof secretKinds)[number];

export const secretName = ({ name }: Environment, kind: SecretKind) => `coalition-builder-${name}-${kind}`;

/** Whether its value is known outside of AWS first: a person types it, or pipes it in. */
export function isHandMade({ tier }: Environment, kind: SecretKind): boolean {
  return kind === 'smtp' || kind === 'akismet' || (kind === 'database' && tier.database.mode === 'external');
}

/** What changing it does to people, said before. */
export function consequencesOf(kind: SecretKind): string | undefined {
  if (kind === 'secret-key')
    return 'Every session ends, and every link that was mailed and not yet followed stops working.';
  if (kind === 'cdn-key')
    return 'Until CloudFront has told all its edges, some minutes, visitors behind one edge share their rate limits.';
  return undefined;
}

/**
 * @param current as Secrets Manager has it now
 * @throws OperationError (2) that quotes no value
 */
export function newValue(
  environment: Environment,
  kind: SecretKind,
  current: string,
  { host, given }: { readonly host?: string | undefined; readonly given?: string | undefined },
): string {
  if (kind === 'database' && host !== undefined) return JSON.stringify({ ...login(current), host });
  if (isHandMade(environment, kind)) return checked(kind, given ?? '', current);
  // As generator/resources has them made.
  if (kind === 'database') return JSON.stringify({ ...login(current), password: letters(40) });
  return letters(64);
}

function login(current: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(current);
    if (typeof read === 'object' && read !== null && 'host' in read) return read as Record<string, unknown>;
  } catch {
    // Said below, without the parser's message, which quotes what it read.
  }
  throw new OperationError(
    'The present value is no JSON with host, port, dbname, username and password.',
    'A connection URL is changed by hand: aws secretsmanager put-secret-value.',
    exitCode.usage,
  );
}

function checked(kind: SecretKind, given: string, current: string): string {
  const fault = given.trim() === '' ? 'is empty' : given === current ? 'is the present one' : formOf(kind, given);
  if (fault === undefined) return given;
  throw new OperationError(`The new value ${fault}.`, 'Nothing was changed.', exitCode.usage);
}

function formOf(kind: SecretKind, given: string): string | undefined {
  if (kind === 'akismet') return /^[0-9a-zA-Z]{8,64}$/.test(given) ? undefined : 'is no key of letters and digits';
  if (kind === 'database' && /^postgres(ql)?:\/\//.test(given) && URL.canParse(given)) return undefined;
  const wanted = kind === 'smtp' ? ['username', 'password'] : ['host', 'username', 'password'];
  try {
    const read = JSON.parse(given);
    if (wanted.every((key) => typeof read[key] === 'string' && read[key] !== '')) return undefined;
  } catch {
    // Said below.
  }
  return `is no JSON with ${wanted.join(', ')}${kind === 'database' ? ', and no postgres:// URL' : ''}`;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const letters = (length: number) => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
