/** PostGIS's EWKB, as far as boundaries need it: MultiPolygons in, Polygons out, two-dimensional, little-endian. */

/** x, y, x, y, …; the last corner is the first again. */
export type Ring = Float64Array;

/** Outer ring clockwise, then holes counter-clockwise. */
export type Polygon = readonly [Ring, ...Ring[]];

const wkbPolygon = 3;
const hasSrid = 0x20000000;
const epsg4326 = 4326;

/** Reads polygon by polygon; whatever way the rings run, they run as `Polygon` says afterwards. */
export function* readPolygons(ewkb: Buffer): Generator<Polygon> {
  const polygons = ewkb.readUInt32LE(9);
  let at = 13;
  for (let polygon = 0; polygon < polygons; polygon++) {
    const rings: Ring[] = [];
    const ringCount = ewkb.readUInt32LE(at + 5);
    at += 9;
    for (let index = 0; index < ringCount; index++) {
      const length = ewkb.readUInt32LE(at) * 2;
      // A copy, because doubles in a Buffer are rarely aligned.
      const ring = new Float64Array(length);
      ewkb.copy(new Uint8Array(ring.buffer), 0, at + 4, at + 4 + length * 8);
      rings.push(runs(ring, index === 0 ? 'clockwise' : 'counter-clockwise'));
      at += 4 + length * 8;
    }
    const [outer, ...holes] = rings;
    if (outer) yield [outer, ...holes];
  }
}

export function writePolygon(polygon: Polygon): Buffer {
  const size = polygon.reduce((sum, ring) => sum + 4 + ring.byteLength, 13);
  const ewkb = Buffer.allocUnsafe(size);
  let at = ewkb.writeUInt8(1, 0);
  at = ewkb.writeUInt32LE(wkbPolygon + hasSrid, at);
  at = ewkb.writeUInt32LE(epsg4326, at);
  at = ewkb.writeUInt32LE(polygon.length, at);
  for (const ring of polygon) {
    at = ewkb.writeUInt32LE(ring.length / 2, at);
    at += Buffer.from(ring.buffer, ring.byteOffset, ring.byteLength).copy(ewkb, at);
  }
  return ewkb;
}

function runs(ring: Ring, direction: 'clockwise' | 'counter-clockwise'): Ring {
  if (doubleArea(ring) < 0 === (direction === 'clockwise')) return ring;
  const reversed = new Float64Array(ring.length);
  for (let from = 0, to = ring.length - 2; to >= 0; from += 2, to -= 2) {
    reversed[to] = ring[from] as number;
    reversed[to + 1] = ring[from + 1] as number;
  }
  return reversed;
}

/** Twice the area, negative where the ring runs clockwise; measured from its first corner, far from which it would drown. */
function doubleArea(ring: Ring): number {
  const [x0, y0] = [ring[0] as number, ring[1] as number];
  let sum = 0;
  for (let at = 2; at + 3 < ring.length; at += 2) {
    sum +=
      ((ring[at] as number) - x0) * ((ring[at + 3] as number) - y0) -
      ((ring[at + 2] as number) - x0) * ((ring[at + 1] as number) - y0);
  }
  return sum;
}
