/** Rings into one EWKB MultiPolygon: which ring is a hole of which, and the bytes. */
import { type Box, contains, type Ring } from './rings.ts';

export interface Geometry {
  /** MultiPolygon, two-dimensional, SRID 4326, little-endian; rings run as in the file. */
  readonly ewkb: Buffer;
  readonly polygons: number;
  readonly rings: number;
  /** Closing points included. */
  readonly points: number;
  readonly bounds: Box;
}

/** An outer ring, then its holes. */
type Polygon = readonly [Ring, ...Ring[]];

/** @returns null as geometry where there is no ring at all */
export function multiPolygon(
  points: Float64Array,
  rings: readonly Ring[],
): { geometry: Geometry | null; byNesting: boolean } {
  if (rings.length === 0) return { geometry: null, byNesting: false };
  const byDirection = assignByDirection(points, rings);
  const polygons = byDirection ?? assignByNesting(points, rings);
  const pointCount = rings.reduce((sum, ring) => sum + length(ring), 0);
  const geometry = {
    ewkb: write(points, polygons, rings.length, pointCount),
    polygons: polygons.length,
    rings: rings.length,
    points: pointCount,
    bounds: around(rings),
  };
  return { geometry, byNesting: byDirection === undefined };
}

/**
 * The specification's way: clockwise rings are outer ones, and a hole, wherever in the record it stands, belongs to the
 * smallest that contains it (an island in a lake is smaller than the land around the lake).
 * @returns undefined where a hole lies in no outer ring: then this record's directions mean nothing
 */
function assignByDirection(points: Float64Array, rings: readonly Ring[]): Polygon[] | undefined {
  const outers = rings.filter((ring) => ring.doubleArea <= 0);
  if (outers.length === rings.length) return outers.map((outer) => [outer]);
  const bySize = outers.toSorted(bySizeUpwards);
  const holes = new Map<Ring, Ring[]>(outers.map((outer) => [outer, []]));
  for (const hole of rings) {
    if (hole.doubleArea <= 0) continue;
    const outer = bySize.find((candidate) => contains(points, candidate, hole));
    if (!outer) return undefined;
    holes.get(outer)?.push(hole);
  }
  return outers.map((outer) => [outer, ...(holes.get(outer) ?? [])]);
}

/** Every second ring inwards is a hole: the one whose next ring around it is an outer ring. */
function assignByNesting(points: Float64Array, rings: readonly Ring[]): Polygon[] {
  const bySize = rings.toSorted(bySizeUpwards);
  const holes = new Map<Ring, Ring[]>();
  for (let index = bySize.length - 1; index >= 0; index--) {
    const ring = bySize[index] as Ring;
    const around = bySize.slice(index + 1).find((candidate) => contains(points, candidate, ring));
    const holesOfOuter = around && holes.get(around);
    if (holesOfOuter) holesOfOuter.push(ring);
    else holes.set(ring, []);
  }
  return rings.flatMap((ring): Polygon[] => {
    const inside = holes.get(ring);
    return inside ? [[ring, ...inside]] : [];
  });
}

function bySizeUpwards(a: Ring, b: Ring): number {
  return Math.abs(a.doubleArea) - Math.abs(b.doubleArea);
}

const wkbPolygon = 3;
const wkbMultiPolygon = 6;
/** EWKB's flag for "an SRID follows"; the polygons within carry none. */
const hasSrid = 0x20000000;
const epsg4326 = 4326;
/** Byte order mark (1 = little-endian), type and number of parts. */
const partHeader = 9;
const bytesPerPoint = 16;

/**
 * One copy a ring: a .shp's points are little-endian doubles, just as EWKB's, and so is the memory of every processor that
 * Lambda, Fargate and our laptops have (x64, arm64).
 */
function write(points: Float64Array, polygons: readonly Polygon[], ringCount: number, pointCount: number): Buffer {
  const source = Buffer.from(points.buffer);
  const ewkb = Buffer.allocUnsafe(
    partHeader + 4 + polygons.length * partHeader + ringCount * 4 + pointCount * bytesPerPoint,
  );
  let at = ewkb.writeUInt8(1, 0);
  at = ewkb.writeUInt32LE(wkbMultiPolygon + hasSrid, at);
  at = ewkb.writeUInt32LE(epsg4326, at);
  at = ewkb.writeUInt32LE(polygons.length, at);
  for (const polygon of polygons) {
    at = ewkb.writeUInt8(1, at);
    at = ewkb.writeUInt32LE(wkbPolygon, at);
    at = ewkb.writeUInt32LE(polygon.length, at);
    for (const ring of polygon) {
      at = ewkb.writeUInt32LE(length(ring), at);
      at += source.copy(ewkb, at, ring.start * bytesPerPoint, ring.end * bytesPerPoint);
      if (!ring.isClosed) {
        at += source.copy(ewkb, at, ring.start * bytesPerPoint, (ring.start + 1) * bytesPerPoint);
      }
    }
  }
  return ewkb;
}

function length(ring: Ring): number {
  return ring.end - ring.start + (ring.isClosed ? 0 : 1);
}

function around(rings: readonly Ring[]): Box {
  return [
    Math.min(...rings.map(({ box }) => box[0])),
    Math.min(...rings.map(({ box }) => box[1])),
    Math.max(...rings.map(({ box }) => box[2])),
    Math.max(...rings.map(({ box }) => box[3])),
  ];
}
