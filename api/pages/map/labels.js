/**
 * Names on the map, as HTML over the canvas: no glyph files, the page's own font, and sharp on any screen.
 *
 * @import { Map as MapLibreMap, Marker } from 'maplibre-gl'
 * @import { Boundaries, District } from './regions.js'
 *
 * @typedef {{ key: string, text: string, lng: number, lat: number, width: number }} Anchor `width`: degrees of longitude
 *   that the district spans there
 */
import { element } from '../look/element.js';

/** More than these are noise to the reader and work for the browser on every frame of a pan. */
const mostLabels = 120;

/** Room that a label needs, in pixels, at the size that map.css gives it. */
const characterWidth = 6.6;
const lineHeight = 18;

/**
 * @param {MapLibreMap} map
 * @param {typeof Marker} MarkerClass
 * @returns {(boundaries: Boundaries) => void} labels these from now on
 */
export function labelDistricts(map, MarkerClass) {
  /** @type {Anchor[]} */
  let anchors = [];
  /** @type {Map<string, Marker>} */
  let shown = new Map();

  function update() {
    const markers = new Map();
    for (const anchor of chooseLabels(map, anchors)) {
      const marker =
        shown.get(anchor.key) ??
        new MarkerClass({ element: element('div', { class: 'label', 'aria-hidden': 'true' }, anchor.text) })
          .setLngLat(anchor)
          .addTo(map);
      markers.set(anchor.key, marker);
      shown.delete(anchor.key);
    }
    for (const marker of shown.values()) marker.remove();
    shown = markers;
  }

  map.on('moveend', update);
  return (boundaries) => {
    for (const marker of shown.values()) marker.remove();
    shown = new Map();
    anchors = boundaries.features.map(anchorOf);
    update();
  };
}

/**
 * Those that fit into their district and do not touch one another; the widest districts first.
 *
 * @param {MapLibreMap} map
 * @param {Anchor[]} anchors
 */
function chooseLabels(map, anchors) {
  const bounds = map.getBounds();
  const pixelsPerDegree = (512 * 2 ** map.getZoom()) / 360;
  const candidates = anchors
    .filter(
      ({ text, lng, lat, width }) =>
        width * pixelsPerDegree > text.length * characterWidth + 8 && bounds.contains([lng, lat]),
    )
    .sort((a, b) => b.width - a.width);
  /** @type {{ x: number, y: number, halfWidth: number }[]} */
  const taken = [];
  return candidates
    .filter(({ text, lng, lat }) => {
      const { x, y } = map.project([lng, lat]);
      const halfWidth = (text.length * characterWidth) / 2 + 4;
      const free = taken.every(
        (other) => Math.abs(other.y - y) > lineHeight || Math.abs(other.x - x) > other.halfWidth + halfWidth,
      );
      if (free) taken.push({ x, y, halfWidth });
      return free;
    })
    .slice(0, mostLabels);
}

/**
 * `Congressional District 4` is drawn as `4` and `Ramsey County` as `Ramsey`: the legend says what they are.
 *
 * @param {string} name
 */
export function shortName(name) {
  const district = /\bDistrict (\S+)$/.exec(name)?.[1];
  if (district) return district;
  if (/\(at Large\)$/i.test(name)) return 'At large';
  return name.replace(/ (County|Parish|Municipio|Planning Region|Census Area|Borough|Municipality)$/, '');
}

/**
 * A place for the name, well inside the district's largest ring, which a centroid often is not: the middle of the
 * widest stretch across it, looked for on five levels, moved to the middle between the borders above and below.
 *
 * @param {District} district
 * @returns {Anchor}
 */
function anchorOf({ properties, geometry }) {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  const ring = largest(polygons.map((polygon) => polygon[0] ?? []));
  const latitudes = ring.map((point) => point[1] ?? 0);
  const south = latitudes.reduce((a, b) => Math.min(a, b), 90);
  const north = latitudes.reduce((a, b) => Math.max(a, b), -90);
  const levels = [0.3, 0.4, 0.5, 0.6, 0.7].map((level) => south + (north - south) * level);
  const [west, east] = longest(levels.flatMap((lat) => stretches(ring, 1, lat)));
  const [below, above] = longest(stretches(ring, 0, (west + east) / 2));
  const lat = (below + above) / 2;
  const [left, right] = longest(stretches(ring, 1, lat));
  return {
    key: properties.geoid,
    text: shortName(properties.name),
    lng: (left + right) / 2,
    lat,
    width: right - left,
  };
}

/**
 * Where a straight line runs inside a ring.
 *
 * @param {GeoJSON.Position[]} ring
 * @param {0 | 1} axis what is constant along the line: 0 for the longitude, 1 for the latitude
 * @param {number} at
 * @returns {[number, number][]} from and to, on the other axis
 */
function stretches(ring, axis, at) {
  const crossings = [];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [from, to] = [ring[i] ?? [], ring[i + 1] ?? []];
    const [a = 0, b = 0] = [from[axis], to[axis]];
    const [c = 0, d = 0] = [from[1 - axis], to[1 - axis]];
    if (a > at !== b > at) crossings.push(c + ((d - c) * (at - a)) / (b - a));
  }
  crossings.sort((a, b) => a - b);
  /** @type {[number, number][]} */
  const pairs = [];
  for (let i = 0; i + 1 < crossings.length; i += 2) pairs.push([crossings[i] ?? 0, crossings[i + 1] ?? 0]);
  return pairs;
}

/** @param {[number, number][]} pairs */
function longest(pairs) {
  return pairs.reduce((best, pair) => (length(pair) > length(best) ? pair : best), pairs[0] ?? [0, 0]);
}

/** @param {[number, number]} pair */
function length([from, to]) {
  return to - from;
}

/** @param {GeoJSON.Position[][]} rings */
function largest(rings) {
  let best = rings[0] ?? [];
  let bestArea = 0;
  for (const ring of rings) {
    let twice = 0;
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [x1 = 0, y1 = 0] = ring[i] ?? [];
      const [x2 = 0, y2 = 0] = ring[i + 1] ?? [];
      twice += x1 * y2 - x2 * y1;
    }
    if (Math.abs(twice) > bestArea) [best, bestArea] = [ring, Math.abs(twice)];
  }
  return best;
}
