/** The strip at the foot of the desk: what just happened, said aloud too, and the way to take it back while there is one. */
import { byId, element } from '../look/element.js';
import { Refusal, serverNow } from './api.js';
import { button } from './parts.js';
import { countdown } from './words.js';

const strip = byId('strip', HTMLDivElement);
const said = byId('said', HTMLParagraphElement);
const actions = byId('strip-actions', HTMLDivElement);

/** @type {{ until: number, undo: () => Promise<unknown>, left: HTMLElement } | undefined} */
let undoable;

setInterval(tick, 500);

/**
 * @param {string} text
 * @param {{ problem?: boolean, undo?: { until: number, label: string, act: () => Promise<unknown> } }} options `until` in epoch milliseconds of the server
 */
export function say(text, { problem = false, undo } = {}) {
  strip.hidden = false;
  strip.classList.toggle('bad', problem);
  said.textContent = text;
  undoable = undefined;
  const close = button('Close', hush, { class: 'quiet' });
  if (undo) {
    // The clock is for the eye: a screen reader that hears each second hears nothing else.
    const left = element('span', { class: 'clock', 'aria-hidden': 'true' });
    const take = button('Undo', undoLast, { class: 'undo', 'aria-label': undo.label });
    undoable = { until: undo.until, undo: undo.act, left };
    actions.replaceChildren(left, take, close);
    tick();
  } else actions.replaceChildren(close);
}

/** @param {unknown} error */
export function sayRefusal(error) {
  if (!(error instanceof Refusal)) console.error(error);
  say(error instanceof Refusal ? error.message : 'Something went wrong on this page. Reload it.', { problem: true });
}

export function hush() {
  strip.hidden = true;
  undoable = undefined;
}

/** Takes the last decision back, where it still can be. */
export async function undoLast() {
  if (!undoable) return;
  const { undo } = undoable;
  undoable = undefined;
  await undo();
}

export function canUndoLast() {
  return undoable !== undefined;
}

function tick() {
  if (!undoable) return;
  const left = undoable.until - serverNow();
  undoable.left.textContent = countdown(left);
  if (left > 0) return;
  undoable = undefined;
  const hadFocus = actions.contains(document.activeElement);
  actions.replaceChildren(button('Close', hush, { class: 'quiet' }));
  if (hadFocus) actions.querySelector('button')?.focus();
}
