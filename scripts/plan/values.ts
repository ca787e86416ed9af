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

const knownLater = '(known after deploy)';

/**
 * A difference for each leaf, and for each item that a list gained or lost; a stand-in for each secret.
 * @param name under which the values stand
 */
export function differences(
  path: string,
  name: string,
  before: unknown,
  after: unknown,
  found: Difference[] = [],
): Difference[] {
  if (before === after) return found;
  if (isTree(before) && isTree(after)) {
    for (const key in before) {
      if (before[key] !== after[key]) {
        differences(`${path}.${key}`, nameIn(after, key), before[key], after[key], found);
      }
    }
    for (const key in after) {
      if (!(key in before)) differences(`${path}.${key}`, nameIn(after, key), undefined, after[key], found);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    lists(path, name, before, after, found);
  } else if (before === undefined) {
    found.push({ path, after: withStandIns(after, name) });
  } else if (after === undefined) {
    found.push({ path, before: withStandIns(before, name) });
  } else if (canonical(before) !== canonical(after)) {
    found.push({ path, before: withStandIns(before, name), after: withStandIns(after, name) });
  }
  return found;
}

function lists(
  path: string,
  name: string,
  before: readonly unknown[],
  after: readonly unknown[],
  found: Difference[],
): void {
  if (before.length === after.length && !before.every(isScalar)) {
    before.forEach((item, index) => {
      differences(`${path}[${index}]`, name, item, after[index], found);
    });
    return;
  }
  const [had, has] = [before.map(canonical), after.map(canonical)];
  const left = [...has];
  const lost = before.filter((_, index) => !take(left, had[index] ?? ''));
  const kept = [...had];
  const gained = after.filter((_, index) => !take(kept, has[index] ?? ''));
  for (const item of lost) found.push({ path: `${path}[-]`, before: withStandIns(item, name) });
  for (const item of gained) found.push({ path: `${path}[+]`, after: withStandIns(item, name) });
  // Another order is a change too, and for some properties not an idle one.
  if (lost.length === 0 && gained.length === 0 && had.join() !== has.join()) {
    found.push({ path, before: withStandIns(before, name), after: withStandIns(after, name) });
  }
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
  const said = text.includes(knownAfterApply) ? text.replaceAll(knownAfterApply, knownLater) : text;
  if (said.length <= longest) return said;
  const rest = createHash('sha256').update(said).digest('hex').slice(0, 12);
  return `${said.slice(0, longest)}… (${said.length} characters, sha256 ${rest}…)`;
}

/** Of a text that `sayValue` made. */
export const isUnknown = (said: string): boolean => said.includes(knownLater);

/** `DB_PASSWORD`, `apiKey`, `client_secret`; not `SecretArn`, which tells where a secret is and not what. */
const secretName =
  /(passw(or)?d|passphrase|secret|token|credentials?|api_?key|private_?key|signing_?key)(s|_?value|_?string)?$/i;
/** Stands for a secret, another one for another: what is compared tells them apart, what is shown does not. */
const standIn = /\uE000[0-9a-f]{12}/g;

export function withStandIns(value: unknown, name: string): unknown {
  if (typeof value === 'string') {
    // What refers to a secret, or is not known yet, is none.
    const isSecret = value === '****' || (secretName.test(name) && !value.includes('{{'));
    return isSecret ? `\uE000${createHash('sha256').update(value).digest('hex').slice(0, 12)}` : value;
  }
  if (Array.isArray(value)) return value.map((item) => withStandIns(item, name));
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withStandIns(item, nameIn(value, key))]));
}

/** What a value is called: by its property or, as ECS has it, by the `Name` beside the `Value`. */
function nameIn(tree: Tree, key: string): string {
  const named = key === 'Value' ? (tree.Name ?? tree.Key) : undefined;
  return typeof named === 'string' ? named : key;
}

/** @returns the text with the stand-ins masked, undefined where there are none */
export function masked(text: string): string | undefined {
  return text.includes('\uE000') ? text.replace(standIn, '••••') : undefined;
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
