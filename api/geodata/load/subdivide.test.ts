import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openLayer } from '../formats/layer.ts';
import { bundledFolder, edgeFolder } from '../formats/testing/files.ts';
import { type Polygon, readPolygons } from './ewkb.ts';
import { mostCorners, subdivide } from './subdivide.ts';

/** The MultiPolygons of a file. */
async function shapesOf(path: string): Promise<Buffer[]> {
  const shapes: Buffer[] = [];
  for await (const { geometry } of (await openLayer(path)).features()) if (geometry) shapes.push(geometry);
  return shapes;
}

/** Of a Polygon as `subdivide()` writes it: its EWKB, wrapped into a MultiPolygon so that one reader serves both. */
function parse(piece: Buffer): Polygon {
  const header = Buffer.alloc(13);
  header.writeUInt32LE(1, 9);
  const [polygon] = readPolygons(Buffer.concat([header, piece.subarray(0, 5), piece.subarray(9)]));
  assert.ok(polygon);
  return polygon;
}

function area(polygon: Polygon): number {
  const areas = polygon.map((ring) => {
    const [x0 = 0, y0 = 0] = ring;
    let double = 0;
    for (let at = 2; at + 3 < ring.length; at += 2) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = ring.subarray(at, at + 4);
      double += (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
    }
    return Math.abs(double) / 2;
  });
  const [outer = 0, ...holes] = areas;
  return outer - holes.reduce((sum, hole) => sum + hole, 0);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const cornersOf = (polygon: Polygon) => sum(polygon.map((ring) => ring.length / 2));

describe('geodata: subdivide', () => {
  for (const [folder, name] of [
    [bundledFolder, 'tl_2024_27_sldl'],
    [bundledFolder, 'cb_2022_us_state_500k'],
    [edgeFolder, 'antimeridian_02016'],
    [edgeFolder, 'hole_island_order'],
    [edgeFolder, 'all_ccw'],
  ] as const) {
    for (const corners of [64, mostCorners]) {
      it(`cuts ${name} into pieces of ${corners} corners that together are the same`, async () => {
        for (const shape of await shapesOf(join(folder, `${name}.zip`))) {
          const pieces = [...subdivide(shape, corners)].map(parse);
          assert.ok(pieces.every((piece) => cornersOf(piece) <= corners));
          const whole = sum([...readPolygons(shape)].map(area));
          assert.ok(Math.abs(sum(pieces.map(area)) - whole) < 1e-9 * whole + 1e-12);
        }
      });
    }
  }

  it('keeps every corner, so that a point on a border stays on it', async () => {
    const [shape] = await shapesOf(join(bundledFolder, 'tl_2024_27_sldu.zip'));
    assert.ok(shape);
    const points = (polygons: Iterable<Polygon>) =>
      new Set(
        [...polygons].flatMap((rings) =>
          rings.flatMap((ring) =>
            Array.from({ length: ring.length / 2 }, (_, i) => `${ring[2 * i]} ${ring[2 * i + 1]}`),
          ),
        ),
      );
    const inPieces = points([...subdivide(shape)].map(parse));
    assert.deepEqual(
      [...points(readPolygons(shape))].filter((point) => !inPieces.has(point)),
      [],
    );
  });

  it('leaves a polygon whole that crosses itself', async () => {
    const shapes = await shapesOf(join(edgeFolder, 'bowtie_invalid.zip'));
    for (const shape of shapes) assert.ok([...subdivide(shape, 8)].length > 0);
  });
});
