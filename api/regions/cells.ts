/**
 * The grid behind lookups: the world as a quadtree, in which a cell is named by one number. A region in force is kept as the
 * cells that it covers (`geodata/load/cover.ts`); a point then needs only the few cells that it lies in, which an
 * ordinary index finds in a fifth of the time that a spatial one takes.
 *
 * The number of a cell is a 1, then two binary digits for each halving: east or west, north or south. So the cell around
 * a cell is its number without the last two digits. `region_cell_at()` is the same in SQL (migration 0021).
 */

/** Halvings of the world (512 degrees, so that halves are exact) down to each size that cells have: 1/2 to 1/512 degree. */
export const depths = [10, 12, 14, 16, 18] as const;
export const deepest = 18;

/**
 * Where the grid begins, in degrees. No line of it meets the Census's own grid of a millionth of a degree, nor a whole
 * degree, so that no corner of a region lies on a line; and 2^-22 is a number that doubles subtract without an error.
 */
export const west = -181 + 2 ** -22;
export const south = -91 + 2 ** -22;

/** @returns the number of columns or rows at a depth that lie wholly before a place, in degrees from the grid's beginning */
export const cellsBefore = (degrees: number, depth: number): number => Math.floor(degrees * 2 ** (depth - 9));

/** The smallest cell that a point lies in. @param lng and lat: degrees */
export function cellAt(lng: number, lat: number): number {
  return cellNumber(deepest, cellsBefore(lng - west, deepest), cellsBefore(lat - south, deepest));
}

/** @param column from the west @param row from the south, both counted from 0 at that depth */
export function cellNumber(depth: number, column: number, row: number): number {
  // Numbers have up to 37 binary digits and bitwise operators 32, so the upper and the lower half go separately.
  const upper = interleave(column >>> 9, row >>> 9);
  const lower = interleave(column & 511, row & 511);
  return 4 ** depth + upper * 4 ** 9 + lower;
}

/** Puts the digits of two numbers below 2^10 alternately; the first one's come first. */
function interleave(first: number, second: number): number {
  return (spread(first) << 1) | spread(second);
}

function spread(number: number): number {
  let digits = (number | (number << 8)) & 0x00ff00ff;
  digits = (digits | (digits << 4)) & 0x0f0f0f0f;
  digits = (digits | (digits << 2)) & 0x33333333;
  return (digits | (digits << 1)) & 0x55555555;
}

/** SQL: the cells of every size around the smallest one. @param cell an expression for that */
export function aroundSql(cell: string): string {
  return depths
    .toReversed()
    .map((depth) => (depth === deepest ? cell : `${cell} >> ${2 * (deepest - depth)}`))
    .join(', ');
}
