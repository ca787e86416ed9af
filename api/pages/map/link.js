/**
 * What the address bar remembers, so that a link opens what its sender saw:
 * `#map=9.2/44.95/-93.1&layer=county&point=44.9553,-93.1022`. MapLibre keeps `map` itself and leaves the rest alone.
 *
 * @import { Point } from '../look/coordinates.js'
 */
import { formatPoint, parsePoint } from '../look/coordinates.js';

/** @returns {{ layer: string | null, point: Point | null, view: boolean }} `view`: it also says what the map looks at */
export function readLink() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const point = parsePoint(hash.get('point') ?? '');
  return { layer: hash.get('layer'), point: 'point' in point ? point.point : null, view: hash.has('map') };
}

/** @param {{ layer?: string, point?: Point }} what */
export function writeLink({ layer, point }) {
  const hash = new URLSearchParams(location.hash.slice(1));
  if (layer) hash.set('layer', layer);
  if (point) hash.set('point', formatPoint(point).replace(' ', ''));
  // Slashes and commas are legal in a fragment, and read better than %2F.
  history.replaceState(history.state, '', `#${decodeURIComponent(hash.toString())}`);
}
