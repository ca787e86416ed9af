/**
 * Simplifies rings that share borders so that they still do. A border runs between two junctions, where three regions
 * (or two and the sea) meet; each of its sides simplifies it on its own, in the same direction and so to the same result.
 * What is in memory is whole numbers in typed arrays: some 40 bytes a corner, a tenth of what objects would take.
 */
import { CornerHeap } from './corner-heap.ts';

/** x, y, x, y, … on a grid of whole numbers; the last corner is not the first again. */
export type GridRing = Int32Array;

/**
 * Drops corners whose triangle with their neighbours is smaller than `smallestTriangle` (square grid units), the smallest first
 * (Visvalingam and Whyatt 1993), but no junctions.
 * @returns the rings, in the same order; one that shrinks to a line has fewer than three corners
 */
export function* simplifyRings(rings: readonly GridRing[], smallestTriangle: number): Generator<GridRing> {
  const corners = numberCorners(rings);
  const isJunction = findJunctions(corners);
  for (const [index, ring] of rings.entries()) {
    yield simplifyRing(
      ring,
      corners.numbers.subarray(corners.starts[index], corners.starts[index + 1]),
      isJunction,
      smallestTriangle,
    );
  }
}

interface Corners {
  /** Of every corner of every ring, one ring behind the other: the same number for the same place. */
  readonly numbers: Int32Array;
  /** Where each ring begins in `numbers`, and where the last one ends. */
  readonly starts: Int32Array;
  /** How many places there are. */
  readonly places: number;
}

function numberCorners(rings: readonly GridRing[]): Corners {
  const total = rings.reduce((sum, ring) => sum + ring.length / 2, 0);
  const numbers = new Int32Array(total);
  const starts = new Int32Array(rings.length + 1);
  // Open addressing, at most half full: a Map of strings would take a hundred bytes a corner.
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, total * 2)));
  const slots = new Int32Array(size).fill(-1);
  const xs = new Int32Array(total);
  const ys = new Int32Array(total);
  let known = 0;
  let at = 0;
  rings.forEach((ring, index) => {
    starts[index] = at;
    for (let corner = 0; corner < ring.length; corner += 2) {
      const [x, y] = [ring[corner] as number, ring[corner + 1] as number];
      let slot = (Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b)) >>> 0;
      slot = (slot ^ (slot >>> 15)) & (size - 1);
      for (;;) {
        const number = slots[slot] as number;
        if (number < 0) {
          slots[slot] = known;
          xs[known] = x;
          ys[known] = y;
          numbers[at++] = known++;
          break;
        }
        if (xs[number] === x && ys[number] === y) {
          numbers[at++] = number;
          break;
        }
        slot = (slot + 1) & (size - 1);
      }
    }
  });
  starts[rings.length] = at;
  return { numbers, starts, places: known };
}

/** A place is a junction where borders part: where it has other neighbours on one ring than on another. */
function findJunctions({ numbers, starts, places }: Corners): Uint8Array {
  const isJunction = new Uint8Array(places);
  const lower = new Int32Array(places).fill(-1);
  const upper = new Int32Array(places);
  for (let ring = 0; ring + 1 < starts.length; ring++) {
    const [from, to] = [starts[ring] as number, starts[ring + 1] as number];
    for (let at = from; at < to; at++) {
      const place = numbers[at] as number;
      const before = numbers[at === from ? to - 1 : at - 1] as number;
      const after = numbers[at + 1 === to ? from : at + 1] as number;
      const [low, high] = before < after ? [before, after] : [after, before];
      if (lower[place] === -1) {
        lower[place] = low;
        upper[place] = high;
      } else if (lower[place] !== low || upper[place] !== high) {
        isJunction[place] = 1;
      }
    }
  }
  return isJunction;
}

function simplifyRing(ring: GridRing, numbers: Int32Array, isJunction: Uint8Array, smallestTriangle: number): GridRing {
  const length = numbers.length;
  if (length < 3) return ring;
  const ends: number[] = [];
  for (let at = 0; at < length; at++) if (isJunction[numbers[at] as number]) ends.push(at);
  // An island, or a hole that one region fills: both sides begin at the same corner, the one that was numbered first.
  if (ends.length === 0) ends.push(numbers.indexOf(numbers.reduce((least, number) => Math.min(least, number))));
  const kept: number[] = [];
  ends.forEach((from, index) => {
    const to = ends[(index + 1) % ends.length] as number;
    const arc = arcBetween(from, to, length);
    const reversed = runsBackwards(arc, numbers);
    if (reversed) arc.reverse();
    const simplified = simplifyArc(ring, arc, smallestTriangle);
    if (reversed) simplified.reverse();
    // The last one is the first of the next.
    kept.push(...simplified.slice(0, -1));
  });
  const result = new Int32Array(kept.length * 2);
  kept.forEach((corner, index) => {
    result[2 * index] = ring[2 * corner] as number;
    result[2 * index + 1] = ring[2 * corner + 1] as number;
  });
  return result;
}

/** Corners of the ring from one end to the other, both included; all the way round where they are the same. */
function arcBetween(from: number, to: number, length: number): Int32Array {
  const steps = (to - from + length) % length || length;
  return new Int32Array(steps + 1).map((_, step) => (from + step) % length);
}

/** The direction that both sides of a border choose: towards the higher end, or (ends alike) with the lower neighbour first. */
function runsBackwards(arc: Int32Array, numbers: Int32Array): boolean {
  const number = (index: number) => numbers[arc.at(index) as number] as number;
  return number(0) === number(-1) ? number(1) > number(-2) : number(0) > number(-1);
}

/** @returns the corners of the arc that stay; its ends do */
function simplifyArc(ring: GridRing, arc: Int32Array, smallestTriangle: number): number[] {
  const last = arc.length - 1;
  if (last < 2) return [...arc];
  const before = new Int32Array(arc.length).map((_, index) => index - 1);
  const after = new Int32Array(arc.length).map((_, index) => index + 1);
  const areas = new Float64Array(arc.length);
  const area = (corner: number): number => {
    const a = 2 * (arc[before[corner] as number] as number);
    const b = 2 * (arc[corner] as number);
    const c = 2 * (arc[after[corner] as number] as number);
    const [x, y] = [ring[a] as number, ring[a + 1] as number];
    const [bx, by] = [(ring[b] as number) - x, (ring[b + 1] as number) - y];
    return Math.abs(bx * ((ring[c + 1] as number) - y) - ((ring[c] as number) - x) * by) / 2;
  };
  const heap = new CornerHeap(areas);
  for (let corner = 1; corner < last; corner++) {
    areas[corner] = area(corner);
    heap.push(corner);
  }
  const gone = new Uint8Array(arc.length);
  for (let corner = heap.pop(); corner >= 0 && (areas[corner] as number) < smallestTriangle; corner = heap.pop()) {
    gone[corner] = 1;
    const [left, right] = [before[corner] as number, after[corner] as number];
    after[left] = right;
    before[right] = left;
    for (const neighbour of [left, right]) {
      if (neighbour === 0 || neighbour === last) continue;
      // Never less than the one that went before it: a run of small corners would otherwise take a large one along.
      areas[neighbour] = Math.max(area(neighbour), areas[corner] as number);
      heap.update(neighbour);
    }
  }
  return [...arc].filter((_, index) => !gone[index]);
}
