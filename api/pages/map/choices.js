/**
 * What the map counts: of which campaign, of which kind of endorser, in which weeks.
 *
 * @import { Asked, Campaign, Period } from './counts.js'
 */
import { byId, element } from '../look/element.js';

const form = byId('counted', HTMLFormElement);
const campaign = byId('campaign', HTMLSelectElement);
const type = byId('type', HTMLSelectElement);
const from = byId('from', HTMLSelectElement);
const to = byId('to', HTMLSelectElement);
/** What is of no use before a campaign is chosen. */
const details = byId('counted-details', HTMLDivElement);

/** @param {(asked: Asked | null) => void} onChoose `null`: nothing is to be counted */
export function offerChoices(onChoose) {
  form.addEventListener('change', () => onChoose(chosen()));
}

/** @returns {Asked | null} */
function chosen() {
  details.hidden = campaign.value === '';
  if (campaign.value === '') return null;
  return { campaign: campaign.value, type: type.value || null, from: from.value || null, to: to.value || null };
}

/** @param {Campaign[]} campaigns */
export function offerCampaigns(campaigns) {
  const all = campaigns.length > 1 ? [new Option('All campaigns', 'all')] : [];
  campaign.replaceChildren(
    new Option(campaigns.length > 0 ? 'Not on the map' : 'No campaign is active', ''),
    ...campaigns.map(({ name, title }) => new Option(title, name)),
    ...all,
  );
  campaign.disabled = campaigns.length === 0;
}

/** @param {Period[]} periods those that have endorsements */
export function offerPeriods(periods) {
  fill(
    from,
    'the beginning',
    periods.map((period) => period.from),
  );
  fill(
    to,
    'today',
    periods.map((period) => period.to),
  );
}

/** @param {Asked | null} asked */
export function showChoices(asked) {
  details.hidden = asked === null;
  select(campaign, asked?.campaign ?? '');
  select(type, asked?.type ?? '');
  select(from, asked?.from ?? '');
  select(to, asked?.to ?? '');
}

/**
 * Keeps what is selected.
 *
 * @param {HTMLSelectElement} list
 * @param {string} open
 * @param {string[]} days
 */
function fill(list, open, days) {
  const { value } = list;
  list.replaceChildren(new Option(open, ''), ...days.map((day) => new Option(inWords(day), day)));
  select(list, value);
}

/**
 * A link may say what the list does not offer: then that is offered, too.
 *
 * @param {HTMLSelectElement} list
 * @param {string} value
 */
function select(list, value) {
  const isOffered = [...list.options].some((option) => option.value === value);
  if (!isOffered) list.append(element('option', { value }, list === from || list === to ? inWords(value) : value));
  list.value = value;
}

/**
 * @param {string} day
 * @returns {string} such as `Nov 2, 2026`
 */
export function inWords(day) {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return date.toLocaleDateString('en-US', { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' });
}
