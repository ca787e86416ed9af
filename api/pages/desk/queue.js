/**
 * The piles: their counts, what narrows them, the list, and the endorsement that is open beside it.
 *
 * @import { Campaign, Desk, Row } from './shapes.js'
 */
import { byId, element } from '../look/element.js';
import { get, page, serverNow } from './api.js';
import { startBulk } from './bulk.js';
import { startExport } from './export.js';
import { closeFile, openFile } from './file.js';
import { onKey } from './keys.js';
import { badge } from './parts.js';
import { sayRefusal } from './strip.js';
import { piles, statuses, statusOf, written } from './words.js';

const nav = byId('piles', HTMLElement);
const form = byId('filters', HTMLFormElement);
const pileChoice = byId('pile', HTMLSelectElement);
const campaignChoice = byId('campaign', HTMLSelectElement);
const search = byId('search', HTMLInputElement);
const narrowed = byId('narrowed', HTMLDivElement);
const counted = byId('counted', HTMLParagraphElement);
const list = byId('rows', HTMLUListElement);
const more = byId('more', HTMLButtonElement);
const section = byId('queue', HTMLElement);

/** Beside the list; the others are in the choice. */
const firstPiles = ['review', 'held', 'all'];

const state = {
  /** @type {Desk | undefined} */
  desk: undefined,
  /** What the list was read for. */
  filter: '',
  /** @type {Row[]} */
  rows: [],
  /** @type {string | undefined} */
  next: undefined,
  /** @type {Record<string, number>} */
  counts: {},
  /** @type {Set<number>} */
  selected: new Set(),
  /** @type {number | undefined} */
  open: undefined,
};

const bulk = startBulk({ selected: state.selected, rows: () => state.rows, changed: afterBulk, drawn: drawRows });

/**
 * @param {Desk} desk
 * @param {{ isAnother: boolean }} options
 */
export async function openQueue(desk, { isAnother }) {
  if (!state.desk) begin(desk);
  const here = desk.here();
  const filter = filterOf(here);
  const id = Number(here.get('id')) || undefined;
  const wasOpen = state.open;
  state.open = id;
  section.classList.toggle('has-file', id !== undefined);
  if (filter !== state.filter || isAnother) {
    state.filter = filter;
    state.selected.clear();
    const reading = refresh();
    if (isAnother) byId('queue-title', HTMLElement).parentElement?.scrollIntoView();
    if (id === undefined) await reading;
    else reading.catch(sayRefusal);
  }
  drawRows();
  if (id !== wasOpen) linkOf(id)?.scrollIntoView({ block: 'nearest' });
  if (id === undefined) {
    closeFile();
    if (wasOpen !== undefined) linkOf(wasOpen)?.focus();
  } else if (id !== wasOpen || byId('file', HTMLElement).hidden)
    await openFile(desk, id, { changed: afterDecision, step, neighbours });
}

/** @param {URLSearchParams} here */
function filterOf(here) {
  const wanted = new URLSearchParams({ pile: here.get('pile') ?? 'review' });
  for (const [ours, theirs] of [
    ['campaign', 'campaign_id'],
    ['search', 'search'],
    ['similar', 'similar_to'],
  ]) {
    const value = here.get(ours ?? '');
    if (value && theirs) wanted.set(theirs, value);
  }
  return String(wanted);
}

/** @param {Desk} desk */
function begin(desk) {
  state.desk = desk;
  const apply = () =>
    desk.go({
      pile: pileChoice.value,
      campaign: campaignChoice.value,
      search: search.value.trim(),
      similar: null,
      id: null,
    });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    apply();
  });
  pileChoice.addEventListener('change', apply);
  campaignChoice.addEventListener('change', apply);
  more.addEventListener('click', () => readMore().catch(sayRefusal));
  onKey('j', () => step(1));
  onKey('k', () => step(-1));
  onKey('x', () => state.open !== undefined && bulk.toggle(state.open));
  startExport(desk);
}

/** Reads the list, the counts and the campaigns anew. */
async function refresh() {
  const desk = /** @type {Desk} */ (state.desk);
  const { filter } = state;
  list.setAttribute('aria-busy', 'true');
  try {
    const [first, campaigns] = await Promise.all([
      page(`/api/staff/endorsements/?${filter}&limit=50`),
      get('/api/staff/campaigns/?limit=200'),
      recount(),
    ]);
    if (filter !== state.filter) return;
    state.rows = first.body;
    state.next = first.next;
    drawFilters(desk, campaigns);
    drawRows();
    counted.textContent = saidCount();
  } finally {
    list.setAttribute('aria-busy', 'false');
  }
}

async function readMore() {
  if (!state.next) return;
  const { body, next } = await page(state.next);
  const first = body[0]?.id;
  state.rows.push(...body);
  state.next = next;
  drawRows();
  counted.textContent = saidCount();
  linkOf(first)?.focus();
}

async function recount() {
  const campaign = new URLSearchParams(state.filter).get('campaign_id');
  state.counts = await get(`/api/staff/endorsements/piles/${campaign ? `?campaign_id=${campaign}` : ''}`);
  drawPiles();
}

function drawPiles() {
  const here = /** @type {Desk} */ (state.desk).here();
  const current = here.get('pile') ?? 'review';
  const campaign = here.get('campaign');
  nav.replaceChildren(
    ...firstPiles.map((name) =>
      element(
        'a',
        {
          href: `/desk?${new URLSearchParams({ pile: name, ...(campaign ? { campaign } : {}) })}`,
          ...(name === current ? { 'aria-current': 'page' } : {}),
        },
        piles[name] ?? name,
        ' ',
        element('span', { class: 'count' }, String(state.counts[name] ?? 0)),
      ),
    ),
  );
  pileChoice.replaceChildren(
    ...Object.entries(piles).map(([name, title]) =>
      element('option', { value: name, selected: name === current }, `${title} (${state.counts[name] ?? 0})`),
    ),
  );
}

/**
 * @param {Desk} desk
 * @param {Campaign[]} campaigns
 */
function drawFilters(desk, campaigns) {
  const here = desk.here();
  campaignChoice.replaceChildren(
    element('option', { value: '' }, 'All campaigns'),
    ...campaigns.map(({ id, title, active }) =>
      element(
        'option',
        { value: String(id), selected: String(id) === here.get('campaign') },
        active ? title : `${title} (not active)`,
      ),
    ),
  );
  search.value = here.get('search') ?? '';
  // What narrows the list is in sight.
  if (here.has('search') || here.has('campaign')) byId('narrow', HTMLDetailsElement).open = true;
  const similar = here.get('similar');
  narrowed.replaceChildren();
  if (similar) {
    narrowed.append(
      element(
        'p',
        { class: 'notice' },
        `Only statements nearly like that of endorsement ${similar}. `,
        element('a', { href: '/desk?pile=all' }, 'Show all'),
      ),
    );
  }
}

function saidCount() {
  const { length } = state.rows;
  if (length === 0) return 'Nothing in this pile.';
  const word = length === 1 ? 'endorsement' : 'endorsements';
  return state.next ? `The newest ${length} ${word}.` : `${length} ${word}, the newest first.`;
}

function drawRows() {
  const focused =
    document.activeElement instanceof HTMLElement && list.contains(document.activeElement)
      ? [document.activeElement.closest('li')?.dataset.id, document.activeElement.tagName]
      : undefined;
  list.replaceChildren(...state.rows.map(line));
  more.hidden = state.next === undefined;
  bulk.draw(state.desk?.can('endorsements:review') ?? false);
  if (focused)
    /** @type {HTMLElement | null} */ (list.querySelector(`[data-id="${focused[0]}"] ${focused[1]}`))?.focus();
}

/** @param {Row} row */
function line(row) {
  const { id, stakeholder, campaign, statement } = row;
  const here = /** @type {Desk} */ (state.desk).here();
  here.set('id', String(id));
  const isOpen = id === state.open;
  const link = element(
    'a',
    { href: `/desk?${here}`, dir: 'auto', ...(isOpen ? { 'aria-current': 'true' } : {}) },
    stakeholder.name,
  );
  const select = element('input', {
    type: 'checkbox',
    'aria-label': `Select ${stakeholder.name}`,
    checked: state.selected.has(id),
  });
  select.addEventListener('change', () => bulk.toggle(id));
  return element(
    'li',
    { 'data-id': String(id), class: isOpen ? 'open' : '' },
    ...(state.desk?.can('endorsements:review') ? [element('span', { class: 'select' }, select)] : []),
    element(
      'div',
      { class: 'line' },
      element('p', { class: 'name' }, link, element('time', { datetime: row.created_at }, written(row.created_at))),
      element('p', { class: 'as', dir: 'auto' }, row.signed_as, ' · ', campaign.title),
      ...(statement ? [element('p', { class: 'excerpt', dir: 'auto' }, statement)] : []),
      element('p', { class: 'badges' }, ...badgesOf(row)),
    ),
  );
}

/** @param {Row} row */
function badgesOf(row) {
  const status = statuses[statusOf(row)];
  return [
    ...(status ? [badge(status)] : []),
    ...(row.is_public ? [badge({ says: 'In public', sign: '◉', tone: 'good' })] : []),
    ...(row.spam_score > 0
      ? [badge({ says: `Spam ${Math.round(row.spam_score * 100)} %`, sign: '⚑', tone: row.held ? 'bad' : 'calm' })]
      : []),
    ...(row.proposed ? [badge({ says: 'Other details', sign: '≠', tone: 'waiting' })] : []),
    ...(row.mail === 'dead' || row.mail === 'unknown'
      ? [badge({ says: 'Mail not delivered', sign: '✉', tone: 'bad' })]
      : []),
    ...(row.similar > 0 ? [badge({ says: `${row.similar} alike`, sign: '≈', tone: 'calm' })] : []),
    ...(row.undo_until && Date.parse(row.undo_until) > serverNow()
      ? [badge({ says: 'Can be undone', sign: '↶', tone: 'calm' })]
      : []),
  ];
}

/** @param {number | undefined} id */
function linkOf(id) {
  return /** @type {HTMLAnchorElement | null} */ (list.querySelector(`[data-id="${id}"] a`));
}

/**
 * Opens the next or the previous one of the list.
 *
 * @param {1 | -1} by
 */
function step(by) {
  if (section.hidden) return;
  const at = state.rows.findIndex(({ id }) => id === state.open);
  const row = state.rows[at === -1 ? (by === 1 ? 0 : -1) : at + by];
  if (row) state.desk?.go({ id: row.id });
}

/** @param {number} id */
function neighbours(id) {
  const at = state.rows.findIndex((row) => row.id === id);
  return {
    previous: at > 0,
    next: at !== -1 && at < state.rows.length - 1,
    place: at === -1 ? '' : `${at + 1} of ${state.rows.length}`,
  };
}

/** Keeps the line where it was, with what it is now: whoever decides looks for it there.
 *
 * @param {Row} row
 */
function afterDecision(row) {
  const at = state.rows.findIndex(({ id }) => id === row.id);
  if (at !== -1) state.rows[at] = row;
  drawRows();
  recount().catch(sayRefusal);
}

async function afterBulk() {
  await refresh();
  const { desk, open } = state;
  if (desk && open !== undefined)
    await openFile(desk, open, { changed: afterDecision, step, neighbours, focus: false });
}
