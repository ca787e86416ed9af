/**
 * Which numbers of a table may be shown. A number of few people could be about somebody: it is hidden (primary
 * suppression). So is whatever would let it be worked out as a known sum less the rest (complementary suppression): what
 * is hidden of a sum is always two numbers at least, which together are enough people.
 */

/** Fewer people than this are never told apart. */
export const fewest = 5;

export interface Cell {
  /** Names of the sums that it is part of and that are known: of its row, its column, and so on. */
  readonly sums: readonly string[];
  readonly count: number;
}

/**
 * @param cells zeros may be left out
 * @param hidden names of sums that are not shown themselves: nothing that they are made of may be, either
 * @returns those that may be shown
 */
export function shown<T extends Cell>(cells: readonly T[], hidden: ReadonlySet<string> = new Set()): readonly T[] {
  const dark = new Set<T>(
    cells.filter(({ sums, count }) => (count > 0 && count < fewest) || sums.some((sum) => hidden.has(sum))),
  );
  const parts = new Map<string, T[]>();
  for (const cell of cells) {
    for (const sum of cell.sums) {
      const others = parts.get(sum);
      if (others) others.push(cell);
      else parts.set(sum, [cell]);
    }
  }
  // Each round only hides more, so that this ends: at worst with nothing shown.
  const unsettled = new Set([...dark].flatMap(({ sums }) => sums));
  for (const sum of unsettled) {
    unsettled.delete(sum);
    for (;;) {
      const next = nextToHide(parts.get(sum) ?? [], dark);
      if (!next) break;
      dark.add(next);
      for (const other of next.sums) if (other !== sum) unsettled.add(other);
    }
  }
  return cells.filter((cell) => !dark.has(cell));
}

/** The smallest number that has to go, too, before what is hidden of this sum cannot be worked out. */
function nextToHide<T extends Cell>(parts: readonly T[], dark: ReadonlySet<T>): T | undefined {
  const hidden = parts.filter((cell) => dark.has(cell) && cell.count > 0);
  if (hidden.length === 0) return undefined;
  const people = hidden.reduce((sum, { count }) => sum + count, 0);
  if (hidden.length > 1 && people >= fewest) return undefined;
  return parts
    .filter((cell) => !dark.has(cell) && cell.count > 0)
    .toSorted((a, b) => a.count - b.count || (a.sums.join() < b.sums.join() ? -1 : 1))[0];
}
