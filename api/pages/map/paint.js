/**
 * How the map is drawn. The colours are those of colours.css, so that light and dark are decided in one place.
 *
 * @import { ExpressionSpecification, LayerSpecification, LineLayerSpecification, StyleSpecification } from 'maplibre-gl'
 */
import { tintCount } from './tints.js';

/** @type {GeoJSON.FeatureCollection} */
const nothing = { type: 'FeatureCollection', features: [] };

/** The layers that outline the chosen districts; their filters say which. */
export const chosenLayers = ['chosen-casing', 'chosen'];

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
 * From below to above: land where nothing is loaded; tinted districts with their borders; the states' borders, to find
 * one's way by; the chosen districts' outlines, whose casing keeps them visible on any tint.
 *
 * @returns {LayerSpecification[]}
 */
export function mapLayers() {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return [
    { id: 'water', type: 'background', paint: { 'background-color': colour('--map-water') } },
    { id: 'land', type: 'fill', source: 'states', paint: { 'fill-color': colour('--map-land') } },
    { id: 'districts', type: 'fill', source: 'districts', paint: { 'fill-color': fillColour(colour) } },
    line('borders', 'districts', colour('--map-border'), growing(0.4, 1.1)),
    line('state-borders', 'states', colour('--map-state-border'), growing(0.9, 2)),
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

/**
 * @param {(name: string) => string} colour
 * @returns {ExpressionSpecification}
 */
function fillColour(colour) {
  const tints = Array.from({ length: tintCount }, (_, tint) => colour(`--map-tint-${tint}`));
  return [
    'case',
    ['boolean', ['feature-state', 'hover'], false],
    colour('--map-hover'),
    ['to-color', ['at', ['get', 'tint'], ['literal', tints]]],
  ];
}
