/**
 * A print of a statement in which similar statements differ in few bits (simhash; Charikar 2002), so that copies with a
 * changed name or greeting are found together by an index.
 */
import { createHash } from 'node:crypto';

/** Two prints this near are of similar statements. With four bands of 16 bits, one band of theirs is the same. */
export const nearBits = 3;

/** Below it there is too little text for a likeness; only the very same is the same. */
const fewestWords = 8;

/** @returns a signed 64-bit integer in decimal, as a `bigint` column takes it; undefined for a statement without words */
export function fingerprint(statement: string): string | undefined {
  const words =
    statement
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return undefined;
  const features =
    words.length < fewestWords ? [words.join(' ')] : words.slice(1).map((word, index) => `${words[index]} ${word}`);
  const sums = new Int32Array(64);
  for (const feature of new Set(features)) {
    const hash = createHash('sha256').update(feature).digest();
    for (let bit = 0; bit < 64; bit++)
      sums[bit] = (sums[bit] ?? 0) + ((((hash[bit >> 3] ?? 0) >> (bit & 7)) & 1) * 2 - 1);
  }
  let print = 0n;
  for (let bit = 0; bit < 64; bit++) if ((sums[bit] ?? 0) > 0) print |= 1n << BigInt(bit);
  return BigInt.asIntN(64, print).toString();
}

/**
 * The condition that finds similar statements by the four indexes of bands.
 * @param print an SQL expression of a `bigint`
 */
export function similarTo(column: string, print: string): string {
  const band = (of: string, shift: number) => (shift === 0 ? `(${of} & 65535)` : `((${of} >> ${shift}) & 65535)`);
  const sameBand = [48, 32, 16, 0].map((shift) => `${band(column, shift)} = ${band(print, shift)}`).join(' or ');
  return `${column} is not null and (${sameBand}) and bit_count((${column} # ${print})::bit(64)) <= ${nearBits}`;
}
