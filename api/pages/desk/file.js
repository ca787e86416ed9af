/**
 * One endorsement: what it says, who it is of, what speaks against it, and what may be decided.
 *
 * @import { Desk, File, Row } from './shapes.js'
 */
import { byId, element } from '../look/element.js';
import { get, Refusal, serverNow, write } from './api.js';
import { decide, withReason } from './decide.js';
import { contents } from './file-contents.js';
import { onKey } from './keys.js';
import { badge, button } from './parts.js';
import { canUndoLast, say, sayRefusal, undoLast } from './strip.js';
import { countdown, decisions, statuses, statusOf, written } from './words.js';

/** @typedef {import('./decide.js').Action} Action */

/**
 * @typedef {object} Around
 * @property {(row: Row) => void} changed
 * @property {(by: 1 | -1) => void} step
 * @property {(id: number) => { previous: boolean, next: boolean, place: string }} neighbours
 * @property {boolean} [focus] false to leave the focus where it is
 */

const pane = byId('file', HTMLElement);

const state = {
  /** @type {Desk | undefined} */
  desk: undefined,
  /** @type {Around | undefined} */
  around: undefined,
  /** @type {File | undefined} */
  file: undefined,
  /** @type {number | undefined} */
  wanted: undefined,
  /** While a decision is on its way, a second one would be about something else. */
  busy: false,
};

for (const [key, action] of /** @type {[string, string][]} */ ([
  ['a', 'approve'],
  ['d', 'display'],
  ['r', 'reject'],
])) {
  onKey(key, () => press(action));
}
onKey('u', () => {
  if (canUndoLast()) undoLast().catch(sayRefusal);
  else press('undo');
});
setInterval(tick, 500);

/**
 * @param {Desk} desk
 * @param {number} id
 * @param {Around} around
 */
export async function openFile(desk, id, around) {
  Object.assign(state, { desk, around, wanted: id });
  pane.setAttribute('aria-busy', 'true');
  try {
    const file = await get(`/api/staff/endorsements/${id}/`);
    // Somebody who holds a key down has gone on by now.
    if (state.wanted === id) draw(file, { focus: around.focus ?? true });
  } catch (error) {
    if (state.wanted === id) {
      state.file = undefined;
      pane.replaceChildren(
        element(
          'p',
          { class: 'problem', role: 'alert' },
          error instanceof Refusal ? error.message : 'This could not be shown.',
        ),
        element('p', {}, element('a', { href: '/desk' }, 'Back to the list')),
      );
      pane.hidden = false;
    }
    throw error;
  } finally {
    pane.removeAttribute('aria-busy');
  }
}

export function closeFile() {
  state.wanted = state.file = undefined;
  pane.hidden = true;
  pane.replaceChildren();
}

/**
 * @param {File} file
 * @param {{ focus?: boolean, conflict?: string }} options
 */
function draw(file, { focus = false, conflict = '' }) {
  const notes = /** @type {HTMLTextAreaElement | null} */ (pane.querySelector('#notes'));
  const isSame = state.file?.id === file.id;
  // What is being written about it outlives its being drawn anew.
  const typed = notes && isSame && notes.value !== state.file?.admin_notes ? notes.value : undefined;
  const act =
    document.activeElement instanceof HTMLElement && pane.contains(document.activeElement)
      ? document.activeElement.dataset.act
      : undefined;
  state.file = file;
  const desk = /** @type {Desk} */ (state.desk);
  const title = element('h2', { id: 'file-title', tabindex: '-1', dir: 'auto' }, file.stakeholder.name);
  const status = statuses[statusOf(file)];
  pane.replaceChildren(
    toolbar(file),
    title,
    element('p', { class: 'as', dir: 'auto' }, file.signed_as, ' · ', file.campaign.title),
    element(
      'p',
      { class: 'badges' },
      ...(status ? [badge(status)] : []),
      badge(
        file.is_public
          ? { says: 'On the public list', sign: '◉', tone: 'good' }
          : { says: whyNotPublic(file), sign: '○', tone: 'calm' },
      ),
    ),
    element(
      'div',
      { class: 'conflict', role: 'alert', tabindex: '-1' },
      ...(conflict ? [element('p', {}, conflict)] : []),
    ),
    ...(desk.can('endorsements:review') ? [choices(file)] : []),
    ...contents(file, desk, { saveNotes }),
  );
  pane.hidden = false;
  const area = /** @type {HTMLTextAreaElement | null} */ (pane.querySelector('#notes'));
  if (typed !== undefined && area) area.value = typed;
  if (conflict) /** @type {HTMLElement} */ (pane.querySelector('.conflict')).focus();
  else if (focus) {
    title.focus();
    pane.scrollTop = 0;
    if (matchMedia('(max-width: 60rem)').matches) scrollTo(0, 0);
  } else if (act) /** @type {HTMLElement} */ (pane.querySelector(`[data-act="${act}"]`) ?? title).focus();
  tick();
}

/** What is not offered at this moment is not there to be pressed. @param {string} act */
function press(act) {
  const found = pane.querySelector(`button[data-act="${act}"]`);
  if (found instanceof HTMLElement) found.click();
}

/** @param {File} file */
function toolbar({ id }) {
  const { desk, around } = /** @type {{ desk: Desk, around: Around }} */ (state);
  const { previous, next, place } = around.neighbours(id);
  return element(
    'div',
    { class: 'toolbar' },
    button('← List', () => desk.go({ id: null }), { class: 'quiet back' }),
    element('span', { class: 'place' }, place),
    button('Previous', () => around.step(-1), {
      class: 'quiet',
      'data-act': 'previous',
      disabled: !previous,
      'aria-keyshortcuts': 'k',
    }),
    button('Next', () => around.step(1), {
      class: 'quiet',
      'data-act': 'next',
      disabled: !next,
      'aria-keyshortcuts': 'j',
    }),
  );
}

/** @param {File} file */
function whyNotPublic({ status, reviewed_at, public_display, display_publicly, campaign }) {
  if (!public_display) return 'Not to be shown: the person wants it so';
  if (status !== 'approved' || !reviewed_at) return 'Not in public';
  if (!display_publicly) return 'Not shown yet';
  return campaign.active ? 'Not in public' : 'Not in public: the campaign is not active';
}

/**
 * What may be decided at this moment; what may not is not there.
 *
 * @param {File} file
 */
function choices(file) {
  const { status, verified_at, reviewed_at, public_display, display_publicly, proposed, held } = file;
  const isOpen = status !== 'withdrawn';
  const isApproved = status === 'approved' && reviewed_at !== null;
  const group = element('div', { class: 'choices', role: 'group', 'aria-label': 'Decide' });
  const canApprove = isOpen && verified_at !== null && (!isApproved || proposed !== null);
  const add = (
    /** @type {string} */ label,
    /** @type {() => unknown} */ act,
    /** @type {Record<string, string | boolean>} */ attributes,
  ) => group.append(button(label, act, attributes));

  if (canApprove && public_display && !display_publicly) {
    add('Approve and show', () => run('approve', { display: true }), {
      'data-act': 'display',
      'aria-keyshortcuts': 'd',
    });
  }
  if (canApprove)
    add('Approve', () => run('approve'), { 'data-act': 'approve', 'aria-keyshortcuts': 'a', class: 'second' });
  if (isApproved && public_display && !display_publicly && !proposed)
    add('Show in public', () => run('show'), { 'data-act': 'show' });
  if (display_publicly) add('Take off the public list', () => run('hide'), { 'data-act': 'hide', class: 'second' });
  if (held) add('Release from spam', () => run('release'), { 'data-act': 'release', class: 'second' });
  if (isOpen && verified_at === null && !held)
    add('Send the link again', resend, { 'data-act': 'resend', class: 'second' });
  if (isOpen && status !== 'rejected')
    add('Reject…', reject, { 'data-act': 'reject', 'aria-keyshortcuts': 'r', class: 'danger second' });
  if (file.undo_until && Date.parse(file.undo_until) > serverNow()) {
    const undo = button('Undo', () => run('undo'), { 'data-act': 'undo', class: 'second', 'aria-keyshortcuts': 'u' });
    undo.append(' ', element('span', { class: 'clock', 'aria-hidden': 'true' }));
    group.append(undo);
  }
  if (!verified_at && isOpen)
    group.append(
      element('p', { class: 'hint' }, 'It can be approved once the person has followed the link of the mail.'),
    );
  return group;
}

function tick() {
  const clock = pane.querySelector('.choices .clock');
  if (!clock || !state.file?.undo_until) return;
  const left = Date.parse(state.file.undo_until) - serverNow();
  clock.textContent = countdown(left);
  if (left > 0) return;
  const undo = clock.closest('button');
  if (undo === document.activeElement) /** @type {HTMLElement} */ (pane.querySelector('h2')).focus();
  undo?.remove();
}

function reject() {
  const { file } = state;
  if (file) withReason(file.stakeholder.name, (reason) => attempt(file, 'reject', { reason })).catch(sayRefusal);
}

/**
 * @param {Action} action
 * @param {{ display?: boolean }} more
 * @param {Row | undefined} row
 */
async function run(action, more = {}, row = state.file) {
  if (row) await attempt(row, action, more).catch(sayRefusal);
}

/**
 * @param {Row} row
 * @param {Action} action
 * @param {{ display?: boolean, reason?: string }} more
 */
async function attempt(row, action, more) {
  if (state.busy) return;
  state.busy = true;
  try {
    const { message } = await decide(row, action, more);
    const fresh = await look(row.id);
    const { undo_until: until } = fresh;
    const name = row.stakeholder.name;
    const undo =
      until && action !== 'undo'
        ? { until: Date.parse(until), label: `Undo: ${name}`, act: () => run('undo', {}, fresh) }
        : undefined;
    say(`${name}: ${message}`, undo ? { undo } : {});
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 409) throw error;
    await look(row.id, error.message);
  } finally {
    state.busy = false;
  }
}

/**
 * Reads it anew, and draws it where it is still the one that is open.
 *
 * @param {number} id
 * @param {string} [refused] why the decision was not taken
 * @returns {Promise<File>}
 */
async function look(id, refused) {
  /** @type {File} */
  const fresh = await get(`/api/staff/endorsements/${id}/`);
  const last = fresh.reviews.at(-1);
  const who =
    refused && last
      ? ` ${last.reviewer} ${decisions[last.decision] ?? last.decision} on ${written(last.at)}${last.reason ? `: “${last.reason}”` : ''}.`
      : '';
  if (state.wanted === id) draw(fresh, refused ? { conflict: `${refused}${who} This is how it stands now.` } : {});
  else if (refused) say(`${fresh.stakeholder.name}: ${refused}`, { problem: true });
  state.around?.changed(fresh);
  return fresh;
}

async function resend() {
  const { file } = state;
  if (!file) return;
  try {
    const { message } = await write('POST', `/api/staff/endorsements/${file.id}/resend/`);
    await look(file.id);
    say(`${file.stakeholder.name}: ${message}`);
  } catch (error) {
    sayRefusal(error);
  }
}

/** @param {string} notes */
async function saveNotes(notes) {
  const { file } = state;
  if (!file) return;
  const fresh = await write('PATCH', `/api/staff/endorsements/${file.id}/`, { admin_notes: notes });
  if (state.file?.id === file.id) state.file = fresh;
  state.around?.changed(fresh);
  say('The notes are saved.');
}
