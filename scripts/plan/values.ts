/** Values of a resource before and after, compared to the deepest difference, and said so that nothing secret is told. */
import { createHash } from 'node:crypto';

export interface Difference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

type Tree = Readonly<Record<string, unknown>>;

/** CloudFormation's placeholder; never shown as it is. */
const knownAfterApply = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** A difference for each leaf, and for each item that a list gained or lost. */
export function differences(path: string, before: unknown, after: unknown, found: Difference[] = []): Difference[] {
  if (before === after) return found;
  if (isTree(before) && isTree(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      differences(`${path}.${key}`, before[key], after[key], found);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    lists(path, before, after, found);
  } else if (before === undefined) {
    found.push({ path, after });
  } else if (after === undefined) {
    found.push({ path, before });
  } else if (canonical(before) !== canonical(after)) {
    found.push({ path, before, after });
  }
  return found;
}

function lists(path: string, before: readonly unknown[], after: readonly unknown[], found: Difference[]): void {
  if (before.length === after.length && !before.every(isScalar)) {
    before.forEach((item, index) => {
      differences(`${path}[${index}]`, item, after[index], found);
    });
    return;
  }
  const [had, has] = [before.map(canonical), after.map(canonical)];
  const left = [...has];
  const lost = before.filter((_, index) => !take(left, had[index] ?? ''));
  const kept = [...had];
  const gained = after.filter((_, index) => !take(kept, has[index] ?? ''));
  for (const item of lost) found.push({ path: `${path}[-]`, before: item });
  for (const item of gained) found.push({ path: `${path}[+]`, after: item });
  // Another order is a change too, and for some properties not an idle one.
  if (lost.length === 0 && gained.length === 0 && had.join() !== has.join()) found.push({ path, before, after });
}

function take(from: string[], item: string): boolean {
  const at = from.indexOf(item);
  if (at >= 0) from.splice(at, 1);
  return at >= 0;
}

/** Longer ones are cut, with a digest in place of the rest. */
const longest = 1000;

/** A value as text, with what only the deployment will tell in words. */
export function sayValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const said = text.replaceAll(knownAfterApply, '(known after deploy)');
  if (said.length <= longest) return said;
  const rest = createHash('sha256').update(said).digest('hex').slice(0, 12);
  return `${said.slice(0, longest)}… (${said.length} characters, sha256 ${rest}…)`;
}

export const isUnknown = (value: unknown): boolean =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).includes(knownAfterApply);

/** `DB_PASSWORD`, `apiKey`, `client_secret`; not `SecretArn`, which tells where a secret is and not what. */
const secretName =
  /(passw(or)?d|passphrase|secret|token|credentials?|api_?key|private_?key|signing_?key)(?!_?(arn|name|id|ttl|manager))(s|_?value|_?string)?$/i;

/** Whether the last name of a path is that of a secret, or the value is what NoEcho leaves of one. */
export function isSecret(path: string, ...values: readonly unknown[]): boolean {
  const name =
    path
      .replace(/(\[[^\]]*\])+$/, '')
      .split('.')
      .at(-1) ?? '';
  return secretName.test(name) || values.some((value) => value === '****');
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isScalar = (value: unknown) => typeof value !== 'object' || value === null;

/** Templates mix numbers, booleans and their texts freely; CloudFormation takes one for the other. */
export function canonical(value: unknown): string {
  if (isScalar(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value as Tree).map(([key, item]) => `${key}:${canonical(item)}`);
  return `{${entries.sort().join()}}`;
}
