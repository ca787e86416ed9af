/**
 * Reads a .shp record by record: polygons (plain, Z, M) and null shapes, as EWKB MultiPolygons in EPSG:4326.
 * Source: ESRI Shapefile Technical Description (July 1998). Of Z and M files only x and y are kept.
 */
import { ByteReader } from './byte-reader.ts';
import { count, FormatError, type Place } from './fault.ts';
import { type Geometry, multiPolygon } from './multi-polygon.ts';
import { type Box, measureRings } from './rings.ts';

export type ShapeType = 'Polygon' | 'PolygonZ' | 'PolygonM' | 'Null';

export interface ShapeHeader {
  readonly shapeType: ShapeType;
  /** As the header states it; null where it has none, as in an empty layer. */
  readonly bounds: Box | null;
}

export interface Shape {
  /** Counted from 1. */
  readonly record: number;
  /** Null for a null shape, and for one of which no ring encloses anything. */
  readonly geometry: Geometry | null;
  /** Rings whose last point was not their first; the missing edge was added. */
  readonly closed: number;
  /** Rings that enclose nothing: all points on one line, or fewer than three. They were left out. */
  readonly dropped: number;
  /** Whether holes were told from outer rings by nesting, because the direction of the rings contradicts itself. */
  readonly byNesting: boolean;
  /** Bytes of the .shp read so far. */
  readonly bytesRead: number;
}

const headerLength = 100;
const recordHeaderLength = 8;
const shapeTypes = new Map<number, ShapeType>([
  [0, 'Null'],
  [5, 'Polygon'],
  [15, 'PolygonZ'],
  [25, 'PolygonM'],
]);
const otherTypes = new Map([
  [1, 'Point'],
  [3, 'PolyLine'],
  [8, 'MultiPoint'],
  [11, 'PointZ'],
  [13, 'PolyLineZ'],
  [18, 'MultiPointZ'],
  [21, 'PointM'],
  [23, 'PolyLineM'],
  [28, 'MultiPointM'],
  [31, 'MultiPatch'],
]);
/** One record is held in memory. The largest real one, Alaska in cb_2018 500k, has 116,646 points: 1.9 MB. */
const largestRecord = 64 << 20;
/**
 * To find the ring around a hole takes, at worst, a look at every point for every ring: 6 s at this many. Alaska's
 * 549 rings come to 6e7.
 */
const mostRingsTimesPoints = 1e9;

/** @param size bytes of the .shp; its header has to say the same */
export async function readShapeHeader(source: AsyncIterable<Buffer>, place: Place, size: number): Promise<ShapeHeader> {
  const reader = new ByteReader(source, place);
  try {
    return await takeHeader(reader, place, size);
  } finally {
    await reader.close();
  }
}

/**
 * Yields as many shapes at a time as a chunk holds.
 * @param size bytes of the .shp; its header has to say the same
 */
export async function* readShapes(
  source: AsyncIterable<Buffer>,
  place: Place,
  size: number,
): AsyncGenerator<readonly Shape[], void, undefined> {
  const reader = new ByteReader(source, place);
  // Points of one record, aligned as the file's are not; grows to the largest record and is used again.
  let points = new Float64Array(1 << 12);
  try {
    const { shapeType } = await takeHeader(reader, place, size);
    let shapes: Shape[] = [];
    for (let record = 1; reader.position < size; record++) {
      const here = { ...place, record };
      const header =
        reader.takeAtHand(recordHeaderLength) ?? (await reader.take(recordHeaderLength, 'a record header'));
      const length = contentLength(header, here, size - reader.position);
      let content = reader.takeAtHand(length);
      if (!content) {
        yield shapes;
        shapes = [];
        content = await reader.take(length, 'a record');
      }
      const parts = parse(content, shapeType, here);
      if (points.length < parts.points * 2) points = new Float64Array(parts.points * 2);
      content.copy(new Uint8Array(points.buffer), 0, parts.pointsAt, parts.pointsAt + parts.points * 16);
      const measured = measureRings(points, parts.starts, parts.points, here);
      const { geometry, byNesting } = multiPolygon(points, measured.rings);
      const { closed, dropped } = measured;
      shapes.push({ record, geometry, closed, dropped, byNesting, bytesRead: reader.position });
    }
    yield shapes;
    await reader.drain();
  } finally {
    await reader.close();
  }
}

async function takeHeader(reader: ByteReader, place: Place, size: number): Promise<ShapeHeader> {
  const header = await reader.take(headerLength, 'its header');
  const code = header.readInt32BE(0);
  const version = header.readInt32LE(28);
  if (code !== 9994 || version !== 1000) {
    throw new FormatError(place, `it is not a .shp: file code ${code} and version ${version}, not 9994 and 1000`);
  }
  const stated = header.readUInt32BE(24) * 2;
  if (stated !== size) {
    throw new FormatError(
      place,
      `its header states ${count(stated, 'byte')}, the file has ${size.toLocaleString('en-US')}`,
    );
  }
  const shapeType = typeOf(header.readInt32LE(32), place);
  const box = [36, 44, 52, 60].map((at) => header.readDoubleLE(at));
  const [minX = NaN, minY = NaN, maxX = NaN, maxY = NaN] = box;
  if (size === headerLength || !(box.every(Number.isFinite) && minX <= maxX && minY <= maxY)) {
    return { shapeType, bounds: null };
  }
  if (minX < -180 || maxX > 180 || minY < -90 || maxY > 90) {
    throw new FormatError(
      place,
      `its coordinates are not degrees: x ${minX} to ${maxX}, y ${minY} to ${maxY}`,
      'Use the file in geographic coordinates (NAD83), as the Census publishes it.',
    );
  }
  return { shapeType, bounds: [minX, minY, maxX, maxY] };
}

function typeOf(code: number, place: Place): ShapeType {
  const type = shapeTypes.get(code);
  if (type) return type;
  throw new FormatError(
    place,
    `it holds shapes of type ${code} (${otherTypes.get(code) ?? 'unknown'}); polygons are read`,
    'Use a boundary file: its shapes are of type 5, 15 or 25 (Polygon, PolygonZ, PolygonM).',
  );
}

/** @param left bytes that the file has behind this header */
function contentLength(header: Buffer, place: Place, left: number): number {
  const number = header.readInt32BE(0);
  const length = header.readUInt32BE(4) * 2;
  if (number !== place.record) throw new FormatError(place, `it calls itself record ${number}`);
  if (length < 4 || length > left) {
    throw new FormatError(
      place,
      `it states a content of ${count(length, 'byte')}, but ${count(left, 'byte')} are left in the file`,
    );
  }
  if (length > largestRecord) {
    throw new FormatError(place, `it has ${count(length, 'byte')}; at most ${count(largestRecord, 'byte')} are read`);
  }
  return length;
}

interface Parts {
  /** Index of the first point of each ring. */
  readonly starts: readonly number[];
  readonly points: number;
  /** Offset of the points in the record's content. */
  readonly pointsAt: number;
}

function parse(content: Buffer, fileType: ShapeType, place: Place): Parts {
  const type = typeOf(content.readInt32LE(0), place);
  if (type === 'Null') return { starts: [], points: 0, pointsAt: 4 };
  if (type !== fileType) throw new FormatError(place, `it is a ${type} in a file of ${fileType}`);
  const rings = content.length < 44 ? -1 : content.readInt32LE(36);
  const points = content.length < 44 ? -1 : content.readInt32LE(40);
  if (rings < 0 || points < 0 || !lengths(type, rings, points).includes(content.length)) {
    throw new FormatError(place, `its content of ${count(content.length, 'byte')} does not hold what it states`);
  }
  if (rings * points > mostRingsTimesPoints) {
    throw new FormatError(place, `it has ${count(rings, 'ring')} of ${count(points, 'point')}: too many to sort out`);
  }
  const starts = Array.from({ length: rings }, (_, ring) => content.readInt32LE(44 + ring * 4));
  const ordered = starts.every((start, ring) => start <= (starts[ring + 1] ?? points) && (ring > 0 || start === 0));
  if (!ordered || (rings === 0 && points > 0)) {
    throw new FormatError(place, `its rings begin at points ${starts.slice(0, 8).join(', ')} of ${points}`);
  }
  return { starts, points, pointsAt: 44 + rings * 4 };
}

/** Z comes as a range and one value a point, M likewise; the M of both is optional. */
function lengths(type: ShapeType, rings: number, points: number): number[] {
  const plain = 44 + rings * 4 + points * 16;
  const dimension = 16 + points * 8;
  if (type === 'PolygonZ') return [plain + dimension, plain + 2 * dimension];
  return type === 'PolygonM' ? [plain, plain + dimension] : [plain];
}
