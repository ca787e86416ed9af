/** Single keys for who reviews by keyboard, their list, and the switch that turns them off (WCAG 2.1.4). */
import { byId, element } from '../look/element.js';

/** What a key presses: the first button or link on the page, of those that are shown, with this shortcut. */
const keys = {
  j: 'Next endorsement',
  k: 'Previous endorsement',
  a: 'Approve',
  d: 'Approve and show in public',
  r: 'Reject, with a reason',
  u: 'Undo the last decision',
  x: 'Select the open endorsement, or not',
  '/': 'Search',
  '?': 'This list',
};

const dialog = byId('keys', HTMLDialogElement);
const isOn = byId('keys-on', HTMLInputElement);
const stored = 'desk-single-keys';

/** @type {Record<string, () => unknown>} */
const acts = { '?': showKeys, '/': search };

/**
 * @param {string} key
 * @param {() => unknown} act
 */
export function onKey(key, act) {
  acts[key] = act;
}

export function listenToKeys() {
  isOn.checked = localStorage.getItem(stored) !== 'off';
  isOn.addEventListener('change', () => localStorage.setItem(stored, isOn.checked ? 'on' : 'off'));
  byId('keys-list', HTMLDListElement).replaceChildren(
    ...Object.entries(keys).map(([key, does]) =>
      element('div', {}, element('dt', {}, element('kbd', {}, key)), element('dd', {}, does)),
    ),
  );
  dialog.querySelector('button')?.addEventListener('click', () => dialog.close());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !isOn.checked) return;
    if (document.querySelector('dialog[open]') || isTyping(event.target)) return;
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

export function showKeys() {
  dialog.showModal();
  byId('keys-title', HTMLElement).focus();
}

function search() {
  if (byId('queue', HTMLElement).hidden) return;
  byId('narrow', HTMLDetailsElement).open = true;
  byId('search', HTMLInputElement).focus();
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
