/** Rings of one shape: checked, measured and nested. Points are x, y pairs in one array, degrees; a ring is a run of them. */
import { FormatError, type Place } from './fault.ts';

/** West, south, east, north in degrees. */
export type Box = readonly [minX: number, minY: number, maxX: number, maxY: number];

export interface Ring {
  /** Index of its first point, and the one behind its last. */
  readonly start: number;
  readonly end: number;
  /** Whether the last point is the first, as it should. */
  readonly isClosed: boolean;
  /** Twice its area in square degrees: negative where it runs clockwise, as an outer ring should. */
  readonly doubleArea: number;
  readonly box: Box;
}

export interface MeasuredRings {
  readonly rings: Ring[];
  readonly closed: number;
  readonly dropped: number;
}

/**
 * Rounding leaves some 1e-14 degrees in a coordinate difference. A ring less than 1e-12 degrees (0.1 micrometres) wide is
 * a line; the Census's grid is 1e-6 degrees.
 */
const lineWidth = 1e-12;

/**
 * Checks every coordinate and leaves out rings that enclose nothing. An unclosed ring is closed, not refused: a ring has
 * only one missing edge, and every other reader of shapefiles draws it.
 */
export function measureRings(
  points: Float64Array,
  starts: readonly number[],
  total: number,
  place: Place,
): MeasuredRings {
  const rings: Ring[] = [];
  let closed = 0;
  let dropped = 0;
  starts.forEach((start, index) => {
    const ring = measure(points, start, starts[index + 1] ?? total, place);
    if (ring.end - ring.start + (ring.isClosed ? 0 : 1) < 4 || isLine(points, ring)) {
      dropped++;
    } else {
      rings.push(ring);
      if (!ring.isClosed) closed++;
    }
  });
  return { rings, closed, dropped };
}

function measure(points: Float64Array, start: number, end: number, place: Place): Ring {
  const x0 = points[start * 2] ?? 0;
  const y0 = points[start * 2 + 1] ?? 0;
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  let doubleArea = 0;
  let beforeX = 0;
  let beforeY = 0;
  for (let at = start * 2; at < end * 2; at += 2) {
    const x = points[at] as number;
    const y = points[at + 1] as number;
    // Written so that NaN fails it too.
    if (!(x >= -180 && x <= 180 && y >= -90 && y <= 90)) {
      throw new FormatError(
        place,
        `point ${at / 2 + 1} is no place in degrees: x ${x}, y ${y}`,
        'Use the file in geographic coordinates (NAD83); if it is, download it again.',
      );
    }
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
    // From the first point, not from 0, 0: a small ring far from there would drown in rounding.
    const dx = x - x0;
    const dy = y - y0;
    doubleArea += beforeX * dy - dx * beforeY;
    beforeX = dx;
    beforeY = dy;
  }
  const isClosed = beforeX === 0 && beforeY === 0;
  return { start, end, isClosed, doubleArea, box: [minX, minY, maxX, maxY] };
}

/** A figure of eight has no area either, but encloses something: only points on one line make a ring nothing. */
function isLine(points: Float64Array, ring: Ring): boolean {
  const [minX, minY, maxX, maxY] = ring.box;
  if (Math.abs(ring.doubleArea) > lineWidth * (maxX - minX + maxY - minY)) return false;
  const x0 = points[ring.start * 2] as number;
  const y0 = points[ring.start * 2 + 1] as number;
  let farX = 0;
  let farY = 0;
  for (let at = ring.start * 2; at < ring.end * 2; at += 2) {
    const dx = (points[at] as number) - x0;
    const dy = (points[at + 1] as number) - y0;
    if (dx * dx + dy * dy > farX * farX + farY * farY) [farX, farY] = [dx, dy];
  }
  const length = Math.hypot(farX, farY);
  for (let at = ring.start * 2; at < ring.end * 2; at += 2) {
    const dx = (points[at] as number) - x0;
    const dy = (points[at + 1] as number) - y0;
    if (Math.abs(farX * dy - dx * farY) > lineWidth * length) return false;
  }
  return true;
}

/** Whether `inner` lies within `outer`, given that the two do not cross; they may touch. */
export function contains(points: Float64Array, outer: Ring, inner: Ring): boolean {
  const [minX, minY, maxX, maxY] = inner.box;
  if (minX < outer.box[0] || minY < outer.box[1] || maxX > outer.box[2] || maxY > outer.box[3]) return false;
  // The first point that is not on the border decides; where all are, the middle of an edge does.
  for (const middle of [false, true]) {
    for (let point = inner.start; point + 1 < inner.end; point++) {
      let x = points[point * 2] as number;
      let y = points[point * 2 + 1] as number;
      if (middle) {
        x = (x + (points[point * 2 + 2] as number)) / 2;
        y = (y + (points[point * 2 + 3] as number)) / 2;
      }
      const side = sideOf(points, outer, x, y);
      if (side !== 0) return side > 0;
    }
  }
  return false;
}

/** 1 where the point is inside of the ring, 0 on it, -1 outside; by counting the edges to the east of it. */
function sideOf(points: Float64Array, ring: Ring, x: number, y: number): 1 | 0 | -1 {
  let inside = false;
  let beforeX = points[ring.end * 2 - 2] as number;
  let beforeY = points[ring.end * 2 - 1] as number;
  for (let at = ring.start * 2; at < ring.end * 2; at += 2) {
    const atX = points[at] as number;
    const atY = points[at + 1] as number;
    if (atY > y !== beforeY > y) {
      const side = (beforeX - atX) * (y - atY) - (x - atX) * (beforeY - atY);
      if (side === 0) return 0;
      if (side > 0 === beforeY > atY) inside = !inside;
    } else if (atY === y && (atX === x || (beforeY === y && atX > x !== beforeX > x))) {
      return 0;
    }
    beforeX = atX;
    beforeY = atY;
  }
  return inside ? 1 : -1;
}
