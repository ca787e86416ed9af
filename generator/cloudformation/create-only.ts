/** Which properties of a resource cannot be changed: a new resource is made, and the old one goes away. */
import table from './create-only.json' with { type: 'json' };

interface Entry {
  /** Paths with dots; so much of a property as cannot be changed. */
  readonly always?: readonly string[];
  /** It depends on what else the resource says. */
  readonly perhaps?: readonly string[];
}

const types: Readonly<Record<string, Entry>> = table.types;

/**
 * @param property a top-level property, or a path below it
 * @returns undefined where the type is not in the table
 */
export function recreation(type: string, property: string): 'always' | 'perhaps' | 'never' | undefined {
  const entry = types[type];
  if (!entry) return undefined;
  const within = (paths: readonly string[] = []) =>
    paths.some((path) => path === property || path.startsWith(`${property}.`) || property.startsWith(`${path}.`));
  if ((entry.always ?? []).includes(property.split('.', 1)[0] ?? '')) return 'always';
  return within(entry.always) || within(entry.perhaps) ? 'perhaps' : 'never';
}

/** @returns the properties by which one resource is always another one; undefined where the type is not in the table */
export function alwaysCreateOnly(type: string): readonly string[] | undefined {
  const entry = types[type];
  return entry && [...new Set((entry.always ?? []).map((path) => path.split('.', 1)[0] ?? ''))];
}
