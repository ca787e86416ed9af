/**
 * A print of a statement in which similar statements differ in few bits (simhash; Charikar 2002), so that copies with a
 * changed name or greeting are found together by an index.
 */
/**
 * Two prints this near are of similar statements; unrelated ones differ in some 32 bits. Of four bands of 16 bits one is
 * the same in all prints that differ in three, and in most of those that differ in six.
 */
export const nearBits = 6;

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
    // Two hashes of 32 bits: no secret depends on them, and a bigint is slower than all of this.
    const [low, high] = [hash(feature, 0x811c9dc5), hash(feature, 0x9e3779b9)];
    for (let bit = 0; bit < 32; bit++) {
      sums[bit] = (sums[bit] as number) + ((low >>> bit) & 1) * 2 - 1;
      sums[bit + 32] = (sums[bit + 32] as number) + ((high >>> bit) & 1) * 2 - 1;
    }
  }
  return ((BigInt(halfOf(sums, 32)) << 32n) | BigInt(halfOf(sums, 0) >>> 0)).toString();
}

/** The 32 bits from `start` on, signed. */
function halfOf(sums: Int32Array, start: number): number {
  let half = 0;
  for (let bit = 0; bit < 32; bit++) if ((sums[start + bit] ?? 0) > 0) half |= 1 << bit;
  return half;
}

/** FNV-1a, finished as MurmurHash3 is, so that each bit depends on each character. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

const bands = [48, 32, 16, 0].map(
  (shift) => (print: string) => (shift === 0 ? `(${print} & 65535)` : `((${print} >> ${shift}) & 65535)`),
);
const isNear = (one: string, other: string) => `bit_count((${one} # ${other})::bit(64)) <= ${nearBits}`;

/** Where so many are alike, how many exactly is nobody's question, and counting them would take its time. */
const mostFound = 100;

/**
 * Ids and stakeholders of endorsements with a similar statement, or of a hundred and more of them. One search for each
 * band, because for one condition over all of them PostgreSQL may think it best to read the whole index.
 * @param print an SQL expression of a `bigint`, in which the table `endorsement` is one around this
 */
export function similarTo(print: string): string {
  return bands
    .map(
      (band) => `
    (select id, stakeholder from endorsement likely
      where likely.statement_print is not null and ${band('likely.statement_print')} = ${band(print)}
        and ${isNear('likely.statement_print', print)}
      limit ${mostFound})`,
    )
    .join(' union ');
}
