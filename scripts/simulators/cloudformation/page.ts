/** Answers in pages. They are tiny, so that whoever reads one page only is found out at once. */
import { invalid } from './fault.ts';
import type { Account } from './state.ts';

/**
 * @param keyOf what stays the same about an item while others are added before it; the token is the key of the last one shown
 */
export function page<T>(
  { pageSize }: Account,
  items: readonly T[],
  token: string | undefined,
  keyOf: (item: T) => string,
): { readonly items: T[]; readonly NextToken?: string } {
  const last = token === undefined ? -1 : items.findIndex((item) => keyOf(item) === decode(token));
  if (token !== undefined && last < 0) throw invalid('The NextToken is not one that this call returned.');
  const shown = items.slice(last + 1, last + 1 + pageSize);
  const end = shown.at(-1);
  const more = end !== undefined && last + 1 + pageSize < items.length;
  return { items: shown, ...(more && { NextToken: Buffer.from(keyOf(end)).toString('base64url') }) };
}

function decode(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
