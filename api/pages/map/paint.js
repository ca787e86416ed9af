/**
 * How the map is drawn. The colours are those of colours.css, so that light and dark are decided in one place.
 *
 * @import { ExpressionSpecification, LayerSpecification, LineLayerSpecification, StyleSpecification } from 'maplibre-gl'
 *
 * @typedef {ReadonlyMap<string, { readonly shade: number | 'hidden' }>} Shades of districts by GEOID; the others have none
 */
import { mostClasses } from './classes.js';
import { tintCount } from './tints.js';

/** @type {GeoJSON.FeatureCollection} */
const nothing = { type: 'FeatureCollection', features: [] };

/** The layers that outline the chosen districts; their filters say which. */
export const chosenLayers = ['chosen-casing', 'chosen'];

/** What fills the districts whose number is hidden: the name of an image. */
const hatching = 'hatching';

/** @returns {StyleSpecification} two empty sources, `states` and `districts`, and how they look */
export function mapStyle() {
  return {
    version: 8,
    sources: {
      states: { type: 'geojson', data: nothing },
      districts: { type: 'geojson', data: nothing },
    },
    layers: mapLayers(),
  };
}

/**
 * From below to above: land where nothing is loaded; districts, tinted or shaded, with their borders; the states'
 * borders, to find one's way by; the outline of the one pointed at; the chosen districts' outlines, whose casing keeps
 * them visible on any tint.
 *
 * @param {Shades | null} shades `null`: tints
 * @returns {LayerSpecification[]}
 */
export function mapLayers(shades = null) {
  const land = colour(shades ? '--map-nothing' : '--map-land');
  return [
    { id: 'water', type: 'background', paint: { 'background-color': colour('--map-water') } },
    { id: 'land', type: 'fill', source: 'states', paint: { 'fill-color': land } },
    {
      id: 'districts',
      type: 'fill',
      source: 'districts',
      paint: { 'fill-color': shades ? shadeColour(shades) : tintColour() },
    },
    {
      id: 'hidden',
      type: 'fill',
      source: 'districts',
      paint: { 'fill-pattern': hatching },
      filter: isChosen(hiddenOf(shades)),
    },
    line('borders', 'districts', colour('--map-border'), growing(0.4, 1.1)),
    line('state-borders', 'states', colour('--map-state-border'), growing(0.9, 2)),
    { ...line('lit', 'districts', colour('--map-chosen'), 3), filter: isChosen([]) },
    { ...line('chosen-casing', 'districts', colour('--map-casing'), 6.5), filter: isChosen([]) },
    { ...line('chosen', 'districts', colour('--map-chosen'), 3), filter: isChosen([]) },
  ];
}

/**
 * @param {string[]} geoids
 * @returns {ExpressionSpecification}
 */
export function isChosen(geoids) {
  return ['in', ['get', 'geoid'], ['literal', geoids]];
}

/**
 * @param {string} id
 * @param {string} source
 * @param {string} colour
 * @param {number | ExpressionSpecification} width
 * @returns {LineLayerSpecification}
 */
function line(id, source, colour, width) {
  return {
    id,
    type: 'line',
    source,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width },
  };
}

/**
 * @param {number} far pixels when the country fits the screen
 * @param {number} near pixels when a county does
 * @returns {ExpressionSpecification}
 */
function growing(far, near) {
  return ['interpolate', ['linear'], ['zoom'], 3, far, 8, near];
}

/** @returns {ExpressionSpecification} */
function tintColour() {
  const tints = Array.from({ length: tintCount }, (_, tint) => colour(`--map-tint-${tint}`));
  return [
    'case',
    ['boolean', ['feature-state', 'hover'], false],
    colour('--map-hover'),
    ['to-color', ['at', ['get', 'tint'], ['literal', tints]]],
  ];
}

/**
 * The same whether or not it is pointed at: what a colour says must not change under the pointer.
 *
 * @param {Shades} shades
 * @returns {ExpressionSpecification | string}
 */
function shadeColour(shades) {
  const ofClasses = Array.from({ length: mostClasses }, (_, shade) => {
    const geoids = [...shades].filter(([, district]) => district.shade === shade).map(([geoid]) => geoid);
    return geoids.length > 0 ? [geoids, colour(`--map-shade-${shade}`)] : [];
  }).flat();
  if (ofClasses.length === 0) return colour('--map-zero');
  const match = /** @type {unknown} */ (['match', ['get', 'geoid'], ...ofClasses, colour('--map-zero')]);
  return /** @type {ExpressionSpecification} */ (match);
}

/** @param {Shades | null} shades */
export function hiddenOf(shades) {
  return [...(shades ?? [])].filter(([, { shade }]) => shade === 'hidden').map(([geoid]) => geoid);
}

/**
 * Lines from corner to corner, which no class has: told apart without colours.
 *
 * @returns {[name: string, image: ImageData]}
 */
export function hatch() {
  const size = 16;
  const context = new OffscreenCanvas(size, size).getContext('2d');
  if (!context) throw new Error('This browser draws no pictures.');
  context.fillStyle = colour('--map-zero');
  context.fillRect(0, 0, size, size);
  context.strokeStyle = colour('--map-hatch');
  context.lineWidth = 2;
  // Twice as long as the tile, and three times, so that tiles fit together.
  for (const shift of [-size, -size / 2, 0, size / 2, size]) {
    context.moveTo(shift - 4, size + 4);
    context.lineTo(shift + size + 4, -4);
  }
  context.stroke();
  return [hatching, context.getImageData(0, 0, size, size)];
}

/** @param {string} name */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
