/** Export: links that the browser downloads by itself, so that a large file never passes through this page. */
import { byId, element } from '../look/element.js';
import { get } from './api.js';
import { sayRefusal } from './strip.js';

const details = byId('export', HTMLDetailsElement);

/** @param {import('./shapes.js').Desk} desk */
export function startExport(desk) {
  const contact = element('input', { type: 'checkbox', checked: true });
  const review = element('input', { type: 'checkbox' });
  const link = (/** @type {string} */ title, /** @type {string} */ path) => {
    const anchor = element('a', { href: path, class: 'button quiet', download: true }, title);
    anchor.addEventListener('click', (event) => {
      event.preventDefault();
      download(path, title).catch(sayRefusal);
    });
    return anchor;
  };

  /**
   * @param {string} path
   * @param {string} title
   */
  async function download(path, title) {
    // Whose session has ended signs in first, instead of saving the refusal as a file.
    await get('/api/staff/session/');
    const query = new URLSearchParams({ contact: String(contact.checked) });
    if (review.checked) query.set('review', 'true');
    const campaign = desk.here().get('campaign');
    if (campaign) query.set('campaign_id', campaign);
    if (title.includes('Excel')) query.set('bom', 'true');
    element('a', { href: `${path}?${query}`, download: true }).click();
  }

  details
    .querySelector('div')
    ?.replaceChildren(
      element('p', { class: 'hint' }, 'Of the campaign that is chosen above, or of all. Who takes a file is kept.'),
      element('label', { class: 'check' }, contact, ' With e-mail addresses, streets and coordinates'),
      ...(desk.can('endorsements:review')
        ? [element('label', { class: 'check' }, review, ' With what reviewers noted')]
        : []),
      element(
        'div',
        { class: 'buttons' },
        link('CSV', '/api/endorsements/export/csv/'),
        link('CSV for Excel', '/api/endorsements/export/csv/'),
        link('JSON', '/api/endorsements/export/json/'),
      ),
    );
}
