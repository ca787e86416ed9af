import assert from 'node:assert/strict';
import type { MultiPolygon, Position } from 'geojson';
import { doubles, uint32 } from '../formats/testing/bytes.ts';
import { OutlineCollector } from './outlines.ts';

/** Two districts that share a wiggly border, west and east of longitude 0. */
const border: Position[] = Array.from({ length: 101 }, (_, i) => [i % 2 ? 0.001 : -0.001, i / 100]);
const west: Position[] = [[-1, 0], ...border, [-1, 1], [-1, 0]].reverse();
const east: Position[] = [[1, 0], ...border, [1, 1], [1, 0]];
const tiny: Position[] = [
  [5, 5],
  [5, 5.002],
  [5.002, 5.002],
  [5.002, 5],
  [5, 5],
];

function outlinesOf(smallestTriangle: number): Map<string, MultiPolygon> {
  const collector = new OutlineCollector({ decimals: 5, smallestTriangle });
  collector.add('2701', ewkb([[west]]));
  collector.add('2702', ewkb([[east]]));
  collector.add('2703', ewkb([[tiny]]));
  return new Map([...collector.outlines()].map(([geoid, outline]) => [geoid, JSON.parse(outline) as MultiPolygon]));
}

describe('geodata: outlines', () => {
  it('keep every point, under its GEOID, where nothing is to be simplified', () => {
    const outlines = outlinesOf(0);
    assert.deepEqual([...outlines.keys()], ['2701', '2702', '2703']);
    assert.equal(outlines.get('2702')?.coordinates[0]?.[0]?.length, east.length);
  });

  it('simplify a shared border once for both sides', () => {
    const outlines = outlinesOf(1e-3);
    const near = (geoid: string) =>
      new Set(
        outlines
          .get(geoid)
          ?.coordinates.flat(2)
          .filter(([x = 9]) => Math.abs(x) < 0.01)
          .map(String),
      );
    const [left, right] = [near('2701'), near('2702')];
    assert.ok(left.size >= 2 && left.size < 20, `${left.size} of 101 border points are left`);
    assert.deepEqual(left, right);
  });

  it('let no region vanish', () => {
    assert.equal(outlinesOf(1e-3).get('2703')?.coordinates[0]?.[0]?.length, tiny.length);
  });
});

function ewkb(polygons: Position[][][]): Buffer {
  const parts = [header(0x20000006), uint32(4326), uint32(polygons.length)];
  for (const rings of polygons) {
    parts.push(header(3), uint32(rings.length));
    for (const ring of rings) parts.push(uint32(ring.length), doubles(ring.flat()));
  }
  return Buffer.concat(parts);
}

function header(type: number): Buffer {
  return Buffer.concat([Buffer.of(1), uint32(type)]);
}
