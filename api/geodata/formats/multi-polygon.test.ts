import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readShapes } from './shp.ts';
import { normalise, type Polygon, readEwkb } from './testing/geometry.ts';
import { type Point, type Ring, square, writeShp } from './testing/shapefile-writer.ts';

describe('Rings into MultiPolygons', () => {
  it('give back any MultiPolygon with lakes and islands, whatever the order of its rings', async () => {
    await fc.assert(
      fc.asyncProperty(
        multiPolygons,
        fc.constantFrom(5, 15, 25),
        fc.infiniteStream(fc.nat()),
        async (polygons, type, order) => {
          const shape = shuffled(polygons.flat(), order);
          const [read] = await shapesOf(writeShp([shape], type));
          assert.deepEqual(normalise(readEwkb(read?.geometry?.ewkb ?? Buffer.alloc(0))), normalise(polygons));
          assert.equal(read?.geometry?.rings, polygons.flat().length);
          assert.equal(read?.byNesting, false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('give back the same where all rings run one way, or all run the wrong way', async () => {
    await fc.assert(
      fc.asyncProperty(multiPolygons, fc.boolean(), fc.infiniteStream(fc.nat()), async (polygons, reversed, order) => {
        const outer = (ring: Ring) => ring.toReversed();
        const hole = (ring: Ring) => (reversed ? ring.toReversed() : ring);
        const rings = polygons.flatMap(([first = [], ...holes]) => [outer(first), ...holes.map(hole)]);
        const [read] = await shapesOf(writeShp([shuffled(rings, order)]));
        assert.deepEqual(normalise(readEwkb(read?.geometry?.ewkb ?? Buffer.alloc(0))), normalise(polygons));
        assert.equal(read?.byNesting, true);
      }),
      { numRuns: 100 },
    );
  });

  it('assign a hole that touches its outer ring in one point', async () => {
    const outer = square(0, 0, 10);
    const hole: Point[] = [
      [0, 0],
      [5, 2],
      [2, 5],
      [0, 0],
    ];
    const [read] = await shapesOf(writeShp([[hole, square(20, 20, 1), outer]]));
    const polygons = readEwkb(read?.geometry?.ewkb ?? Buffer.alloc(0));
    assert.deepEqual(polygons, [[square(20, 20, 1)], [outer, hole]]);
  });

  it('assign a hole whose corners all lie on its outer ring', async () => {
    const outer = square(0, 0, 10);
    const hole: Point[] = [
      [0, 5],
      [5, 0],
      [10, 5],
      [5, 10],
      [0, 5],
    ];
    const [read] = await shapesOf(writeShp([[outer, hole]]));
    assert.deepEqual(readEwkb(read?.geometry?.ewkb ?? Buffer.alloc(0)), [[outer, hole]]);
  });

  it('do not take a hole for that of a ring that only surrounds its box', async () => {
    const land = square(2, 2, 4);
    const lake = square(3, 3, 2).toReversed();
    const [read] = await shapesOf(writeShp([[lake, arch, land]]));
    assert.deepEqual(readEwkb(read?.geometry?.ewkb ?? Buffer.alloc(0)), [[arch], [land, lake]]);
  });

  it('do not take a hole for that of a ring that it only touches', async () => {
    const land = square(1, 0.5, 8);
    const lake: Point[] = [
      [1, 3],
      [3, 2.5],
      [3, 3.5],
      [1, 3],
    ];
    const [read] = await shapesOf(writeShp([[lake, arch, land]]));
    assert.deepEqual(readEwkb(read?.geometry?.ewkb ?? Buffer.alloc(0)), [[arch], [land, lake]]);
  });

  it('leave out lines and points, and a shape of nothing else has no geometry', async () => {
    const line: Point[] = [
      [0.1, 0.1],
      [0.2, 0.2],
      [0.3, 0.3],
      [0.1, 0.1],
    ];
    const pair: Point[] = [
      [1, 1],
      [2, 2],
      [1, 1],
    ];
    const [first, second] = await shapesOf(writeShp([[line, square(0, 0, 1), pair], [line]]));
    assert.deepEqual([first?.geometry?.rings, first?.dropped], [1, 2]);
    assert.deepEqual([second?.geometry, second?.dropped], [null, 1]);
  });

  it('keep a ring of one Census grid cell far from 0, 0', async () => {
    const tiny = square(-179.999999, 89.999998, 0.000001);
    const [read] = await shapesOf(writeShp([[tiny]]));
    assert.equal(read?.geometry?.rings, 1);
    assert.equal(read?.byNesting, false);
  });
});

/** Of less area than what it stands around, with a box that holds all of it. */
const arch: Point[] = [
  [0, 0],
  [0, 10],
  [10, 10],
  [10, 0],
  [9, 0],
  [9, 9],
  [1, 9],
  [1, 0],
  [0, 0],
];

const place = { file: 'test.zip', member: 'test.shp' };

async function shapesOf(shp: Buffer) {
  return (await Array.fromAsync(readShapes(inPieces(shp), place, shp.length))).flat();
}

/** As a stream may deliver it, records and numbers cut anywhere. */
async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 77) yield bytes.subarray(at, at + 77);
}

/**
 * Land in separate cells of 20 by 20 degrees; in each up to four lakes; in each lake perhaps an island, which is a polygon
 * of its own and may have a pond. Corners vary within what keeps the rings apart.
 */
const multiPolygons = fc
  .uniqueArray(fc.nat(16 * 8 - 1), { minLength: 1, maxLength: 4 })
  .chain((cells) =>
    fc.tuple(...cells.map((cell) => land(((cell % 16) - 8) * 20 + 10, (Math.floor(cell / 16) - 4) * 20 + 9))),
  )
  .map((lands) => lands.flat());

function land(x: number, y: number): fc.Arbitrary<Polygon[]> {
  const corners = fc.constantFrom([-4, -4], [-4, 4], [4, -4], [4, 4]);
  const lakes = fc.uniqueArray(corners, { maxLength: 4, selector: String }).chain((chosen) =>
    fc.tuple(
      ...chosen.map(([dx = 0, dy = 0]) =>
        fc.record({
          lake: around(x + dx, y + dy, 2, 3, false),
          island: fc.option(around(x + dx, y + dy, 1, 1.3, true)),
          pond: fc.option(around(x + dx, y + dy, 0.2, 0.6, false)),
        }),
      ),
    ),
  );
  return fc
    .tuple(around(x, y, 8.9, 9, true, 24), lakes)
    .map(([outer, waters]): Polygon[] => [
      [outer, ...waters.map(({ lake }) => lake)],
      ...waters.flatMap(({ island, pond }): Polygon[] => (island ? [pond ? [island, pond] : [island]] : [])),
    ]);
}

/** A star around a centre: at least `inner` and at most `outer` away from it in every corner. */
function around(x: number, y: number, inner: number, outer: number, clockwise: boolean, corners = 12) {
  const distances = fc.array(fc.double({ min: inner, max: outer, noNaN: true }), {
    minLength: corners,
    maxLength: corners,
  });
  return fc.tuple(distances, fc.nat(corners - 1)).map(([radii, first]): Point[] => {
    const ring = radii.map((radius, corner): Point => {
      const angle = ((corner + first) / corners) * 2 * Math.PI * (clockwise ? -1 : 1);
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    });
    return [...ring, ring[0] as Point];
  });
}

function shuffled<T>(values: readonly T[], order: Iterator<number>): T[] {
  return values
    .map((value) => ({ value, key: order.next().value as number }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
