import assert from 'node:assert/strict';
import { join } from 'node:path';
import { cellAt, cellNumber, cellsBefore, deepest, depths, south, west } from '../../regions/cells.ts';
import { openLayer } from '../formats/layer.ts';
import { bundledFolder, edgeFolder } from '../formats/testing/files.ts';
import { type Covered, Coverer } from './cover.ts';
import { Corners, type Polygon, readPolygons, writePolygon } from './ewkb.ts';

/** The MultiPolygons of a file. */
async function shapesOf(path: string): Promise<Buffer[]> {
  const shapes: Buffer[] = [];
  for await (const { geometry } of (await openLayer(path)).features()) if (geometry) shapes.push(geometry);
  return shapes;
}

/** A part is a Polygon with an SRID: wrapped into a MultiPolygon, so that one reader serves both. */
function polygonOf(part: Buffer, corners: Corners): Polygon {
  const header = Buffer.alloc(13);
  header.writeUInt32LE(1, 9);
  const [polygon] = readPolygons(Buffer.concat([header, part.subarray(0, 5), part.subarray(9)]), corners);
  assert.ok(polygon);
  return polygon;
}

function pointsOf(polygon: Polygon, { values }: Corners): [number, number][][] {
  return polygon.map(({ start, end }) =>
    Array.from({ length: (end - start) / 2 }, (_, i) => [
      values[start + 2 * i] ?? NaN,
      values[start + 2 * i + 1] ?? NaN,
    ]),
  );
}

function area(polygon: Polygon, corners: Corners): number {
  const [outer = 0, ...holes] = pointsOf(polygon, corners).map((ring) => {
    const [x0 = 0, y0 = 0] = ring[0] ?? [];
    return Math.abs(
      sum(
        ring.map(([x, y], i) => {
          const [nextX, nextY] = ring[i + 1] ?? [x, y];
          return ((x - x0) * (nextY - y0) - (nextX - x0) * (y - y0)) / 2;
        }),
      ),
    );
  });
  return outer - sum(holes);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const depthOf = (cell: number) => Math.floor(Math.log2(cell) / 2);
/** Square degrees, and half that in both directions. */
const cellArea = (cell: number) => 4 ** (9 - depthOf(cell));

/** Cuts a square of Colorado out: corners in degrees. */
function square(minX: number, minY: number, maxX: number, maxY: number): Buffer {
  const corners = new Corners();
  const ring = [minX, minY, minX, maxY, maxX, maxY, maxX, minY, minX, minY];
  corners.values.set(ring);
  corners.used = ring.length;
  const polygon = writePolygon([corners.ringFrom(0)], corners);
  const header = Buffer.alloc(13);
  header.writeUInt32LE(1, 9);
  return Buffer.concat([header, polygon.subarray(0, 5), polygon.subarray(9)]);
}

describe('geodata: cover', () => {
  for (const [folder, name] of [
    [bundledFolder, 'tl_2024_27_sldl'],
    [bundledFolder, 'cb_2022_us_state_500k'],
    [edgeFolder, 'antimeridian_02016'],
    [edgeFolder, 'hole_island_order'],
    [edgeFolder, 'all_ccw'],
  ] as const) {
    it(`covers ${name} with cells that together are the same`, async () => {
      const coverer = new Coverer();
      for (const shape of await shapesOf(join(folder, `${name}.zip`))) {
        const corners = new Corners();
        const whole = sum(readPolygons(shape, corners).map((polygon) => area(polygon, corners)));
        const covered = coverer.cover(shape);
        const parts = covered.map(({ cell, part }) =>
          part ? area(polygonOf(part, corners), corners) : cellArea(cell),
        );
        assert.ok(Math.abs(sum(parts) - whole) < 1e-9 * whole + 1e-12);
        assert.ok(covered.every(({ cell }) => (depths as readonly number[]).includes(depthOf(cell))));
        const withoutPart = covered.filter(({ part }) => !part).map(({ cell }) => cell);
        assert.equal(new Set(withoutPart).size, withoutPart.length, 'a whole cell is there once');
      }
    });
  }

  it('puts every part into the cell that its points are in, and keeps every corner', async () => {
    const [shape] = await shapesOf(join(bundledFolder, 'tl_2024_27_sldu.zip'));
    assert.ok(shape);
    const corners = new Corners();
    const seen = new Set<string>();
    for (const { cell, part } of new Coverer().cover(shape)) {
      if (!part) continue;
      const points = pointsOf(polygonOf(part, corners), corners).flat();
      const columns = points.map(([x]) => cellsBefore(x - west, depthOf(cell)));
      const rows = points.map(([, y]) => cellsBefore(y - south, depthOf(cell)));
      // A corner on the cell's eastern or northern line counts into the next one.
      assert.equal(cellNumber(depthOf(cell), Math.min(...columns), Math.min(...rows)), cell);
      assert.ok(Math.max(...columns) - Math.min(...columns) <= 1 && Math.max(...rows) - Math.min(...rows) <= 1);
      for (const point of points) seen.add(point.join(' '));
    }
    const own = readPolygons(shape, corners).flatMap((polygon) => pointsOf(polygon, corners).flat());
    assert.deepEqual(
      own.filter((point) => !seen.has(point.join(' '))),
      [],
    );
  });

  it('covers what is larger than a cell with whole cells, and only its border with parts', () => {
    const covered = new Coverer().cover(square(-106, 38, -103, 41));
    const whole = covered.filter(({ part }) => part === null);
    // Half a degree wide: 3 by 3 degrees have 6 by 6 of them, moved by a hair's breadth, so that 5 by 5 lie within.
    assert.equal(whole.length, 25);
    assert.equal(covered.length, 49);
  });

  it('keeps a shape whole, in every cell, where its corners lie exactly on the lines of the grid', () => {
    const line = (degrees: number) => Math.floor(degrees) + 2 ** -22;
    const shape = square(line(-106), line(38), line(-105), line(39));
    const covered = new Coverer().cover(shape);
    const at = (lng: number, lat: number): Covered[] =>
      covered.filter(({ cell }) =>
        depths.some((depth) => Math.floor(cellAt(lng, lat) / 4 ** (deepest - depth)) === cell),
      );
    for (const lng of [line(-106), -105.4, line(-105)])
      for (const lat of [line(38), 38.6, line(39)]) assert.ok(at(lng, lat).length > 0, `${lng}, ${lat}`);
  });

  it('ends also on a polygon that crosses itself', async () => {
    for (const shape of await shapesOf(join(edgeFolder, 'bowtie_invalid.zip')))
      assert.ok(new Coverer().cover(shape).length > 0);
  });
});
