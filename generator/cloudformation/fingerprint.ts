/** Twelve letters and digits that stand for a value: the same for the same value, whatever the order of its keys. */
import { createHash } from 'node:crypto';
import { Expression } from './expression.ts';

/** What nobody's behaviour depends on. Reworded, it must not look like another value. */
const prose = ['Description', 'Tags'];

export function fingerprint(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex')
    .slice(0, 12);
}

function canonical(value: unknown): unknown {
  if (value instanceof Expression) return { [`Fn::${value.name}`]: canonical(value.argument) };
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, item]) => item !== undefined && !prose.includes(key));
  // By code unit, not by locale: the same everywhere.
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, item]) => [key, canonical(item)]));
}
