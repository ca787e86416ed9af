/**
 * The page: a form and a map that ask the same question, a list that answers it, and a switch for what the map draws;
 * and how many endorsed, from where (`counting.js`). Forms and lists work without the map.
 *
 * @import { Point } from '../look/coordinates.js'
 * @import { Layer, Region } from './regions.js'
 * @import { MapView } from './map-view.js'
 */
import { formatPoint, parsePoint } from '../look/coordinates.js';
import { byId } from '../look/element.js';
import { startCounting } from './counting.js';
import { checkLayer, showLayers, showLayersProblem } from './layers.js';
import { readLink, writeLink } from './link.js';
import { canDrawMap, openMap } from './map-view.js';
import { fetchBoundaries, fetchLayers, lookUp, RegionsError } from './regions.js';
import { showLooking, showLookup, showLookupProblem } from './results.js';

const form = byId('lookup', HTMLFormElement);
const input = byId('point', HTMLInputElement);
const inputProblem = byId('point-problem', HTMLParagraphElement);
const mapStatus = byId('map-status', HTMLParagraphElement);

/** What the page shows. */
const state = {
  /** @type {Layer[]} those that have boundaries, and those that could */
  layers: [],
  /** @type {string | undefined} the layer that the map draws */
  layer: undefined,
  /** @type {Point | undefined} the place asked about */
  point: undefined,
  /** @type {Region[]} the answer */
  regions: [],
};

/** Before there is a map, which writes into the address what it looks at. */
const openedWith = readLink();
const drawable = canDrawMap();
const mapOpened = startMap();
const counting = startCounting({
  map: mapOpened,
  onAsk: (asked) => writeLink({ asked }),
  onShow: (shown) => state.layer && draw(state.layer, ({ geoid }) => geoid === shown, [shown]),
  explain,
});
let lookingUp = new AbortController();

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const parsed = parsePoint(input.value);
  sayInputProblem('problem' in parsed ? parsed.problem : '');
  if ('point' in parsed) answer(parsed.point, { move: true });
  else input.focus();
});
addEventListener('hashchange', () => followLink(readLink()));

await listLayers();
followLink(openedWith);

/** @returns {Promise<MapView | null>} `null`, and a sentence on the page, where no map can be drawn */
async function startMap() {
  if (!drawable) {
    mapStatus.textContent =
      'This browser cannot draw the map, because it has no WebGL 2. Looking up coordinates works all the same.';
    return null;
  }
  try {
    return await openMap((point) => {
      input.value = formatPoint(point);
      sayInputProblem('');
      answer(point, { move: false });
    });
  } catch (error) {
    mapStatus.textContent = 'The map did not start. Looking up coordinates works all the same.';
    console.warn(error);
    return null;
  }
}

async function listLayers() {
  try {
    state.layers = await fetchLayers();
  } catch (error) {
    showLayersProblem(explain(error), listLayers);
    if (drawable) mapStatus.textContent = 'No boundaries to draw.';
    return;
  }
  const first =
    loaded(openedWith.layer) ?? loaded('congressional') ?? state.layers.find(({ count }) => count > 0)?.layer;
  showLayers(state.layers, first, (layer) => draw(layer, () => true));
  if (first === undefined) mapStatus.textContent = 'No boundaries are loaded yet.';
  else draw(first, null).then(drawStates);
}

/**
 * @param {string} layer
 * @param {((district: { geoid: string }) => boolean) | null} inView which districts have to be in sight afterwards
 * @param {string[]} [chosen] GEOIDs of those to outline; otherwise those of the place
 */
async function draw(layer, inView, chosen = placeDistricts(layer)) {
  state.layer = layer;
  checkLayer(layer);
  if (inView) writeLink({ layer });
  const counted = state.layers.find((known) => known.layer === layer);
  if (counted) counting.of(counted);
  if (!drawable) return;
  mapStatus.textContent = 'Loading boundaries…';
  try {
    const [map, boundaries] = await Promise.all([mapOpened, fetchBoundaries(layer)]);
    // The reader may have chosen another one while this one was on its way.
    if (!map || state.layer !== layer) return;
    const drawn = map.show(boundaries);
    map.choose(chosen);
    if (inView) map.bringIntoView(boundaries.features.filter(({ properties }) => inView(properties)));
    await drawn;
    if (state.layer === layer) mapStatus.textContent = '';
  } catch (error) {
    mapStatus.textContent = `These boundaries could not be drawn. ${explain(error)}`;
  }
}

/** The states come last: they help the eye, and nothing waits for them or fails without them. */
async function drawStates() {
  const map = await mapOpened;
  if (!map || !loaded('state')) return;
  const states = await fetchBoundaries('state').catch(() => null);
  if (states) map.showStates(states);
}

/**
 * @param {Point} point
 * @param {{ move: boolean }} options whether the map goes there
 */
async function answer(point, { move }) {
  lookingUp.abort();
  lookingUp = new AbortController();
  const { signal } = lookingUp;
  state.point = point;
  writeLink({ point });
  showLooking();
  mapOpened.then((map) => map?.mark(point, { move }));
  try {
    const lookup = await lookUp(point, signal);
    state.regions = lookup.regions;
    showLookup(
      lookup,
      state.layers,
      drawable ? ({ layer, geoid }) => draw(layer, (district) => district.geoid === geoid) : null,
    );
  } catch (error) {
    if (signal.aborted) return;
    state.regions = [];
    showLookupProblem(explain(error));
  }
  (await mapOpened)?.choose(placeDistricts(state.layer));
}

/** @param {string | undefined} wanted */
function placeDistricts(wanted) {
  return state.regions.filter(({ layer }) => layer === wanted).map(({ geoid }) => geoid);
}

/**
 * Does what the address says, at the start and when somebody edits or follows a link to this page.
 *
 * @param {ReturnType<typeof readLink>} link
 */
function followLink({ layer: wished, point, asked, view }) {
  counting.ask(asked);
  const layer = loaded(wished);
  if (layer && layer !== state.layer) draw(layer, null);
  if (point && formatPoint(point) !== (state.point && formatPoint(state.point))) {
    input.value = formatPoint(point);
    answer(point, { move: !view });
  }
}

/**
 * @param {string | null} wished
 * @returns {string | undefined}
 */
function loaded(wished) {
  return state.layers.find(({ layer, count }) => layer === wished && count > 0)?.layer;
}

/** @param {string} problem empty when there is none */
function sayInputProblem(problem) {
  inputProblem.textContent = problem;
  input.setAttribute('aria-invalid', String(problem !== ''));
}

/** @param {unknown} error */
function explain(error) {
  if (error instanceof RegionsError) return error.message;
  console.error(error);
  return 'Something went wrong on this page. Reload it.';
}
