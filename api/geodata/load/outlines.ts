/**
 * Outlines for maps: simplified, with borders still shared. Each border is simplified once for both its sides, in a
 * topology, because simplifying polygon by polygon opens gaps and overlaps along every border (PostGIS could do this
 * too, but the function differs between the versions that we run on).
 */
import type { Feature, FeatureCollection, MultiPolygon, Position } from 'geojson';
import { feature } from 'topojson-client';
import { topology } from 'topojson-server';
import { presimplify, simplify } from 'topojson-simplify';
import type { GeometryCollection, Topology } from 'topojson-specification';

export interface OutlineOptions {
  /** Coordinates are rounded to this many decimals of a degree; 4 is 11 m, 5 is about a metre. */
  readonly decimals: number;
  /** Corners whose triangle is smaller than this (square degrees) are dropped (Visvalingam). */
  readonly smallestTriangle: number;
}

type RegionTopology = Topology<{ regions: GeometryCollection }>;

/** What a map of the nation needs, and what a map of one state does. */
export const nationalOutlines: OutlineOptions = { decimals: 4, smallestTriangle: 1e-4 };
export const stateOutlines: OutlineOptions = { decimals: 5, smallestTriangle: 1e-6 };

/** Collects the regions of one file, already rounded, so that a large file never stands in memory at full precision. */
export class OutlineCollector {
  readonly #options: OutlineOptions;
  readonly #regions = new Map<string, Position[][][]>();

  constructor(options: OutlineOptions) {
    this.#options = options;
  }

  /** @param ewkb a MultiPolygon as little-endian EWKB with SRID */
  add(geoid: string, ewkb: Buffer): void {
    const scale = 10 ** this.#options.decimals;
    const polygons: Position[][][] = [];
    const polygonCount = ewkb.readUInt32LE(9);
    let at = 13;
    for (let polygon = 0; polygon < polygonCount; polygon++) {
      const ringCount = ewkb.readUInt32LE(at + 5);
      at += 9;
      const rings: Position[][] = [];
      for (let ring = 0; ring < ringCount; ring++) {
        const points = ewkb.readUInt32LE(at);
        rings.push(roundedRing(ewkb, at + 4, points, scale));
        at += 4 + points * 16;
      }
      const [shell, ...holes] = rings;
      if (shell && encloses(shell)) polygons.push([shell, ...holes.filter(encloses)]);
    }
    this.#regions.set(geoid, polygons);
  }

  /** The outlines by GEOID. A region too small for the tolerance keeps its unsimplified shape rather than vanish. */
  *outlines(): Generator<readonly [geoid: string, outline: MultiPolygon]> {
    const simplified = simplifiedTopology(this.#regions, this.#options.smallestTriangle);
    for (const geometry of simplified.objects.regions.geometries) {
      const geoid = String(geometry.id);
      const { geometry: outline } = feature(simplified, geometry) as Feature<MultiPolygon>;
      const coordinates = outline.coordinates
        .map((rings) => rings.filter(encloses))
        .filter((rings) => rings.length > 0);
      yield [
        geoid,
        { type: 'MultiPolygon', coordinates: coordinates.length > 0 ? coordinates : (this.#regions.get(geoid) ?? []) },
      ];
    }
  }
}

/** The published types do not say that simplifying keeps the type of its input. */
function simplifiedTopology(regions: ReadonlyMap<string, Position[][][]>, smallestTriangle: number): RegionTopology {
  const collection: FeatureCollection<MultiPolygon> = {
    type: 'FeatureCollection',
    features: [...regions].map(([id, coordinates]) => ({
      type: 'Feature',
      id,
      properties: null,
      geometry: { type: 'MultiPolygon', coordinates },
    })),
  };
  const whole = topology({ regions: collection });
  return simplify(presimplify(whole as never), smallestTriangle) as never;
}

/** A ring's points on the grid, without the neighbours that fall together there. */
function roundedRing(ewkb: Buffer, start: number, points: number, scale: number): Position[] {
  const ring: Position[] = [];
  let [lastX, lastY] = [Number.NaN, Number.NaN];
  for (let at = start; at < start + points * 16; at += 16) {
    const x = Math.round(ewkb.readDoubleLE(at) * scale) / scale;
    const y = Math.round(ewkb.readDoubleLE(at + 8) * scale) / scale;
    if (x === lastX && y === lastY) continue;
    ring.push([x, y]);
    [lastX, lastY] = [x, y];
  }
  return ring;
}

/** Whether a ring still has an inside: rounding and simplification may leave a line that goes there and back. */
function encloses(ring: readonly Position[]): boolean {
  return ring.length >= 4 && new Set(ring.map(([x, y]) => `${x},${y}`)).size >= 3;
}
