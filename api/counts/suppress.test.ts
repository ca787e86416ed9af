import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Cell, fewest, shown } from './suppress.ts';

interface TableCell extends Cell {
  readonly row: string;
  readonly column: string;
}

/** Of a table whose totals, of each row and of each column, are known. */
const cellAt = (row: string, column: string, count: number): TableCell => ({
  row,
  column,
  count,
  sums: [`row ${row}`, `column ${column}`],
});
const table = (rows: Record<string, Record<string, number>>): TableCell[] =>
  Object.entries(rows).flatMap(([row, cells]) =>
    Object.entries(cells).map(([column, count]) => cellAt(row, column, count)),
  );
const visible = (rows: Record<string, Record<string, number>>, hidden?: Set<string>) =>
  shown(table(rows), hidden).map(({ row, column }) => `${row}.${column}`);

describe('counts: what may be shown', () => {
  it('is every number of enough people, where all are', () => {
    assert.deepEqual(visible({ all: { a: 5, b: 9, c: 0 } }), ['all.a', 'all.b', 'all.c']);
  });

  it('is none of few people, nor the one that this would follow from', () => {
    assert.deepEqual(visible({ all: { a: 3, b: 7, c: 9, d: 40 } }), ['all.c', 'all.d']);
    assert.deepEqual(visible({ all: { a: 2, b: 2, c: 9, d: 40 } }), ['all.d']);
    assert.deepEqual(visible({ all: { a: 3, b: 4, c: 9 } }), ['all.c']);
  });

  it('is decided for rows and columns together', () => {
    const cells = visible({ one: { x: 3, y: 10, z: 10 }, two: { x: 20, y: 20, z: 20 }, three: { x: 8, y: 9, z: 9 } });
    for (const line of [
      ['one.x', 'one.y', 'one.z'],
      ['one.x', 'two.x', 'three.x'],
    ])
      assert.ok(line.filter((cell) => !cells.includes(cell)).length >= 2, String(cells));
  });

  it('is nothing of a row that is hidden itself', () => {
    assert.ok(
      !visible({ one: { x: 9, y: 9 }, two: { x: 9, y: 9 }, three: { x: 50, y: 50 } }, new Set(['row one'])).some(
        (cell) => cell.startsWith('one'),
      ),
    );
  });

  it('never lets a number of few people be worked out from totals, whatever the table', () => {
    const cells = fc.array(
      fc.record({
        row: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
        column: fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5'),
        count: fc.integer({ min: 0, max: 20 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(cells, (given) => {
        const unique = [
          ...new Map(given.map(({ row, column, count }) => [`${row}.${column}`, cellAt(row, column, count)])).values(),
        ];
        const open = new Set(shown(unique));
        assert.ok([...open].every(({ count }) => count === 0 || count >= fewest));
        const lines = [
          ...Map.groupBy(unique, ({ row }) => row).values(),
          ...Map.groupBy(unique, ({ column }) => column).values(),
        ];
        for (const line of lines) {
          const rest = line.filter((cell) => !open.has(cell) && cell.count > 0);
          const hasMore = line.some((cell) => open.has(cell) && cell.count > 0);
          // What the total less the shown numbers comes to is about several numbers, and enough people; or it is all.
          const people = rest.reduce((sum, { count }) => sum + count, 0);
          assert.ok(rest.length === 0 || !hasMore || (rest.length > 1 && people >= fewest), JSON.stringify(line));
        }
      }),
      { numRuns: 500 },
    );
  });
});
