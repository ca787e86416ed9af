/**
 * Addresses without a place on the map, and so without districts: looked up again, or placed by hand.
 *
 * @import { Desk, Unplaced } from './shapes.js'
 */

import { parsePoint } from '../look/coordinates.js';
import { byId, element } from '../look/element.js';
import { page, Refusal, write } from './api.js';
import { button, labelled, moment, showFaults } from './parts.js';
import { say, sayRefusal } from './strip.js';

const section = byId('unplaced', HTMLElement);

/** @type {Record<string, string>} */
const problems = {
  waiting: 'It is looked up in a moment.',
  'not found': 'No geocoder knows this address.',
  'too vague': 'Only the town or the ZIP code was found, which is not enough for a district.',
  unanswered: 'The geocoders did not answer.',
};

/**
 * @param {Desk} desk
 * @param {{ isAnother: boolean }} options
 */
export async function openUnplaced(desk, { isAnother }) {
  const list = element('ul', { class: 'cards' });
  const more = button('Show more', () => read(more.dataset.next ?? '').catch(sayRefusal), { class: 'quiet' });
  const counted = element('p', { class: 'counted', role: 'status' });
  const title = element('h2', { id: 'unplaced-title', tabindex: '-1' }, 'Addresses not on the map');
  section.replaceChildren(
    title,
    element('p', { class: 'hint' }, 'People whose address has no place yet. They count for no district until it has.'),
    counted,
    list,
    more,
  );
  if (isAnother) title.focus();
  await read('/api/stakeholders/not-located/?limit=50');

  /** @param {string} path */
  async function read(path) {
    const { body, next } = await page(path);
    list.append(...body.map((/** @type {Unplaced} */ each) => card(each, desk)));
    more.hidden = next === undefined;
    more.dataset.next = next ?? '';
    const { length } = list.children;
    counted.textContent = length === 0 ? 'Everybody is on the map.' : `${length}${next ? ' of more' : ''} to place.`;
  }
}

/**
 * @param {Unplaced} person
 * @param {Desk} desk
 */
function card({ id, name, street_address, city, state, zip_code, problem, next_attempt_at }, desk) {
  const address = `${street_address}, ${city}, ${state ?? ''} ${zip_code}`;
  const item = element(
    'li',
    {},
    element('h3', { dir: 'auto' }, name),
    element('p', { dir: 'auto' }, address),
    element(
      'p',
      { class: 'hint' },
      problems[problem] ?? problem,
      ...(next_attempt_at ? [' Next attempt ', moment(next_attempt_at), '.'] : []),
    ),
  );
  if (!desk.can('endorsements:review')) return item;
  const point = element('input', {
    id: `point-${id}`,
    name: 'point',
    type: 'text',
    autocomplete: 'off',
    placeholder: '44.9553, -93.1022',
  });
  const form = element(
    'form',
    { novalidate: true },
    labelled(`Latitude, longitude of ${name}`, point, 'Decimal degrees, of the house or the middle of its street.'),
    element(
      'div',
      { class: 'buttons' },
      element('button', { type: 'submit' }, 'Set the place'),
      button('Look up again', again, { class: 'quiet' }),
    ),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    showFaults(form, []);
    const parsed = parsePoint(point.value);
    if ('problem' in parsed) {
      showFaults(form, [{ field: 'point', says: '' }]);
      byId(`point-${id}-problem`, HTMLParagraphElement).textContent = parsed.problem;
      return;
    }
    try {
      await write('PUT', `/api/stakeholders/${id}/location/`, parsed.point);
      const next = item.nextElementSibling ?? item.previousElementSibling;
      item.remove();
      /** @type {HTMLElement} */ (next?.querySelector('input') ?? byId('unplaced-title', HTMLElement)).focus();
      say(`${name} has a place, and the districts that go with it.`);
    } catch (error) {
      if (error instanceof Refusal && error.faults.length > 0)
        byId(`point-${id}-problem`, HTMLParagraphElement).textContent = error.message;
      else sayRefusal(error);
    }
  });
  item.append(form);
  return item;

  async function again() {
    try {
      await write('POST', `/api/stakeholders/${id}/locate/`);
      say(`The address of ${name} is looked up again.`);
    } catch (error) {
      sayRefusal(error);
    }
  }
}
