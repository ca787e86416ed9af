/**
 * The regions API, as this page asks it.
 *
 * @import { Point } from '../look/coordinates.js'
 *
 * @typedef {object} Source one loaded file of the Census Bureau
 * @property {string} name
 * @property {string} coverage `us`, or a state's FIPS code
 * @property {string} coverage_name
 * @property {number} vintage year
 * @property {string | null} session for example `119th Congress`
 * @property {string | null} resolution for example `1:500,000`; `null` is full resolution
 * @property {number} count
 *
 * @typedef {object} Layer
 * @property {string} layer
 * @property {string} label
 * @property {number} count
 * @property {Source[]} sources
 *
 * @typedef {object} Region
 * @property {string} layer
 * @property {string} layer_label
 * @property {string} geoid
 * @property {string} name
 * @property {number} vintage
 * @property {string | null} session
 *
 * @typedef {Point & { regions: Region[], notes: string[] }} Lookup
 *
 * @typedef {GeoJSON.Feature<GeoJSON.Polygon | GeoJSON.MultiPolygon, { geoid: string, name: string, vintage: number }>} District
 * @typedef {GeoJSON.FeatureCollection<District['geometry'], District['properties']>} Boundaries
 */

/** What the API answered instead; its message is a sentence for the reader of the page. */
export class RegionsError extends Error {}

/** @returns {Promise<Layer[]>} */
export async function fetchLayers() {
  const { layers } = await getJson('/api/regions/');
  return layers;
}

/** @type {Map<string, Promise<Boundaries>>} */
const boundaries = new Map();

/**
 * The outlines of a layer; asked for once, for some weigh half a megabyte.
 *
 * @param {string} layer
 * @returns {Promise<Boundaries>}
 */
export function fetchBoundaries(layer) {
  let promise = boundaries.get(layer);
  if (!promise) {
    promise = getJson(`/api/regions/${layer}/`);
    boundaries.set(layer, promise);
    // A failure is not remembered, so that choosing the layer again tries again.
    promise.catch(() => boundaries.delete(layer));
  }
  return promise;
}

/**
 * @param {Point} point
 * @param {AbortSignal} signal
 * @returns {Promise<Lookup>}
 */
export function lookUp({ lat, lng }, signal) {
  // Six decimals, a tenth of a metre; String(1e-7) would be a notation that the API refuses.
  return getJson(`/api/regions/lookup?lat=${lat.toFixed(6)}&lng=${lng.toFixed(6)}`, signal);
}

/**
 * @param {string} path
 * @param {AbortSignal | null} signal
 */
export async function getJson(path, signal = null) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, { signal, headers: { accept: 'application/json' } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RegionsError('The server does not answer. Check the connection and try again.');
  }
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  throw new RegionsError(
    problem.summary ?? problem.detail ?? `The server answered ${response.status}. Try again in a moment.`,
  );
}
