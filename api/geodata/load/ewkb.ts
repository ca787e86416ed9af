/** PostGIS's EWKB, as far as boundaries need it: MultiPolygons in, Polygons out, two-dimensional, little-endian. */

/** A run of `Corners`; its last corner is the first again. */
export interface Ring {
  /** Index of its first number, and the one behind its last: x, y, x, y, … */
  readonly start: number;
  readonly end: number;
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Outer ring clockwise, then holes counter-clockwise. */
export type Polygon = readonly [Ring, ...Ring[]];

/**
 * The numbers of many rings, one after the other. Cutting makes a million rings of a dozen corners; an array for each took
 * half of all its time. What is not needed any more is forgotten all at once: by setting `used` to 0.
 */
export class Corners {
  values = new Float64Array(1 << 18);
  used = 0;

  /** Makes sure that so many numbers can be written from `used` on. */
  reserve(count: number): void {
    if (this.used + count <= this.values.length) return;
    const larger = new Float64Array(Math.max(this.values.length * 2, this.used + count));
    larger.set(this.values.subarray(0, this.used));
    this.values = larger;
  }

  /** What was written since `start` is a ring. */
  ringFrom(start: number): Ring {
    const { values, used: end } = this;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = start; at < end; at += 2) {
      const x = values[at] as number;
      const y = values[at + 1] as number;
      if (x < west) west = x;
      if (x > east) east = x;
      if (y < south) south = y;
      if (y > north) north = y;
    }
    return { start, end, west, south, east, north };
  }

  bytesOf({ start, end }: Ring): Buffer {
    return Buffer.from(this.values.buffer, start * 8, (end - start) * 8);
  }
}

const wkbPolygon = 3;
const hasSrid = 0x20000000;
const epsg4326 = 4326;

/** Whatever way the rings run, they run as `Polygon` says afterwards. */
export function readPolygons(ewkb: Buffer, corners: Corners): Polygon[] {
  const polygons: Polygon[] = [];
  const polygonCount = ewkb.readUInt32LE(9);
  let at = 13;
  for (let polygon = 0; polygon < polygonCount; polygon++) {
    const rings: Ring[] = [];
    const ringCount = ewkb.readUInt32LE(at + 5);
    at += 9;
    for (let index = 0; index < ringCount; index++) {
      const count = ewkb.readUInt32LE(at) * 2;
      const start = corners.used;
      corners.reserve(count);
      // A copy, because doubles in a Buffer are rarely aligned.
      ewkb.copy(new Uint8Array(corners.values.buffer), start * 8, at + 4, at + 4 + count * 8);
      corners.used += count;
      run(corners, start, index === 0 ? 'clockwise' : 'counter-clockwise');
      rings.push(corners.ringFrom(start));
      at += 4 + count * 8;
    }
    const [outer, ...holes] = rings;
    if (outer) polygons.push([outer, ...holes]);
  }
  return polygons;
}

export function writePolygon(polygon: Polygon, corners: Corners): Buffer {
  const size = polygon.reduce((sum, { start, end }) => sum + 4 + (end - start) * 8, 13);
  const ewkb = Buffer.allocUnsafe(size);
  let at = ewkb.writeUInt8(1, 0);
  at = ewkb.writeUInt32LE(wkbPolygon + hasSrid, at);
  at = ewkb.writeUInt32LE(epsg4326, at);
  at = ewkb.writeUInt32LE(polygon.length, at);
  for (const ring of polygon) {
    at = ewkb.writeUInt32LE((ring.end - ring.start) / 2, at);
    at += corners.bytesOf(ring).copy(ewkb, at);
  }
  return ewkb;
}

/** Turns the corners written since `start` round where they run the other way. */
function run({ values, used: end }: Corners, start: number, direction: 'clockwise' | 'counter-clockwise'): void {
  if (doubleArea(values, start, end) < 0 === (direction === 'clockwise')) return;
  for (let low = start, high = end - 2; low < high; low += 2, high -= 2) {
    for (const axis of [0, 1]) {
      const kept = values[low + axis] as number;
      values[low + axis] = values[high + axis] as number;
      values[high + axis] = kept;
    }
  }
}

/** Twice the area, negative where the ring runs clockwise; measured from its first corner, far from which it would drown. */
function doubleArea(values: Float64Array, start: number, end: number): number {
  const x0 = values[start] as number;
  const y0 = values[start + 1] as number;
  let sum = 0;
  for (let at = start + 2; at + 3 < end; at += 2) {
    sum +=
      ((values[at] as number) - x0) * ((values[at + 3] as number) - y0) -
      ((values[at + 2] as number) - x0) * ((values[at + 1] as number) - y0);
  }
  return sum;
}
