/**
 * Deciding on several at once: what is selected, and what one may do with it.
 *
 * @import { Row } from './shapes.js'
 */
import { byId, element } from '../look/element.js';
import { serverNow } from './api.js';
import { decideOnMany, withReason } from './decide.js';
import { button } from './parts.js';
import { say, sayRefusal } from './strip.js';

/** @typedef {import('./decide.js').Action} Action */

const bar = byId('bulk', HTMLFieldSetElement);
const undoMilliseconds = 120_000;

/** @type {Partial<Record<Action, string>>} */
const done = {
  approve: 'approved',
  reject: 'rejected',
  show: 'shown',
  hide: 'not shown any more',
  release: 'released',
  undo: 'as before',
};

/**
 * @param {object} list
 * @param {Set<number>} list.selected
 * @param {() => Row[]} list.rows
 * @param {() => Promise<void>} list.changed after something was decided
 * @param {() => void} list.drawn draws the list anew
 */
export function startBulk({ selected, rows, changed, drawn }) {
  /** @param {number} id */
  function toggle(id) {
    if (!selected.delete(id)) selected.add(id);
    drawn();
  }

  /** @param {boolean} mayDecide */
  function draw(mayDecide) {
    bar.hidden = !mayDecide || rows().length === 0;
    if (bar.hidden) return;
    const focused =
      document.activeElement instanceof HTMLElement && bar.contains(document.activeElement)
        ? document.activeElement.dataset.act
        : undefined;
    const all = element('input', { type: 'checkbox', 'data-act': 'all', checked: selected.size === rows().length });
    all.indeterminate = selected.size > 0 && selected.size < rows().length;
    all.addEventListener('change', () => {
      const add = selected.size < rows().length;
      selected.clear();
      if (add) for (const { id } of rows()) selected.add(id);
      drawn();
    });
    bar.replaceChildren(
      element('label', { class: 'check' }, all, ' Select all'),
      element('span', { class: 'hint' }, selected.size === 0 ? '' : `${selected.size} selected`),
      ...(selected.size === 0
        ? []
        : [
            button('Approve', () => act('approve'), { 'data-act': 'approve' }),
            button('Approve and show', () => act('approve', { display: true }), {
              'data-act': 'display',
              class: 'quiet',
            }),
            button('Reject…', reject, { 'data-act': 'reject', class: 'quiet' }),
            ...([...selected].some((id) => rows().find((row) => row.id === id)?.held)
              ? [button('Release from spam', () => act('release'), { 'data-act': 'release', class: 'quiet' })]
              : []),
          ]),
    );
    if (focused) /** @type {HTMLElement | null} */ (bar.querySelector(`[data-act="${focused}"]`))?.focus();
  }

  function reject() {
    withReason(many(selected.size), (reason) => run('reject', [...selected], { reason })).catch(sayRefusal);
  }

  /**
   * @param {Action} action
   * @param {{ display?: boolean }} more
   */
  function act(action, more = {}) {
    run(action, [...selected], more).catch(sayRefusal);
  }

  /**
   * @param {Action} action
   * @param {number[]} ids
   * @param {{ display?: boolean, reason?: string }} more
   */
  async function run(action, ids, more = {}) {
    // The API takes 200 at once; a list that was read further is sent in parts.
    const answers = [];
    for (let from = 0; from < ids.length; from += 200)
      answers.push(await decideOnMany(ids.slice(from, from + 200), action, more));
    const results = answers.flatMap((answer) => answer.results);
    const hit = results.filter((result) => result.changed).map(({ id }) => id);
    const refused = results.filter(({ status }) => status === null);
    const names = new Map(rows().map((row) => [row.id, row.stakeholder.name]));
    const mails = answers.reduce((sum, answer) => sum + answer.mails, 0);
    const text = [
      `${many(hit.length)} ${done[action]}.`,
      ...(mails > 0 ? [`${mails === 1 ? 'One mail leaves' : `${mails} mails leave`} in two minutes.`] : []),
      ...refused.map(({ id, message }) => `${names.get(id) ?? `Endorsement ${id}`}: ${message}`),
    ].join(' ');
    selected.clear();
    await changed();
    const undo = {
      until: serverNow() + undoMilliseconds,
      label: `Undo: ${many(hit.length)} ${done[action]}`,
      act: () => run('undo', hit).catch(sayRefusal),
    };
    say(text, {
      problem: refused.length > 0,
      ...(hit.length > 0 && action !== 'undo' && action !== 'release' ? { undo } : {}),
    });
  }

  return { toggle, draw };
}

/** @param {number} count */
function many(count) {
  return count === 1 ? '1 endorsement' : `${count} endorsements`;
}
