/**
 * The districts of the chosen place, as a list that a screen reader announces.
 *
 * @import { Point } from '../look/coordinates.js'
 * @import { Layer, Lookup, Region } from './regions.js'
 */
import { formatPoint } from '../look/coordinates.js';
import { byId, element } from '../look/element.js';
import { vintage } from './layers.js';

const results = byId('results', HTMLDivElement);

/** Keeps the previous answer in sight, dimmed, until the next one is there. */
export function showLooking() {
  results.setAttribute('aria-busy', 'true');
}

/**
 * @param {Lookup} lookup
 * @param {Layer[]} layers
 * @param {((region: Region) => void) | null} onShow `null` where there is no map to show it on
 */
export function showLookup(lookup, layers, onShow) {
  const place = element('p', { class: 'place' }, `At ${formatPoint(lookup)}`);
  if (lookup.regions.length === 0) {
    show(place, nothingThere(lookup));
    return;
  }
  const missing = layers.filter(({ layer }) => !lookup.regions.some((region) => region.layer === layer));
  show(
    place,
    element('ul', {}, ...lookup.regions.map((region) => line(region, onShow)), ...missing.map(missingLine)),
    element('p', { class: 'note' }, lookup.notes.join(' ')),
  );
}

/** @param {string} message */
export function showLookupProblem(message) {
  show(element('p', { class: 'problem' }, message));
}

/** @param {...HTMLElement} nodes */
function show(...nodes) {
  results.replaceChildren(...nodes);
  results.setAttribute('aria-busy', 'false');
}

/**
 * @param {Region} region
 * @param {((region: Region) => void) | null} onShow
 */
function line(region, onShow) {
  const name = onShow
    ? element('button', { type: 'button', class: 'name', title: 'Show on the map' }, region.name)
    : element('span', { class: 'name' }, region.name);
  if (onShow) name.addEventListener('click', () => onShow(region));
  return element(
    'li',
    { 'data-layer': region.layer },
    name,
    element('span', { class: 'geoid' }, `GEOID ${region.geoid}`),
    element('span', { class: 'facts' }, `${region.layer_label} · ${vintage(region)}`),
  );
}

/** @param {Layer} layer */
function missingLine({ layer, label, sources }) {
  const places = sources.map((source) => source.coverage_name);
  const reason =
    places.length === 0
      ? 'not loaded'
      : sources.some((source) => source.coverage === 'us')
        ? 'none here'
        : `none here; loaded for ${places.length <= 3 ? places.join(', ') : `${places.length} states`}`;
  return element(
    'li',
    { 'data-layer': layer, class: 'missing' },
    element('span', { class: 'facts' }, `${label}: ${reason}`),
  );
}

/**
 * A point outside is often a slip: Washington is 38.9, -77.04, while -77.04, 38.9 is ice and 38.9, 77.04 Asia.
 *
 * @param {Point} point
 * @returns {HTMLElement}
 */
function nothingThere({ lat, lng }) {
  let hint = '';
  if (lat < 0 && lng > 0 && lng <= 90) {
    hint = ` Latitude comes first: did you mean ${formatPoint({ lat: lng, lng: lat })}?`;
  } else if (lat > 0 && lng > 0) {
    hint = ` West of Greenwich, longitudes are negative: did you mean ${formatPoint({ lat, lng: -lng })}?`;
  }
  return element('p', {}, `None of the loaded boundaries covers this point.${hint}`);
}
