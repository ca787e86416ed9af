/**
 * A second, independent look at EWKB, for tests: reads it back into points, and normalises it as PostGIS's ST_Normalize
 * does (GEOS 3.11), so that it can be compared with what GDAL and PostGIS made of the same file.
 */
import { createHash } from 'node:crypto';
import type { Point } from './shapefile-writer.ts';

/** Outer ring, then holes. */
export type Polygon = Point[][];

/** @throws where it is no two-dimensional little-endian MultiPolygon with SRID 4326, or has bytes to spare */
export function readEwkb(ewkb: Buffer): Polygon[] {
  let at = 0;
  const next = (bytes: number) => {
    at += bytes;
    return at - bytes;
  };
  const byte = () => ewkb.readUInt8(next(1));
  const int = () => ewkb.readUInt32LE(next(4));
  const double = () => ewkb.readDoubleLE(next(8));
  const expect = (found: number, expected: number, what: string) => {
    if (found !== expected) throw new Error(`${what} is ${found}, not ${expected}`);
  };
  expect(byte(), 1, 'byte order');
  expect(int(), 0x20000006, 'type');
  expect(int(), 4326, 'SRID');
  const polygons = Array.from({ length: int() }, () => {
    expect(byte(), 1, 'byte order');
    expect(int(), 3, 'type');
    return Array.from({ length: int() }, () => Array.from({ length: int() }, (): Point => [double(), double()]));
  });
  expect(at, ewkb.length, 'length');
  return polygons;
}

/** Outer rings clockwise, holes counter-clockwise, each from its least point; holes and polygons from great to small. */
export function normalise(polygons: readonly Polygon[]): Polygon[] {
  return polygons
    .map((rings) => {
      const [outer = [], ...holes] = rings.map((ring, index) => normaliseRing(ring, index === 0));
      return [outer, ...holes.sort((a, b) => comparePoints(b, a))];
    })
    .sort((a, b) => comparePolygons(b, a));
}

/** md5 of the normalised geometry as WKB, as in the expected/*.csv. */
export function md5OfNormalised(polygons: readonly Polygon[]): string {
  const hash = createHash('md5');
  const head = (type: number, parts: number) => {
    const bytes = Buffer.alloc(9);
    bytes.writeUInt8(1, 0);
    bytes.writeUInt32LE(type, 1);
    bytes.writeUInt32LE(parts, 5);
    hash.update(bytes);
  };
  const sorted = normalise(polygons);
  head(6, sorted.length);
  for (const polygon of sorted) {
    head(3, polygon.length);
    for (const ring of polygon) {
      const bytes = Buffer.alloc(4 + ring.length * 16);
      bytes.writeUInt32LE(ring.length, 0);
      ring.forEach(([x, y], index) => {
        bytes.writeDoubleLE(x, 4 + index * 16);
        bytes.writeDoubleLE(y, 12 + index * 16);
      });
      hash.update(bytes);
    }
  }
  return hash.digest('hex');
}

/** Square degrees, holes taken off. */
export function area(polygons: readonly Polygon[]): number {
  return polygons.reduce((sum, [outer = [], ...holes]) => {
    const taken = holes.reduce((all, hole) => all + Math.abs(signedArea(hole)), 0);
    return sum + Math.abs(signedArea(outer)) - taken;
  }, 0);
}

/** Positive where the ring runs counter-clockwise. */
export function signedArea(ring: readonly Point[]): number {
  const [[x0, y0] = [0, 0]] = ring;
  let sum = 0;
  ring.forEach(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [x, y];
    sum += (x - x0) * (nextY - y0) - (nextX - x0) * (y - y0);
  });
  return sum / 2;
}

function normaliseRing(ring: readonly Point[], clockwise: boolean): Point[] {
  const open = ring.slice(0, -1);
  let least = 0;
  open.forEach((point, index) => {
    if (comparePoint(point, open[least] as Point) < 0) least = index;
  });
  const scrolled = [...open.slice(least), ...open.slice(0, least)];
  scrolled.push(scrolled[0] as Point);
  return signedArea(scrolled) > 0 === clockwise ? scrolled.reverse() : scrolled;
}

function comparePolygons(a: Polygon, b: Polygon): number {
  for (let ring = 0; ring < Math.min(a.length, b.length); ring++) {
    const order = comparePoints(a[ring] ?? [], b[ring] ?? []);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** GEOS compares how many points there are before it looks at them. */
function comparePoints(a: readonly Point[], b: readonly Point[]): number {
  for (let index = 0; a.length === b.length && index < a.length; index++) {
    const order = comparePoint(a[index] as Point, b[index] as Point);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function comparePoint([ax, ay]: Point, [bx, by]: Point): number {
  return ax - bx || ay - by;
}
