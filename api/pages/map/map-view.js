/**
 * The map itself. What it draws comes from the caller; what is pointed at goes back to the caller.
 *
 * @import { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl'
 * @import { Point } from '../look/coordinates.js'
 * @import { Shades } from './paint.js'
 * @import { Boundaries, District } from './regions.js'
 * @import { Numbered } from './tooltip.js'
 *
 * @typedef {object} MapView
 * @property {(boundaries: Boundaries) => Promise<unknown>} show draws these districts instead of those before; done when they can be seen
 * @property {(states: Boundaries) => void} showStates draws the states around what is shown
 * @property {(districts: District[]) => void} bringIntoView moves the map, if these are out of sight or tiny
 * @property {(geoids: string[]) => void} choose outlines these of the districts shown
 * @property {(numbers: Shades & Numbered | null) => void} shade colours the districts by their numbers; `null`: in tints again
 * @property {(geoid: string | null) => void} point lights this district of those shown, as the pointer does
 * @property {(point: Point, options: { move: boolean }) => void} mark
 */
import { byId, element } from '../look/element.js';
import { labelDistricts } from './labels.js';
import { chosenLayers, hatch, hiddenOf, isChosen, mapLayers, mapStyle } from './paint.js';
import { tintNeighbours } from './tints.js';
import { followPointer } from './tooltip.js';

/** The 48 contiguous states. @type {[[number, number], [number, number]]} */
const contiguous = [
  [-125, 24.3],
  [-66.6, 49.5],
];

/** A place is shown at least this close: its county fills the map. */
const placeZoom = 8;

/** @returns {boolean} whether this browser can draw the map: MapLibre 6 needs WebGL 2 */
export function canDrawMap() {
  return document.createElement('canvas').getContext('webgl2') !== null;
}

/**
 * @param {(point: Point) => void} onPick a click, a tap, or Enter, which picks the middle
 * @returns {Promise<MapView>}
 */
export async function openMap(onPick) {
  // map.html says where MapLibre is, because its path holds its version.
  /** @type {typeof import('maplibre-gl')} */
  const maplibre = await import(byId('maplibre', HTMLLinkElement).href);
  const map = new maplibre.Map({
    container: byId('map', HTMLDivElement),
    style: mapStyle(),
    bounds: contiguous,
    fitBoundsOptions: { padding: 24 },
    minZoom: 1.5,
    maxZoom: 15,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    hash: 'map',
    attributionControl: { compact: false, customAttribution: 'Source: U.S. Census Bureau' },
    locale: { 'Map.Title': 'Map of districts: arrow keys move it, plus and minus zoom, Enter reads its middle' },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new maplibre.ScaleControl({ unit: 'imperial' }), 'bottom-left');

  map.on('click', ({ lngLat }) => onPick(lngLat.wrap()));
  map.getCanvas().addEventListener('keydown', (event) => {
    if (event.key === 'Enter') onPick(map.getCenter().wrap());
  });
  /** @type {Shades | null} */
  let shades = null;
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => repaint(map, shades));
  await map.once('load');
  map.addImage(...hatch());

  const label = labelDistricts(map, maplibre.Marker);
  const pin = new maplibre.Marker({ element: element('div', { class: 'pin', 'aria-hidden': 'true' }) });
  const tooltip = followPointer(map);

  return {
    show(boundaries) {
      source(map, 'districts').setData(tinted(boundaries));
      label(boundaries);
      return map.once('idle');
    },

    showStates(states) {
      source(map, 'states').setData(states);
    },

    bringIntoView(districts) {
      const bounds = boundsOf(maplibre, districts);
      const camera = map.cameraForBounds(bounds, { padding: 40 });
      const outOfSight = !map.getBounds().intersects(bounds);
      if (camera && (outOfSight || map.getZoom() < Number(camera.zoom) - 1.5)) map.flyTo(camera);
    },

    shade(numbers) {
      shades = numbers;
      repaint(map, shades);
      tooltip.tell(numbers);
    },

    point(geoid) {
      tooltip.light(geoid);
    },

    choose(geoids) {
      for (const layer of chosenLayers) map.setFilter(layer, isChosen(geoids));
    },

    mark(point, { move }) {
      pin.setLngLat(point).addTo(map);
      if (move) map.flyTo({ center: point, zoom: Math.max(map.getZoom(), placeZoom) });
    },
  };
}

/**
 * @param {MapLibreMap} map
 * @param {string} id
 * @returns {GeoJSONSource}
 */
function source(map, id) {
  const found = map.getSource(id);
  if (found?.type !== 'geojson') throw new Error(`The style has no GeoJSON source "${id}".`);
  return /** @type {GeoJSONSource} */ (found);
}

/** @param {Boundaries} boundaries */
function tinted(boundaries) {
  const tints = tintNeighbours(boundaries.features);
  return {
    ...boundaries,
    features: boundaries.features.map((feature, index) => ({
      ...feature,
      properties: { ...feature.properties, tint: tints[index] ?? 0 },
    })),
  };
}

/**
 * Takes the colours anew: for other numbers, or after the reader's system went from light to dark or back.
 *
 * @param {MapLibreMap} map
 * @param {Shades | null} shades
 */
function repaint(map, shades) {
  map.updateImage(...hatch());
  map.setFilter('hidden', isChosen(hiddenOf(shades)));
  for (const { id, paint } of mapLayers(shades)) {
    for (const [property, value] of Object.entries(paint ?? {})) {
      map.setPaintProperty(id, /** @type {Parameters<MapLibreMap['setPaintProperty']>[1]} */ (property), value);
    }
  }
}

/**
 * Alaska reaches over the 180th meridian; its far islands are moved beside the rest, or it would span the world.
 *
 * @param {typeof import('maplibre-gl')} maplibre
 * @param {District[]} districts
 */
function boundsOf({ LngLatBounds }, districts) {
  const points = districts.flatMap(({ geometry }) =>
    geometry.type === 'Polygon' ? geometry.coordinates.flat() : geometry.coordinates.flat(2),
  );
  const farEast = points.some(([lng = 0]) => lng < 0);
  const bounds = new LngLatBounds();
  for (const [lng = 0, lat = 0] of points) bounds.extend([farEast && lng > 0 ? lng - 360 : lng, lat]);
  return bounds;
}
