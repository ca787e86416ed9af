/**
 * Gives every district a tint that its neighbours do not have, as an atlas does.
 *
 * @import { Boundaries } from './regions.js'
 */

/** Four would do for any map of connected areas; the greedy way below needs five, seldom more. */
export const tintCount = 5;

/**
 * @param {Boundaries['features']} features their shared borders must run through the very same points
 * @returns {number[]} a tint for each feature, from 0 to `tintCount - 1`
 */
export function tintNeighbours(features) {
  const neighbours = findNeighbours(features);
  /** @type {number[]} */
  const tints = new Array(features.length).fill(-1);
  const busiestFirst = [...neighbours.keys()].sort((a, b) => degree(b) - degree(a));
  for (const index of busiestFirst) {
    const taken = new Array(tintCount).fill(0);
    for (const other of neighbours[index] ?? []) {
      const tint = tints[other] ?? -1;
      if (tint >= 0) taken[tint] += 1;
    }
    // Of the tints that disturb least, start at a different one each time, or the first would cover half the map.
    const least = Math.min(...taken);
    const offset = index % tintCount;
    tints[index] =
      [...taken.keys()].map((tint) => (tint + offset) % tintCount).find((tint) => taken[tint] === least) ?? 0;
  }
  return tints;

  /** @param {number} index */
  function degree(index) {
    return neighbours[index]?.size ?? 0;
  }
}

/**
 * Two districts are neighbours if a point of one is a point of the other.
 *
 * @param {Boundaries['features']} features
 * @returns {Set<number>[]}
 */
function findNeighbours(features) {
  /** @type {Set<number>[]} */
  const neighbours = features.map(() => new Set());
  /** @type {Map<number, number>} */
  const owners = new Map();
  features.forEach(({ geometry }, index) => {
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    for (const [lng = 0, lat = 0] of polygons.flat(2)) {
      // One number for both, on a grid of 1e-5 degree: 26 bits and 25 bits fit a double's 53.
      const key = Math.round((lng + 180) * 1e5) * 2 ** 25 + Math.round((lat + 90) * 1e5);
      const owner = owners.get(key);
      if (owner !== undefined && owner !== index) {
        neighbours[owner]?.add(index);
        neighbours[index]?.add(owner);
      }
      owners.set(key, index);
    }
  });
  return neighbours;
}
