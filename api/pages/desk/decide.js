/**
 * Deciding: one endorsement or many, with a reason where it is a rejection, and taking it back.
 *
 * @import { Decided, Row } from './shapes.js'
 */
import { byId } from '../look/element.js';
import { Refusal, write } from './api.js';

/** @typedef {'approve' | 'reject' | 'show' | 'hide' | 'release' | 'undo'} Action */

const dialog = byId('reject', HTMLDialogElement);
const form = /** @type {HTMLFormElement} */ (dialog.querySelector('form'));
const reason = byId('reason', HTMLTextAreaElement);
const problem = byId('reason-problem', HTMLParagraphElement);
const title = byId('reject-title', HTMLElement);

/**
 * @param {Row} row as it was seen; somebody else's decision in the meantime refuses this one
 * @param {Action} action
 * @param {{ display?: boolean, reason?: string }} more
 * @returns {Promise<Decided>} @throws Refusal 409 with the title "Changed meanwhile"
 */
export function decide({ id, version }, action, more = {}) {
  return write('POST', `/api/staff/endorsements/${id}/${action}/`, { version, ...more });
}

/**
 * @param {number[]} ids
 * @param {Action} action
 * @param {{ display?: boolean, reason?: string }} more
 * @returns {Promise<{ changed: number, unchanged: number, refused: number, mails: number, results: { id: number, changed: boolean, status: string | null, message: string }[] }>}
 */
export function decideOnMany(ids, action, more = {}) {
  return write('POST', '/api/staff/endorsements/bulk/', { ids, action, ...more });
}

/**
 * Asks for the reason, and stays open with it until the decision is made.
 *
 * @template T
 * @param {string} whom
 * @param {(reason: string) => Promise<T>} act
 * @returns {Promise<T | undefined>} undefined when it was called off
 */
export function withReason(whom, act) {
  title.textContent = `Reject ${whom}?`;
  reason.value = '';
  say('');
  dialog.showModal();
  reason.focus();
  const done = new AbortController();
  const { signal } = done;
  const over = new Promise((resolve, reject) => {
    dialog.addEventListener('close', () => resolve(undefined), { signal });
    dialog.querySelector('[value="cancel"]')?.addEventListener('click', () => dialog.close(), { signal });
    form.addEventListener(
      'submit',
      async (event) => {
        event.preventDefault();
        say('');
        try {
          const result = await act(reason.value);
          resolve(result);
          dialog.close();
        } catch (error) {
          if (error instanceof Refusal && error.status !== 409) {
            say(error.faults[0] ? `This ${error.faults[0].says}.` : error.message);
            reason.focus();
            return;
          }
          reject(error);
          dialog.close();
        }
      },
      { signal },
    );
  });
  return /** @type {Promise<T | undefined>} */ (over.finally(() => done.abort()));
}

/** @param {string} text empty for nothing */
function say(text) {
  problem.textContent = text;
  reason.setAttribute('aria-invalid', String(text !== ''));
}
