/**
 * A region as the cells of `regions/cells.ts` that it covers: a cell that lies wholly within it as nothing but its number,
 * one that its border runs through with the part of the region in it. Most points of the country lie in cells of the
 * first kind, where a lookup tests no geometry at all.
 *
 * Cells are as large as they can be with few corners in them, so a remote valley is a few large cells and a coast many
 * small ones. Together they are the region: no part overlaps another, and nothing is left out.
 */
import { cellNumber, cellsBefore, depths, south, west } from '../../regions/cells.ts';
import { type Axis, Cutter } from './cut.ts';
import { Corners, type Polygon, readPolygons, writePolygon } from './ewkb.ts';

export interface Covered {
  /** Number of the cell. */
  readonly cell: number;
  /** What of the region lies in it, as an EWKB Polygon with SRID 4326; null where that is all of the cell. */
  readonly part: Buffer | null;
}

/**
 * A cell with more corners is cut into smaller ones, if there are any. Measured: with 32 there are twice as many cells,
 * with 128 a lookup near a border takes longer; in between it hardly matters.
 */
const mostCorners = 96;

/** Covers region after region, in memory that is used again. */
export class Coverer {
  readonly #corners = new Corners();
  readonly #cutter = new Cutter(this.#corners);
  #covered: Covered[] = [];

  /** @param ewkb a valid MultiPolygon, as `formats/` writes it or PostGIS gives it back */
  cover(ewkb: Buffer): readonly Covered[] {
    this.#corners.used = 0;
    this.#covered = [];
    const [outermost] = depths;
    const last = 2 ** outermost - 1;
    for (const polygon of readPolygons(ewkb, this.#corners))
      this.#spreadOut(polygon, outermost, { firstColumn: 0, lastColumn: last, firstRow: 0, lastRow: last });
    return this.#covered;
  }

  /** Cuts a polygon along the lines between the cells of one size. */
  #spreadOut(polygon: Polygon, depth: number, within: Block): void {
    const block = touchedBy(polygon, depth, within);
    if (this.#isWhole(polygon, depth, block)) {
      this.#keep(block, depth, null);
      return;
    }
    const columns = block.lastColumn - block.firstColumn;
    const rows = block.lastRow - block.firstRow;
    if (columns === 0 && rows === 0) {
      this.#fill(polygon, depth, block);
      return;
    }
    for (const axis of columns >= rows ? ([0, 1] as const) : ([1, 0] as const)) {
      for (const line of linesWithin(block, axis)) {
        const halves = this.#cutter.cut(polygon, axis, degreesOf(axis, line, depth));
        if (!halves) continue;
        const [low, high] =
          axis === 0
            ? [
                { ...block, lastColumn: line - 1 },
                { ...block, firstColumn: line },
              ]
            : [
                { ...block, lastRow: line - 1 },
                { ...block, firstRow: line },
              ];
        for (const half of halves.low) this.#spreadOut(half, depth, low);
        for (const half of halves.high) this.#spreadOut(half, depth, high);
        return;
      }
    }
    // A corner lies exactly on each line, so that it cannot be cut there: it is kept whole in each of the cells.
    this.#keep(block, depth, writePolygon(polygon, this.#corners));
  }

  /** What the polygon has of one cell, which may be too much to be left in one. */
  #fill(polygon: Polygon, depth: number, cell: Block): void {
    const next = depths.find((smaller) => smaller > depth);
    if (next === undefined || cornersOf(polygon) <= mostCorners) {
      this.#keep(cell, depth, writePolygon(polygon, this.#corners));
      return;
    }
    const times = 2 ** (next - depth);
    this.#spreadOut(polygon, next, {
      firstColumn: cell.firstColumn * times,
      lastColumn: cell.lastColumn * times + times - 1,
      firstRow: cell.firstRow * times,
      lastRow: cell.lastRow * times + times - 1,
    });
  }

  #keep({ firstColumn, lastColumn, firstRow, lastRow }: Block, depth: number, part: Buffer | null): void {
    for (let column = firstColumn; column <= lastColumn; column++)
      for (let row = firstRow; row <= lastRow; row++)
        this.#covered.push({ cell: cellNumber(depth, column, row), part });
  }

  /** Whether the polygon is all of the block: a ring of its four corners, the first of them once more. */
  #isWhole(polygon: Polygon, depth: number, block: Block): boolean {
    const [{ start, end, west: minX, south: minY, east: maxX, north: maxY }] = polygon;
    if (polygon.length > 1 || end - start !== 10) return false;
    if (minX !== degreesOf(0, block.firstColumn, depth) || maxX !== degreesOf(0, block.lastColumn + 1, depth))
      return false;
    if (minY !== degreesOf(1, block.firstRow, depth) || maxY !== degreesOf(1, block.lastRow + 1, depth)) return false;
    const { values } = this.#corners;
    for (let at = start; at < end; at += 2) {
      const [x, y] = [values[at], values[at + 1]];
      if ((x !== minX && x !== maxX) || (y !== minY && y !== maxY)) return false;
    }
    return true;
  }
}

/** A rectangle of cells of one size; its outer lines are where the polygon was cut already. */
interface Block {
  readonly firstColumn: number;
  readonly lastColumn: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

/**
 * The cells of a block that the polygon's box has a part of. A corner that lies exactly on a line belongs to the cells on both
 * sides of it; only the block's outer lines, where corners come from cutting, end there.
 */
function touchedBy(polygon: Polygon, depth: number, within: Block): Block {
  const [{ west: minX, south: minY, east: maxX, north: maxY }] = polygon;
  return {
    firstColumn: Math.max(within.firstColumn, cellsBefore(minX - west, depth)),
    lastColumn: Math.min(within.lastColumn, cellsBefore(maxX - west, depth)),
    firstRow: Math.max(within.firstRow, cellsBefore(minY - south, depth)),
    lastRow: Math.min(within.lastRow, cellsBefore(maxY - south, depth)),
  };
}

/** The lines between the cells of a block, from its middle outwards. */
function* linesWithin({ firstColumn, lastColumn, firstRow, lastRow }: Block, axis: Axis): Generator<number> {
  const [first, last] = axis === 0 ? [firstColumn, lastColumn] : [firstRow, lastRow];
  const middle = Math.ceil((first + last) / 2);
  for (let beside = 0; beside <= last - first; beside++) {
    if (middle - beside > first) yield middle - beside;
    if (beside > 0 && middle + beside <= last) yield middle + beside;
  }
}

function degreesOf(axis: Axis, line: number, depth: number): number {
  return line / 2 ** (depth - 9) + (axis === 0 ? west : south);
}

function cornersOf(polygon: Polygon): number {
  let corners = 0;
  for (const { start, end } of polygon) corners += (end - start) / 2;
  return corners;
}
