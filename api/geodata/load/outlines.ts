/**
 * Outlines for maps: simplified, with borders still shared. Simplifying polygon by polygon opens gaps and overlaps along
 * every border; PostGIS can do without them from 3.4 on, which not every server has that we run on.
 */
import { type GridRing, simplifyRings } from './borders.ts';

export interface OutlineOptions {
  /** Coordinates are rounded to this many decimals of a degree; 3 is 110 m, 5 about a metre. */
  readonly decimals: number;
  /** Corners whose triangle is smaller than this (square degrees) are dropped. */
  readonly smallestTriangle: number;
}

/** What a map of the nation needs, and what a map of one state does. */
export const nationalOutlines: OutlineOptions = { decimals: 3, smallestTriangle: 1e-4 };
export const stateOutlines: OutlineOptions = { decimals: 5, smallestTriangle: 1e-6 };

/** Collects the regions of one file, already rounded, so that a large file never stands in memory at full precision. */
export class OutlineCollector {
  readonly #options: OutlineOptions;
  /** By GEOID, in order; each region has polygons: an outer ring, then holes. */
  readonly #regions = new Map<string, readonly (readonly GridRing[])[]>();

  constructor(options: OutlineOptions) {
    this.#options = options;
  }

  /** The last shape of a region counts. @param ewkb a MultiPolygon as little-endian EWKB with SRID */
  add(geoid: string, ewkb: Buffer): void {
    const scale = 10 ** this.#options.decimals;
    const polygons: GridRing[][] = [];
    const polygonCount = ewkb.readUInt32LE(9);
    let at = 13;
    for (let polygon = 0; polygon < polygonCount; polygon++) {
      const ringCount = ewkb.readUInt32LE(at + 5);
      at += 9;
      const rings: GridRing[] = [];
      for (let ring = 0; ring < ringCount; ring++) {
        const points = ewkb.readUInt32LE(at);
        const rounded = roundedRing(ewkb, at + 4, points, scale);
        at += 4 + points * 16;
        // A polygon whose outer ring has no inside left takes its holes along.
        if (encloses(rounded) && (ring === 0 || rings.length > 0)) rings.push(rounded);
      }
      if (rings.length > 0) polygons.push(rings);
    }
    this.#regions.set(geoid, polygons);
  }

  /**
   * The outlines by GEOID, as the text of a GeoJSON MultiPolygon. A region too small for the tolerance keeps its
   * unsimplified shape rather than vanish.
   */
  *outlines(): Generator<readonly [geoid: string, outline: string]> {
    const scale = 10 ** this.#options.decimals;
    const rings = [...this.#regions.values()].flat(2);
    const simplified = new Map<GridRing, GridRing>();
    let index = 0;
    for (const ring of simplifyRings(rings, this.#options.smallestTriangle * scale * scale))
      simplified.set(rings[index++] as GridRing, ring);
    for (const [geoid, polygons] of this.#regions) {
      const left = polygons
        .map((own) => own.map((ring) => simplified.get(ring)))
        .filter(([outer]) => encloses(outer))
        .map((own) => own.filter(encloses));
      const shape = left.length > 0 ? left : polygons;
      const text = shape.map((rings) => `[${rings.map((ring) => ringText(ring, scale)).join()}]`).join();
      yield [geoid, `{"type":"MultiPolygon","coordinates":[${text}]}`];
    }
  }
}

/** A ring's points on the grid, without the neighbours that fall together there, and without the first one again. */
function roundedRing(ewkb: Buffer, start: number, points: number, scale: number): GridRing {
  if (degrees.length < points * 2) degrees = new Float64Array(points * 2);
  ewkb.copy(new Uint8Array(degrees.buffer), 0, start, start + points * 16);
  const ring = new Int32Array(points * 2);
  let used = 0;
  for (let at = 0; at < points * 2; at += 2) {
    const x = Math.round((degrees[at] as number) * scale);
    const y = Math.round((degrees[at + 1] as number) * scale);
    if (used > 0 && x === ring[used - 2] && y === ring[used - 1]) continue;
    ring[used++] = x;
    ring[used++] = y;
  }
  while (used > 2 && ring[0] === ring[used - 2] && ring[1] === ring[used - 1]) used -= 2;
  return ring.slice(0, used);
}

/** A ring as it was, aligned as it is not in a Buffer; used again for each. */
let degrees = new Float64Array(1 << 12);

function ringText(ring: GridRing = new Int32Array(), scale: number): string {
  const points: string[] = [];
  for (let at = 0; at <= ring.length; at += 2) {
    const corner = at % ring.length;
    points.push(`[${(ring[corner] as number) / scale},${(ring[corner + 1] as number) / scale}]`);
  }
  return `[${points.join()}]`;
}

/** Whether a ring still has an inside: rounding and simplification may leave a line that goes there and back. */
function encloses(ring: GridRing | undefined): ring is GridRing {
  if (!ring || ring.length < 6) return false;
  let doubleArea = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const next = (at + 2) % ring.length;
    doubleArea += (ring[at] as number) * (ring[next + 1] as number) - (ring[next] as number) * (ring[at + 1] as number);
  }
  return doubleArea !== 0;
}
