/**
 * The counts API, as this page asks it.
 *
 * @typedef {{ id: number, name: string, title: string }} Campaign
 * @typedef {{ from: string, to: string }} Period days such as `2026-11-02`
 *
 * @typedef {object} Asked
 * @property {string} campaign its name in public addresses, or `all`
 * @property {string | null} type
 * @property {string | null} from a day
 * @property {string | null} to
 *
 * @typedef {object} DistrictCount
 * @property {string} geoid
 * @property {string | null} name `null`: the district is no longer in force
 * @property {number | null} count `null`: hidden
 * @property {true} [at_least] something hidden was left out
 *
 * @typedef {object} Counts
 * @property {number | null} total
 * @property {true} [total_at_least]
 * @property {number} fewest
 * @property {Period[]} periods
 * @property {Period | null} [period]
 * @property {DistrictCount[]} districts those that have any
 */
import { getJson, RegionsError } from './regions.js';

/** @type {Promise<Campaign[]> | undefined} */
let campaigns;

/** @returns {Promise<Campaign[]>} active ones, the newest first; asked for once */
export function fetchCampaigns() {
  if (!campaigns) {
    campaigns = getJson('/api/campaigns/');
    campaigns.catch(() => {
      campaigns = undefined;
    });
  }
  return campaigns;
}

/**
 * @param {Asked} asked
 * @param {string} layer
 * @param {AbortSignal} signal
 * @returns {Promise<Counts>}
 */
export async function fetchCounts({ campaign, type, from, to }, layer, signal) {
  const query = new URLSearchParams({ layer });
  if (campaign !== 'all') query.set('campaign_id', String((await campaignCalled(campaign)).id));
  for (const [name, value] of Object.entries({ type, from, to })) if (value) query.set(name, value);
  return getJson(`/api/endorsements/counts/?${query}`, signal);
}

/** @param {string} wanted */
async function campaignCalled(wanted) {
  const found = (await fetchCampaigns()).find(({ name }) => name === wanted);
  if (!found) throw new RegionsError(`No campaign is called “${wanted}”.`);
  return found;
}
