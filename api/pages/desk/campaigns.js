/**
 * Campaigns: all of them, drafts too, and the form that adds and changes one.
 *
 * @import { Campaign, Desk } from './shapes.js'
 */
import { byId, element } from '../look/element.js';
import { get, page } from './api.js';
import { openCampaign } from './campaign-form.js';
import { badge, button } from './parts.js';
import { sayRefusal } from './strip.js';

const section = byId('campaigns', HTMLElement);

/**
 * @param {Desk} desk
 * @param {{ isAnother: boolean }} options
 */
export async function openCampaigns(desk, { isAnother }) {
  const wanted = desk.here().get('campaign');
  const mayWrite = desk.can('content:write');
  if (wanted === 'new' && mayWrite) return openCampaign(section, desk, undefined);
  if (wanted && wanted !== 'new') {
    return openCampaign(section, desk, await get(`/api/staff/campaigns/${encodeURIComponent(wanted)}/`));
  }
  const wasForm = section.querySelector('form') !== null;
  const title = element('h2', { id: 'campaigns-title', tabindex: '-1' }, 'Campaigns');
  const list = element('ul', { class: 'cards' });
  const more = button('Show more', () => read(more.dataset.next ?? '').catch(sayRefusal), { class: 'quiet' });
  section.replaceChildren(
    element(
      'div',
      { class: 'heading' },
      title,
      ...(mayWrite
        ? [element('a', { class: 'button', href: '/desk?view=campaigns&campaign=new' }, 'New campaign')]
        : []),
    ),
    list,
    more,
  );
  if (isAnother || wasForm) title.focus();
  await read('/api/staff/campaigns/?limit=50');

  /** @param {string} path */
  async function read(path) {
    const { body, next } = await page(path);
    list.append(...body.map((/** @type {Campaign} */ each) => card(each)));
    if (list.children.length === 0) list.append(element('li', {}, 'There is no campaign yet.'));
    more.hidden = next === undefined;
    more.dataset.next = next ?? '';
  }
}

/** @param {Campaign} campaign */
function card({ id, title, name, summary, active, allow_endorsements }) {
  return element(
    'li',
    {},
    element('h3', { dir: 'auto' }, element('a', { href: `/desk?view=campaigns&campaign=${id}` }, title)),
    element(
      'p',
      { class: 'badges' },
      badge(
        active
          ? { says: 'Active', sign: '✓', tone: 'good' }
          : { says: 'Draft: nobody sees it', sign: '○', tone: 'calm' },
      ),
      badge(
        allow_endorsements
          ? { says: 'Takes endorsements', sign: '✓', tone: 'good' }
          : { says: 'Takes no endorsements', sign: '–', tone: 'calm' },
      ),
    ),
    element('p', { class: 'excerpt', dir: 'auto' }, summary),
    element(
      'p',
      { class: 'hint' },
      `/${name} · `,
      element('a', { href: `/desk?campaign=${id}&pile=all` }, 'Its endorsements'),
    ),
  );
}
