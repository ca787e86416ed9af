/**
 * The page's second question: how many endorsed, and from where. It colours the districts that the map draws, and lists
 * the same numbers, which works without the map.
 *
 * @import { Asked, Counts } from './counts.js'
 * @import { MapView } from './map-view.js'
 * @import { Layer } from './regions.js'
 * @import { Shaded } from './numbers.js'
 *
 * @typedef {object} Counting
 * @property {(layer: Layer) => void} of another layer is drawn: count its districts
 * @property {(asked: Asked | null) => void} ask as a link says
 */
import { offerCampaigns, offerChoices, offerPeriods, showChoices } from './choices.js';
import { classAt, classesOf } from './classes.js';
import { fetchCampaigns, fetchCounts } from './counts.js';
import { showCounting, showCountsProblem, showNothing, showNumbers } from './numbers.js';
import { fetchBoundaries } from './regions.js';

/**
 * @param {object} page
 * @param {Promise<MapView | null>} page.map
 * @param {(asked: Asked | null) => void} page.onAsk somebody chose something
 * @param {(geoid: string) => void} page.onShow a district is to come into view
 * @param {(error: unknown) => string} page.explain
 * @returns {Counting}
 */
export function startCounting({ map, onAsk, onShow, explain }) {
  /** @type {Layer | undefined} */
  let layer;
  /** @type {Asked | null} */
  let asked = null;
  let asking = new AbortController();

  offerChoices((chosen) => {
    asked = chosen;
    onAsk(asked);
    count();
  });
  fetchCampaigns()
    .then(offerCampaigns, () => offerCampaigns([]))
    .then(() => showChoices(asked));

  async function count() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    if (!asked || !layer) {
      showNothing();
      (await map)?.shade(null);
      return;
    }
    showCounting();
    try {
      const counts = await fetchCounts(asked, layer.layer, signal);
      const states = layer.layer === 'state' ? new Map() : await stateNames();
      if (signal.aborted) return;
      await show(layer, counts, states);
    } catch (error) {
      if (signal.aborted) return;
      showCountsProblem(explain(error));
      (await map)?.shade(null);
    }
  }

  /**
   * @param {Layer} layer
   * @param {Counts} counts
   * @param {Map<string, string>} states
   */
  async function show(layer, counts, states) {
    offerPeriods(counts.periods);
    const classes = classesOf(counts.districts.flatMap(({ count }) => count ?? []));
    /** @type {Shaded[]} */
    const districts = counts.districts
      .map((district) => ({
        ...district,
        state: states.get(district.geoid.slice(0, 2)) ?? '',
        shade: district.count === null ? /** @type {const} */ ('hidden') : classAt(classes, district.count),
      }))
      .sort((a, b) => (b.count ?? 0) - (a.count ?? 0) || (a.geoid < b.geoid ? -1 : 1));
    const view = await map;
    showNumbers(
      {
        counts,
        classes,
        districts,
        layer: layer.label,
        others: layer.count - districts.filter(({ name }) => name !== null).length,
        hasLand: view !== null && layer.sources.every(({ coverage }) => coverage !== 'us'),
      },
      view && { onShow, onPoint: view.point },
    );
    view?.shade(new Map(districts.map((district) => [district.geoid, district])));
  }

  return {
    of(drawn) {
      if (drawn === layer) return;
      layer = drawn;
      count();
    },
    ask(wanted) {
      if (JSON.stringify(wanted) === JSON.stringify(asked)) return;
      asked = wanted;
      showChoices(asked);
      count();
    },
  };
}

/** Of a district only its number is unique within its state. @returns {Promise<Map<string, string>>} by FIPS code */
async function stateNames() {
  const states = await fetchBoundaries('state').catch(() => null);
  return new Map(states?.features.map(({ properties: { geoid, name } }) => [geoid, name]));
}
