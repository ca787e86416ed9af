/**
 * What the address bar remembers, so that a link opens what its sender saw:
 * `#map=9.2/44.95/-93.1&layer=county&point=44.9553,-93.1022&campaign=clean-water&type=farmer&from=2026-10-12`. MapLibre
 * keeps `map` itself and leaves the rest alone.
 *
 * @import { Point } from '../look/coordinates.js'
 * @import { Asked } from './counts.js'
 */
import { formatPoint, parsePoint } from '../look/coordinates.js';

/**
 * @returns {{ layer: string | null, point: Point | null, asked: Asked | null, view: boolean }} `asked`: what is counted;
 *   `view`: it also says what the map looks at
 */
export function readLink() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const point = parsePoint(hash.get('point') ?? '');
  const campaign = hash.get('campaign');
  return {
    layer: hash.get('layer'),
    point: 'point' in point ? point.point : null,
    asked: campaign ? { campaign, type: hash.get('type'), from: hash.get('from'), to: hash.get('to') } : null,
    view: hash.has('map'),
  };
}

/** @param {{ layer?: string, point?: Point, asked?: Asked | null }} what `asked: null` forgets what was counted */
export function writeLink({ layer, point, asked }) {
  const hash = new URLSearchParams(location.hash.slice(1));
  if (layer) hash.set('layer', layer);
  if (point) hash.set('point', formatPoint(point).replace(' ', ''));
  if (asked !== undefined) {
    for (const name of /** @type {const} */ (['campaign', 'type', 'from', 'to'])) {
      const value = asked?.[name];
      if (value) hash.set(name, value);
      else hash.delete(name);
    }
  }
  // Slashes and commas are legal in a fragment, and read better than %2F.
  history.replaceState(history.state, '', `#${hash.toString().replaceAll('%2F', '/').replaceAll('%2C', ',')}`);
}
