/**
 * One campaign, as a form. What is written as HTML is shown beside it as the API would store it, before it is stored.
 *
 * @import { Campaign, Desk, Image } from './shapes.js'
 */
import { element } from '../look/element.js';
import { get, Refusal, write } from './api.js';
import { preview } from './html-preview.js';
import { imageUpload } from './image-upload.js';
import { badge, button, labelled, showFaults } from './parts.js';
import { say, sayRefusal } from './strip.js';

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/**
 * @param {HTMLElement} section
 * @param {Desk} desk
 * @param {Campaign | undefined} campaign undefined for a new one
 */
export async function openCampaign(section, desk, campaign) {
  const mayWrite = desk.can('content:write');
  const images = mayWrite ? await get('/api/staff/images/?limit=200') : [];
  const title = element(
    'h2',
    { id: 'campaigns-title', tabindex: '-1', dir: 'auto' },
    campaign?.title ?? 'New campaign',
  );
  section.replaceChildren(
    element('p', {}, element('a', { href: '/desk?view=campaigns' }, '← Campaigns')),
    element('div', { class: 'heading' }, title, ...(campaign ? [stateOf(campaign)] : [])),
    ...(mayWrite ? forms(campaign, images, desk) : [reading(/** @type {Campaign} */ (campaign))]),
  );
  title.focus();
}

/** @param {Campaign} campaign */
function stateOf({ active }) {
  return badge(active ? { says: 'Active', sign: '✓', tone: 'good' } : { says: 'Draft', sign: '○', tone: 'calm' });
}

/** For who may not write. @param {Campaign} campaign */
function reading({ summary, description, endorsement_statement }) {
  return element(
    'div',
    { class: 'prose' },
    element('p', { dir: 'auto' }, summary),
    preview(description),
    ...(endorsement_statement
      ? [element('blockquote', { class: 'statement', dir: 'auto' }, endorsement_statement)]
      : []),
  );
}

/**
 * @param {Campaign | undefined} campaign
 * @param {Image[]} images
 * @param {Desk} desk
 * @returns {HTMLElement[]} the campaign's, and one that adds an image to choose from
 */
function forms(campaign, images, desk) {
  /** @type {Record<string, Field>} by the API's name */
  const fields = {
    title: element('input', { id: 'c-title', name: 'title', type: 'text', required: true, maxlength: '200' }),
    name: element('input', {
      id: 'c-name',
      name: 'name',
      type: 'text',
      required: true,
      maxlength: '50',
      spellcheck: 'false',
      autocapitalize: 'none',
    }),
    summary: element('textarea', { id: 'c-summary', name: 'summary', rows: '3', maxlength: '5000' }),
    description: element('textarea', { id: 'c-description', name: 'description', rows: '10', spellcheck: 'true' }),
    endorsement_statement: element('textarea', {
      id: 'c-statement',
      name: 'endorsement_statement',
      rows: '3',
      maxlength: '5000',
    }),
    endorsement_form_instructions: element('textarea', {
      id: 'c-instructions',
      name: 'endorsement_form_instructions',
      rows: '4',
    }),
    image: element(
      'select',
      { id: 'c-image', name: 'image' },
      element('option', { value: '' }, 'None'),
      ...images.map(({ id, title }) => element('option', { value: String(id) }, title)),
    ),
    allow_endorsements: element('input', { id: 'c-allow', name: 'allow_endorsements', type: 'checkbox' }),
    active: element('input', { id: 'c-active', name: 'active', type: 'checkbox' }),
  };
  fill(fields, campaign ?? { allow_endorsements: true, active: false });
  let known = valuesOf(fields);

  const picture = element('div', { class: 'picture' });
  const showPicture = () => {
    const image = images.find(({ id }) => String(id) === fields.image?.value);
    picture.replaceChildren(...(image ? [element('img', { src: image.image_url, alt: image.alt_text })] : []));
  };
  fields.image?.addEventListener('change', showPicture);
  showPicture();

  const problem = element('p', { class: 'problem', role: 'alert' });
  const node = element(
    'form',
    { class: 'editor', novalidate: true },
    labelled('Title', named('title')),
    labelled(
      'Name in its address',
      named('name'),
      'Lower-case letters, digits and hyphens, such as clean-water. Links to it break when it changes.',
    ),
    labelled('Summary', named('summary'), 'Plain text, for lists and search engines.'),
    withPreview('Description', 'description'),
    labelled('Statement that people endorse', named('endorsement_statement'), 'Plain text, offered above the form.'),
    withPreview('Instructions of the form', 'endorsement_form_instructions'),
    labelled('Image', named('image'), desk.can('media:write') ? 'Another one is added below.' : ''),
    picture,
    checkbox('Takes endorsements', named('allow_endorsements')),
    checkbox('Active: everybody sees it', named('active')),
    problem,
    element(
      'div',
      { class: 'buttons' },
      element('button', { type: 'submit' }, campaign ? 'Save' : 'Add campaign'),
      button('Put back', () => fill(fields, known), { class: 'quiet' }),
    ),
  );
  if (!campaign) {
    // A name that follows from the title, until somebody writes one.
    named('title').addEventListener('input', () => {
      if (named('name').value === known.name) named('name').value = known.name = slugOf(named('title').value);
    });
  }
  node.addEventListener('submit', (event) => {
    event.preventDefault();
    save().catch(sayRefusal);
  });
  return desk.can('media:write') ? [node, imageUpload(choose)] : [node];

  /** @param {Image} image that has just been added */
  function choose(image) {
    images.push(image);
    named('image').append(element('option', { value: String(image.id) }, image.title));
    named('image').value = String(image.id);
    showPicture();
  }

  /** @param {string} name */
  function named(name) {
    return /** @type {Field} */ (fields[name]);
  }

  async function save() {
    problem.textContent = '';
    showFaults(node, []);
    const values = valuesOf(fields);
    // Only what was changed here is sent: what somebody else changed meanwhile stays.
    const sent = Object.fromEntries(
      Object.entries(values).filter(([name, value]) => !campaign || value !== known[name]),
    );
    if (Object.keys(sent).length === 0) return say('Nothing was changed.');
    try {
      /** @type {Campaign} */
      const stored = await (campaign
        ? write('PATCH', `/api/campaigns/${campaign.id}/`, sent)
        : write('POST', '/api/campaigns/', sent));
      const cut = ['description', 'endorsement_form_instructions'].some(
        (name) => name in sent && stored[/** @type {'description'} */ (name)] !== String(sent[name]).trim(),
      );
      const text = cut ? 'It is saved as shown, without what a page of the site may not have.' : 'It is saved.';
      if (!campaign) desk.go({ campaign: stored.id });
      else {
        fill(fields, stored);
        known = valuesOf(fields);
        const title = document.getElementById('campaigns-title');
        if (title) title.textContent = stored.title;
        title?.parentElement?.querySelector('.badge')?.replaceWith(stateOf(stored));
        for (const name of ['description', 'endorsement_form_instructions'])
          node
            .querySelector(`[data-preview="${name}"]`)
            ?.replaceChildren(preview(stored[/** @type {'description'} */ (name)]));
      }
      say(text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const left = showFaults(node, error.faults);
      if (error.faults.length === 0 || left) problem.textContent = left || error.message;
    }
  }

  /**
   * @param {string} label
   * @param {string} name
   */
  function withPreview(label, name) {
    const shown = element('div', {
      class: 'preview prose',
      'data-preview': name,
      role: 'region',
      'aria-label': `${label}, as it is stored`,
      tabindex: '0',
    });
    shown.append(preview(String(campaign?.[/** @type {'description'} */ (name)] ?? '')));
    const differs = element('p', { class: 'hint', role: 'status' });
    const look = button(
      'Preview',
      async () => {
        try {
          const { html } = await write('POST', '/api/staff/sanitized-html/', { html: named(name).value });
          shown.replaceChildren(preview(html));
          differs.textContent =
            html === named(name).value.trim()
              ? 'It would be stored as it is.'
              : 'It would be stored as shown, without what a page of the site may not have: scripts, styles, forms, pictures.';
        } catch (error) {
          sayRefusal(error);
        }
      },
      { class: 'quiet' },
    );
    return element(
      'div',
      { class: 'with-preview' },
      labelled(label, named(name), 'HTML: headings, paragraphs, lists, links, tables.'),
      element('div', { class: 'buttons' }, look),
      differs,
      shown,
    );
  }
}

/**
 * @param {string} label
 * @param {Field} field
 */
function checkbox(label, field) {
  return element('label', { class: 'check' }, field, ` ${label}`);
}

/**
 * @param {Record<string, Field>} fields
 * @param {Record<string, unknown>} values
 */
function fill(fields, values) {
  for (const [name, field] of Object.entries(fields)) {
    if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = values[name] === true;
    else field.value = values[name] === null || values[name] === undefined ? '' : String(values[name]);
  }
}

/**
 * @param {Record<string, Field>} fields
 * @returns {Record<string, any>} as the API takes them
 */
function valuesOf(fields) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      if (field instanceof HTMLInputElement && field.type === 'checkbox') return [name, field.checked];
      if (name === 'image') return [name, field.value === '' ? null : Number(field.value)];
      return [name, field.value];
    }),
  );
}

/** @param {string} title */
function slugOf(title) {
  return title
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-|-$/g, '');
}
