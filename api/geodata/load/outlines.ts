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
  /** Regions in order; each has polygons, which are numbers of rings: outer one, then holes. */
  readonly #regions: { readonly geoid: string; readonly polygons: readonly number[][] }[] = [];
  readonly #rings: GridRing[] = [];

  constructor(options: OutlineOptions) {
    this.#options = options;
  }

  /** @param ewkb a MultiPolygon as little-endian EWKB with SRID */
  add(geoid: string, ewkb: Buffer): void {
    const scale = 10 ** this.#options.decimals;
    const polygons: number[][] = [];
    const polygonCount = ewkb.readUInt32LE(9);
    let at = 13;
    for (let polygon = 0; polygon < polygonCount; polygon++) {
      const ringCount = ewkb.readUInt32LE(at + 5);
      at += 9;
      const rings: number[] = [];
      for (let ring = 0; ring < ringCount; ring++) {
        const points = ewkb.readUInt32LE(at);
        const rounded = roundedRing(ewkb, at + 4, points, scale);
        at += 4 + points * 16;
        // A polygon whose outer ring has no inside left takes its holes along.
        if (encloses(rounded) && (ring === 0 || rings.length > 0)) rings.push(this.#rings.push(rounded) - 1);
      }
      if (rings.length > 0) polygons.push(rings);
    }
    this.#regions.push({ geoid, polygons });
  }

  /**
   * The outlines by GEOID, as the text of a GeoJSON MultiPolygon. A region too small for the tolerance keeps its
   * unsimplified shape rather than vanish.
   */
  *outlines(): Generator<readonly [geoid: string, outline: string]> {
    const scale = 10 ** this.#options.decimals;
    const simplified = [...simplifyRings(this.#rings, this.#options.smallestTriangle * scale * scale)];
    for (const { geoid, polygons } of this.#regions) {
      const left = polygons
        .filter(([outer = 0]) => encloses(simplified[outer]))
        .map((rings) => rings.map((ring) => simplified[ring]).filter(encloses));
      const shape = left.length > 0 ? left : polygons.map((rings) => rings.map((ring) => this.#rings[ring]));
      const text = shape.map((rings) => `[${rings.map((ring) => ringText(ring, scale)).join()}]`).join();
      yield [geoid, `{"type":"MultiPolygon","coordinates":[${text}]}`];
    }
  }
}

/** A ring's points on the grid, without the neighbours that fall together there, and without the first one again. */
function roundedRing(ewkb: Buffer, start: number, points: number, scale: number): GridRing {
  const ring = new Int32Array(points * 2);
  let used = 0;
  for (let at = start; at < start + points * 16; at += 16) {
    const x = Math.round(ewkb.readDoubleLE(at) * scale);
    const y = Math.round(ewkb.readDoubleLE(at + 8) * scale);
    if (used > 0 && x === ring[used - 2] && y === ring[used - 1]) continue;
    ring[used++] = x;
    ring[used++] = y;
  }
  while (used > 2 && ring[0] === ring[used - 2] && ring[1] === ring[used - 1]) used -= 2;
  return ring.slice(0, used);
}

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
