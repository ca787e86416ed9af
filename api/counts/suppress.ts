/**
 * Which numbers of a table may be shown. A number of few people could be about somebody: it is hidden (primary
 * suppression). So is whatever would let it be worked out as the total less the rest (complementary suppression): what
 * is hidden of a row, or of a column, is always two numbers at least, which together are enough people.
 */

/** Fewer people than this are never told apart. */
export const fewest = 5;

export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly count: number;
}

/**
 * @param cells of a table whose totals, of each row and of each column, are known; zeros may be left out
 * @param hidden rows that are not shown at all, because their totals are not
 * @returns those that may be shown
 */
export function shown<T extends Cell>(cells: readonly T[], hidden: ReadonlySet<string> = new Set()): readonly T[] {
  const dark = new Set<T>(cells.filter(({ row, count }) => hidden.has(row) || (count > 0 && count < fewest)));
  const lines = [
    ...Map.groupBy(cells, ({ row }) => row).values(),
    ...Map.groupBy(cells, ({ column }) => column).values(),
  ];
  // Each round only hides more, so that this ends: at worst with nothing shown.
  for (let changed = true; changed; ) {
    changed = false;
    for (const line of lines) {
      const next = nextToHide(line, dark);
      if (!next) continue;
      dark.add(next);
      changed = true;
    }
  }
  return cells.filter((cell) => !dark.has(cell));
}

/** The smallest number that has to go, too, before what is hidden of this line cannot be worked out. */
function nextToHide<T extends Cell>(line: readonly T[], dark: ReadonlySet<T>): T | undefined {
  const hidden = line.filter((cell) => dark.has(cell) && cell.count > 0);
  if (hidden.length === 0) return undefined;
  const people = hidden.reduce((sum, { count }) => sum + count, 0);
  if (hidden.length > 1 && people >= fewest) return undefined;
  return line
    .filter((cell) => !dark.has(cell) && cell.count > 0)
    .toSorted((a, b) => a.count - b.count || (a.row < b.row ? -1 : 1) || (a.column < b.column ? -1 : 1))[0];
}
