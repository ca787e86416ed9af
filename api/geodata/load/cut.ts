/** Cuts a polygon along one line of latitude or longitude: no general overlay, and so a fraction of its time. */
import type { Corners, Polygon, Ring } from './ewkb.ts';

/** Axis 0 is longitude: the cut runs from south to north. */
export type Axis = 0 | 1;

export interface Halves {
  /** West or south of the cut. */
  readonly low: readonly Polygon[];
  readonly high: readonly Polygon[];
}

/** A run of corners on one side of the cut, from where the border comes over the cut to where it leaves again. */
interface Chain {
  readonly ring: Ring;
  /** Where its first corner stands, and the one behind its last; where that is before it, it runs over the ring's end. */
  readonly start: number;
  readonly end: number;
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

/** Polygons among corners, cut one after the other: new corners are added behind those that there are. */
export class Cutter {
  readonly #corners: Corners;
  #axis: Axis = 0;
  #at = 0;
  #crossings: Crossing[] = [];
  #chains: { low: Chain[]; high: Chain[] } = { low: [], high: [] };

  constructor(corners: Corners) {
    this.#corners = corners;
  }

  /**
   * Puts a corner on each edge that the cut crosses, at most a rounding error (1e-14 degrees, a nanometre) beside the edge.
   * @param at degrees
   * @returns undefined where the cut meets a corner or an invalid border, or the polygon lies on one side of it
   */
  cut(polygon: Polygon, axis: Axis, at: number): Halves | undefined {
    [this.#axis, this.#at, this.#crossings, this.#chains] = [axis, at, [], { low: [], high: [] }];
    const whole: { low: Ring[]; high: Ring[] } = { low: [], high: [] };
    for (const ring of polygon) {
      const side = this.#cutRing(ring);
      if (side === 'touches') return undefined;
      if (side !== 'crosses') whole[side].push(ring);
    }
    if (this.#crossings.length === 0 || !rankAlong(this.#crossings)) return undefined;
    const low = this.#assemble(this.#chains.low, whole.low);
    const high = low && this.#assemble(this.#chains.high, whole.high);
    return high && { low, high };
  }

  /** Splits a ring into chains; says which side it is on where it does not cross the cut. */
  #cutRing(ring: Ring): 'low' | 'high' | 'crosses' | 'touches' {
    const at = this.#at;
    const [least, most] = this.#axis === 0 ? [ring.west, ring.east] : [ring.south, ring.north];
    if (most < at) return 'low';
    if (least > at) return 'high';
    const { values } = this.#corners;
    const last = ring.end - 2; // is the first one again
    const over: number[] = [];
    let wasHigh = (values[last - 2 + this.#axis] as number) > at;
    for (let corner = ring.start, place = corner + this.#axis; corner < last; corner += 2, place += 2) {
      const value = values[place] as number;
      if (value === at) return 'touches';
      if (value > at !== wasHigh) {
        over.push(corner);
        wasHigh = !wasHigh;
      }
    }
    const found = over.map((corner) => this.#crossingBefore(ring, corner));
    this.#crossings.push(...found);
    for (const [index, start] of over.entries()) {
      const next = index + 1 < over.length ? index + 1 : 0;
      const entry = found[index] as Crossing;
      const exit = found[next] as Crossing;
      this.#chains[entry.upwards ? 'high' : 'low'].push({
        ring,
        start,
        end: over[next] as number,
        entry,
        exit,
        used: false,
      });
    }
    return 'crosses';
  }

  /** Where the edge that ends in `corner` crosses the cut; the same for both directions of the edge. */
  #crossingBefore(ring: Ring, corner: number): Crossing {
    const { values } = this.#corners;
    const before = corner === ring.start ? ring.end - 4 : corner - 2;
    const upwards = (values[corner + this.#axis] as number) > this.#at;
    const [low, high] = upwards ? [before, corner] : [corner, before];
    const [lowAlong, highAlong] = [values[low + this.#axis] as number, values[high + this.#axis] as number];
    const across = 1 - this.#axis;
    const [lowAcross, highAcross] = [values[low + across] as number, values[high + across] as number];
    const position = lowAcross + ((highAcross - lowAcross) * (this.#at - lowAlong)) / (highAlong - lowAlong);
    return { position, upwards, rank: 0 };
  }

  /** One side's polygons: its chains closed to outer rings, and its uncut holes each in the one around it. */
  #assemble(chains: readonly Chain[], holes: readonly Ring[]): Polygon[] | undefined {
    const polygons = this.#closeChains(chains)?.map((outer): [Ring, ...Ring[]] => [outer]);
    if (!polygons) return undefined;
    for (const hole of holes) {
      const around = polygons.length === 1 ? polygons[0] : polygons.find(([outer]) => this.#encloses(outer, hole));
      if (!around) return undefined;
      around.push(hole);
    }
    return polygons;
  }

  /** Joins the chains of one side along the cut, through the inside: each result is the outer ring of one polygon. */
  #closeChains(chains: readonly Chain[]): Ring[] | undefined {
    if (chains.length === 1) return chains.map((chain) => this.#join([chain]));
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
      rings.push(this.#join(loop));
    }
    return rings;
  }

  #join(loop: readonly Chain[]): Ring {
    const corners = this.#corners;
    const ringStart = corners.used;
    for (const { ring, start, end, entry, exit } of loop) {
      // Each chain at its longest is the ring itself, and one crossing before and behind it.
      corners.reserve(ring.end - ring.start + 6);
      this.#put(entry);
      if (start < end) this.#copy(start, end);
      else {
        this.#copy(start, ring.end - 2);
        this.#copy(ring.start, end);
      }
      this.#put(exit);
    }
    corners.values.copyWithin(corners.used, ringStart, ringStart + 2);
    corners.used += 2;
    return corners.ringFrom(ringStart);
  }

  #copy(start: number, end: number): void {
    this.#corners.values.copyWithin(this.#corners.used, start, end);
    this.#corners.used += end - start;
  }

  #put({ position }: Crossing): void {
    const corners = this.#corners;
    corners.values[corners.used + this.#axis] = this.#at;
    corners.values[corners.used + 1 - this.#axis] = position;
    corners.used += 2;
  }

  /** Whether a hole lies within a shell, given that it does not cross it: its first corner that is not the shell's decides. */
  #encloses(shell: Ring, hole: Ring): boolean {
    const { values } = this.#corners;
    for (let corner = hole.start; corner < hole.end; corner += 2) {
      const side = sideOf(values, shell, values[corner] as number, values[corner + 1] as number);
      if (side !== 0) return side > 0;
    }
    return false;
  }
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
    (crossings[rank] as Crossing).rank = rank;
  }
  return crossings.length % 2 === 0;
}

/** 1 inside, -1 outside, 0 on a corner. */
function sideOf(values: Float64Array, ring: Ring, x: number, y: number): number {
  let inside = false;
  for (let at = ring.start; at + 3 < ring.end; at += 2) {
    const x1 = values[at] as number;
    const y1 = values[at + 1] as number;
    const x2 = values[at + 2] as number;
    const y2 = values[at + 3] as number;
    if (x1 === x && y1 === y) return 0;
    if (y1 > y !== y2 > y && x < x1 + ((x2 - x1) * (y - y1)) / (y2 - y1)) inside = !inside;
  }
  return inside ? 1 : -1;
}
