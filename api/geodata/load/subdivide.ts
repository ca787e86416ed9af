/**
 * Cuts a region into pieces of few corners, so that a lookup tests a point against some hundred of them instead of some
 * hundred thousand. Together the pieces are the region: none overlaps another, and nothing is left out.
 *
 * PostGIS has ST_Subdivide for this, which took 33 s for 10 million points; cutting along one line at a time needs no
 * general overlay, and takes a fiftieth of that (`npm run bench -- tiger`).
 *
 * A cut puts a corner on each edge that it crosses, at most a rounding error (1e-14 degrees, a nanometre) beside the edge.
 */
import { type Polygon, type Ring, readPolygons, writePolygon } from './ewkb.ts';

/** Pieces have no more corners than this. Measured: 64 and 256 are slower to look up (see the benchmark). */
export const mostCorners = 128;

/**
 * @param ewkb a valid MultiPolygon, as `formats/` writes it or PostGIS gives it back
 * @returns Polygons as EWKB, SRID 4326
 */
export function* subdivide(ewkb: Buffer, corners: number = mostCorners): Generator<Buffer> {
  for (const polygon of readPolygons(ewkb)) for (const piece of cutDown(polygon, corners)) yield writePolygon(piece);
}

/**
 * A cut adds corners too, and one that lies badly leaves a half with as many as the whole had. The next cuts mend that,
 * unless the polygon crosses itself or has next to no corners: then they would go on for ever.
 */
const mostVainCuts = 8;

function* cutDown(polygon: Polygon, corners: number, vainCuts = 0): Generator<Polygon> {
  const size = cornersOf(polygon);
  const halves = size > corners && vainCuts < mostVainCuts ? halve(polygon) : undefined;
  if (!halves) yield polygon;
  else for (const half of halves) yield* cutDown(half, corners, cornersOf(half) < size ? 0 : vainCuts + 1);
}

function cornersOf(polygon: Polygon): number {
  return polygon.reduce((sum, ring) => sum + ring.length / 2, 0);
}

/** Along the longer side of its box, near the middle; undefined where no clean cut is to be had there. */
function halve(polygon: Polygon): Polygon[] | undefined {
  const [minX, minY, maxX, maxY] = boxOf(polygon[0]);
  const axis = maxX - minX >= maxY - minY ? 0 : 1;
  const [low, high] = axis === 0 ? [minX, maxX] : [minY, maxY];
  const at = roundNear((low + high) / 2, (high - low) / 4);
  // Beside the Census's grid of 1e-6 degrees, so that no corner lies on the cut; where one does, a little further.
  for (const beside of [3.3e-7, -3.1e-7, 1.7e-7]) {
    const halves = cut(polygon, axis, at + beside);
    if (halves) return halves;
  }
  return undefined;
}

/**
 * The roundest binary number within `reach` of `middle`: neighbours then are mostly cut along the same lines, so that
 * a border that they share gets the same new corners on both sides.
 */
function roundNear(middle: number, reach: number): number {
  const step = 2 ** Math.floor(Math.log2(2 * reach));
  return Number.isFinite(step) && step > 0 ? Math.round(middle / step) * step : middle;
}

/** A run of corners on one side of the cut, from where the border comes over the cut to where it leaves again. */
interface Chain {
  readonly ring: Ring;
  /** Index of its first corner, and how many there are; it may run over the ring's end. */
  readonly start: number;
  readonly length: number;
  readonly entry: Crossing;
  readonly exit: Crossing;
  used: boolean;
}

interface Crossing {
  /** Where on the cut: the other coordinate. */
  readonly position: number;
  /** Whether the border goes over to the high side here. */
  readonly upwards: boolean;
  /** Of the crossings in order of position; 0 and 1 have the inside of the polygon between them, as have 2 and 3. */
  rank: number;
}

/** @returns the polygons on the low and on the high side, or undefined where the cut meets a corner or an invalid border */
function cut(polygon: Polygon, axis: 0 | 1, at: number): Polygon[] | undefined {
  const crossings: Crossing[] = [];
  const chains: Chain[][] = [[], []];
  const whole: Ring[][] = [[], []];
  for (const ring of polygon) {
    const sides = cutRing(ring, axis, at, crossings, chains);
    if (sides === 'touches') return undefined;
    if (sides !== 'crosses') whole[sides]?.push(ring);
  }
  // Without a crossing everything lies on one side, which is no step forward.
  if (crossings.length === 0 || !rankAlong(crossings)) return undefined;

  const halves: Polygon[] = [];
  for (const side of [0, 1] as const) {
    const shells = closeChains(chains[side] ?? [], axis, at);
    if (!shells) return undefined;
    const polygons = shells.map((shell): [Ring, ...Ring[]] => [shell]);
    for (const hole of whole[side] ?? []) {
      const around = polygons.length === 1 ? polygons[0] : polygons.find(([shell]) => encloses(shell, hole));
      if (!around) return undefined;
      around.push(hole);
    }
    halves.push(...polygons);
  }
  return halves;
}

/** Splits a ring into chains; says which side it is on where it does not cross the cut: 0 low, 1 high. */
function cutRing(ring: Ring, axis: 0 | 1, at: number, crossings: Crossing[], chains: Chain[][]) {
  const corners = ring.length / 2 - 1; // the last one is the first again
  const over: number[] = [];
  let wasHigh = (ring[2 * (corners - 1) + axis] as number) > at;
  for (let corner = 0; corner < corners; corner++) {
    const value = ring[2 * corner + axis] as number;
    if (value === at) return 'touches';
    if (value > at !== wasHigh) {
      over.push(corner);
      wasHigh = !wasHigh;
    }
  }
  if (over.length === 0) return wasHigh ? 1 : 0;
  const found = over.map((corner): Crossing => crossingBefore(ring, corner, corners, axis, at));
  crossings.push(...found);
  over.forEach((start, index) => {
    const entry = found[index] as Crossing;
    const next = (index + 1) % over.length;
    const length = ((over[next] as number) - start + corners) % corners || corners;
    const chain = { ring, start, length, entry, exit: found[next] as Crossing, used: false };
    chains[entry.upwards ? 1 : 0]?.push(chain);
  });
  return 'crosses';
}

/** Where the edge that ends in `corner` crosses the cut; the same for both directions of the edge. */
function crossingBefore(ring: Ring, corner: number, corners: number, axis: 0 | 1, at: number): Crossing {
  const before = corner === 0 ? corners - 1 : corner - 1;
  const upwards = (ring[2 * corner + axis] as number) > at;
  const [low, high] = upwards ? [before, corner] : [corner, before];
  const [lowAlong, highAlong] = [ring[2 * low + axis] as number, ring[2 * high + axis] as number];
  const [lowAcross, highAcross] = [ring[2 * low + 1 - axis] as number, ring[2 * high + 1 - axis] as number];
  const position = lowAcross + ((highAcross - lowAcross) * (at - lowAlong)) / (highAlong - lowAlong);
  return { position, upwards, rank: 0 };
}

/**
 * Puts the crossings in order along the cut. Rings run one way round, so the border of a valid polygon crosses upwards
 * and downwards by turns; two crossings at the same place are put into the order that keeps it so.
 */
function rankAlong(crossings: Crossing[]): boolean {
  crossings.sort((a, b) => a.position - b.position);
  const first = crossings[0]?.upwards;
  for (let rank = 0; rank < crossings.length; rank++) {
    const wanted = (rank % 2 === 0) === first;
    const [here, next] = [crossings[rank] as Crossing, crossings[rank + 1]];
    if (here.upwards !== wanted) {
      if (next?.position !== here.position || next.upwards !== wanted) return false;
      [crossings[rank], crossings[rank + 1]] = [next, here];
    }
  }
  crossings.forEach((crossing, rank) => {
    crossing.rank = rank;
  });
  return crossings.length % 2 === 0;
}

/** Joins the chains of one side along the cut, through the inside: each result is the outer ring of one polygon. */
function closeChains(chains: readonly Chain[], axis: 0 | 1, at: number): Ring[] | undefined {
  const byEntry = new Map(chains.map((chain) => [chain.entry.rank, chain]));
  const rings: Ring[] = [];
  for (const first of chains) {
    if (first.used) continue;
    const loop: Chain[] = [];
    let chain: Chain | undefined = first;
    while (chain && !chain.used) {
      chain.used = true;
      loop.push(chain);
      chain = byEntry.get(chain.exit.rank ^ 1);
    }
    if (chain !== first) return undefined;
    rings.push(join(loop, axis, at));
  }
  return rings;
}

function join(loop: readonly Chain[], axis: 0 | 1, at: number): Ring {
  const ring = new Float64Array(2 * (loop.reduce((sum, { length }) => sum + length + 2, 0) + 1));
  let to = 0;
  const put = ({ position }: Crossing) => {
    ring[to + axis] = at;
    ring[to + 1 - axis] = position;
    to += 2;
  };
  for (const { ring: source, start, length, entry, exit } of loop) {
    put(entry);
    const untilEnd = Math.min(length, source.length / 2 - 1 - start);
    ring.set(source.subarray(2 * start, 2 * (start + untilEnd)), to);
    ring.set(source.subarray(0, 2 * (length - untilEnd)), to + 2 * untilEnd);
    to += 2 * length;
    put(exit);
  }
  ring.copyWithin(to, 0, 2);
  return ring;
}

/** Whether a hole lies within a shell, given that it does not cross it: its first corner that is not the shell's decides. */
function encloses(shell: Ring, hole: Ring): boolean {
  for (let corner = 0; corner < hole.length; corner += 2) {
    const side = sideOf(shell, hole[corner] as number, hole[corner + 1] as number);
    if (side !== 0) return side > 0;
  }
  return false;
}

/** 1 inside, -1 outside, 0 on a corner or level with one at the same place. */
function sideOf(ring: Ring, x: number, y: number): number {
  let inside = false;
  for (let at = 0; at + 3 < ring.length; at += 2) {
    const [x1, y1, x2, y2] = [ring[at], ring[at + 1], ring[at + 2], ring[at + 3]] as [number, number, number, number];
    if (x1 === x && y1 === y) return 0;
    if (y1 > y !== y2 > y && x < x1 + ((x2 - x1) * (y - y1)) / (y2 - y1)) inside = !inside;
  }
  return inside ? 1 : -1;
}

function boxOf(ring: Ring): [number, number, number, number] {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < ring.length; at += 2) {
    const [x, y] = [ring[at] as number, ring[at + 1] as number];
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  return [minX, minY, maxX, maxY];
}
