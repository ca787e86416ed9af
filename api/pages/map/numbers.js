/**
 * The numbers that the map shows, as a legend and as a table: for who cannot see the map, or wants to know exactly.
 *
 * @import { Counts, DistrictCount } from './counts.js'
 * @import { NumberClass } from './classes.js'
 *
 * @typedef {DistrictCount & { state: string, shade: number | 'hidden' }} Shaded `shade`: index of its class
 *
 * @typedef {object} Numbers
 * @property {Counts} counts
 * @property {NumberClass[]} classes
 * @property {Shaded[]} districts
 * @property {number} others how many districts nobody endorsed from
 * @property {string} layer what a district is called: "State upper chamber districts"
 * @property {boolean} hasLand whether the map has places where no district is loaded
 */
import { byId, element } from '../look/element.js';
import { inWords } from './choices.js';

const status = byId('counted-status', HTMLParagraphElement);
const legend = byId('legend', HTMLUListElement);
const list = byId('numbers', HTMLDivElement);

/** Who needs more asks for them: three thousand rows make a slow page. */
const firstRows = 100;

export function showCounting() {
  list.setAttribute('aria-busy', 'true');
}

/** @param {string} message */
export function showCountsProblem(message) {
  showNothing();
  status.textContent = message;
  status.classList.add('problem');
}

/** Nothing is counted. */
export function showNothing() {
  status.textContent = '';
  status.classList.remove('problem');
  legend.replaceChildren();
  list.replaceChildren();
  list.setAttribute('aria-busy', 'false');
}

/**
 * @param {Numbers} numbers
 * @param {{ onShow: (geoid: string) => void, onPoint: (geoid: string | null) => void } | null} map `null` where there is none
 */
export function showNumbers(numbers, map) {
  showNothing();
  status.textContent = summary(numbers);
  legend.replaceChildren(...legendOf(numbers));
  list.replaceChildren(table(numbers, map, firstRows));
}

/** @param {Numbers} numbers */
function summary({ counts: { total, total_at_least, period, fewest }, districts, layer }) {
  const all =
    total === null
      ? `How many endorsed is hidden: fewer than ${fewest}, or it would tell such a number.`
      : `${total_at_least ? 'At least ' : ''}${total.toLocaleString('en-US')} endorsed in all, wherever they live.`;
  const weeks =
    period === undefined
      ? ''
      : period === null
        ? ' Nobody did in these weeks.'
        : ` Below are those of ${inWords(period.from)} to ${inWords(period.to)}: weeks are put together by fours.`;
  const places =
    districts.length === 0
      ? `${layer}: none yet.`
      : `${layer} with endorsements: ${districts.length.toLocaleString('en-US')}.`;
  return `${all}${weeks} ${places}`;
}

/** @param {Numbers} numbers */
function legendOf({ classes, counts: { fewest }, hasLand }) {
  /** @type {[shade: string, text: string][]} */
  const lines = [
    ['zero', 'None'],
    ...classes.map(({ from, to }, index) => /** @type {[string, string]} */ ([String(index), inNumbers(from, to)])),
    ['hidden', `Hidden: fewer than ${fewest}, or it would tell such a number`],
  ];
  if (hasLand) lines.push(['land', 'No data: no districts are loaded here']);
  return lines.map(([shade, text]) => element('li', { 'data-shade': shade }, swatch(shade), text));
}

/** @param {number} from @param {number} to */
function inNumbers(from, to) {
  const [first, last] = [from.toLocaleString('en-US'), to.toLocaleString('en-US')];
  return from === to ? first : `${first} to ${last}`;
}

/** @param {string | number} shade */
function swatch(shade) {
  return element('span', { class: `swatch shade-${shade}`, 'aria-hidden': 'true' });
}

/**
 * @param {Numbers} numbers
 * @param {Parameters<typeof showNumbers>[1]} map
 * @param {number} most
 */
function table(numbers, map, most) {
  const { districts, others, layer } = numbers;
  const rows = districts.slice(0, most).map((district) => row(district, map));
  const parts = [
    element(
      'table',
      {},
      element('caption', { class: 'hidden' }, `Endorsements by district: ${layer}`),
      element('thead', {}, element('tr', {}, heading('District'), heading('Endorsements'))),
      element('tbody', {}, ...rows),
    ),
  ];
  const section = element('div', {}, ...(rows.length > 0 ? parts : []));
  if (districts.length > most) {
    const more = element(
      'button',
      { type: 'button', class: 'more' },
      `Show all ${districts.length.toLocaleString('en-US')}`,
    );
    more.addEventListener('click', () => {
      const whole = table(numbers, map, districts.length);
      section.replaceWith(whole);
      whole.querySelectorAll('tbody th')[most]?.querySelector('button')?.focus();
    });
    section.append(more);
  }
  if (others > 0)
    section.append(
      element(
        'p',
        { class: 'note' },
        `${districts.length > 0 ? 'The other' : 'All'} ${others.toLocaleString('en-US')}: none.`,
      ),
    );
  return section;
}

/** @param {string} text */
function heading(text) {
  return element('th', { scope: 'col' }, text);
}

/**
 * @param {Shaded} district
 * @param {Parameters<typeof showNumbers>[1]} map
 */
function row(district, map) {
  const { geoid, name, state, shade } = district;
  const text = name ?? `GEOID ${geoid}, no longer in force`;
  const isOnMap = map !== null && name !== null;
  const named = isOnMap
    ? element('button', { type: 'button', class: 'name', title: 'Show on the map' }, text)
    : element('span', { class: 'name' }, text);
  if (isOnMap) {
    named.addEventListener('click', () => map.onShow(geoid));
    named.addEventListener('focus', () => map.onPoint(geoid));
    named.addEventListener('blur', () => map.onPoint(null));
  }
  const where = state === '' ? [] : [element('span', { class: 'facts' }, state)];
  return element(
    'tr',
    { 'data-geoid': geoid, 'data-shade': String(shade) },
    element('th', { scope: 'row' }, swatch(shade), element('span', {}, named, ...where)),
    element('td', {}, inText(district)),
  );
}

/** @param {Pick<DistrictCount, 'count' | 'at_least'>} district */
export function inText({ count, at_least }) {
  if (count === null) return 'hidden';
  return `${at_least ? 'at least ' : ''}${count.toLocaleString('en-US')}`;
}
