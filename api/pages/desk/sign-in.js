/** Signing in: before anything else, or in the middle of something, over the page that stays as it is. */
import { byId } from '../look/element.js';
import { Refusal, signIn } from './api.js';

const dialog = byId('sign-in', HTMLDialogElement);
const form = /** @type {HTMLFormElement} */ (dialog.querySelector('form'));
const email = byId('email', HTMLInputElement);
const password = byId('password', HTMLInputElement);
const why = byId('sign-in-why', HTMLParagraphElement);
const problem = byId('sign-in-problem', HTMLParagraphElement);
const notNow = byId('not-now', HTMLButtonElement);

/** @type {Promise<import('./shapes.js').Me> | undefined} however many requests ask for it, there is one dialog */
let asking;

/**
 * @param {{ reason: string, mayLeave: boolean }} options
 * @returns {Promise<import('./shapes.js').Me>} @throws Refusal when they do not want to
 */
export function askToSignIn({ reason, mayLeave }) {
  asking ??= ask(reason, mayLeave).finally(() => {
    asking = undefined;
  });
  return asking;
}

/**
 * @param {string} reason
 * @param {boolean} mayLeave
 */
function ask(reason, mayLeave) {
  why.textContent = reason;
  notNow.hidden = !mayLeave;
  show({});
  if (!dialog.open) dialog.showModal();
  (email.value === '' ? email : password).focus();

  const done = new AbortController();
  const { signal } = done;
  return new Promise((resolve, reject) => {
    const leave = () => {
      dialog.close();
      reject(new Refusal(401, 'You are signed out. What you typed is still here; sign in to go on.'));
    };
    dialog.addEventListener(
      'cancel',
      (event) => {
        event.preventDefault();
        if (mayLeave) leave();
      },
      { signal },
    );
    notNow.addEventListener('click', leave, { signal });
    form.addEventListener(
      'submit',
      async (event) => {
        event.preventDefault();
        if (!complete()) return;
        try {
          const me = await signIn(email.value, password.value);
          password.value = '';
          dialog.close();
          resolve(me);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const fault = error.faults.find(({ field }) => field === 'email');
          show(fault ? { email: `This ${fault.says}.` } : { all: error.message });
          (fault ? email : password).focus();
        }
      },
      { signal },
    );
  }).finally(() => done.abort());
}

function complete() {
  show({
    email: email.value.trim() === '' ? 'Type your e-mail address.' : '',
    password: password.value === '' ? 'Type your password.' : '',
  });
  const first = [email, password].find((field) => field.getAttribute('aria-invalid') === 'true');
  first?.focus();
  return first === undefined;
}

/** @param {{ email?: string, password?: string, all?: string }} problems */
function show({ email: ofEmail = '', password: ofPassword = '', all = '' }) {
  problem.textContent = all;
  for (const [field, says] of /** @type {const} */ ([
    [email, ofEmail],
    [password, ofPassword],
  ])) {
    byId(`${field.id}-problem`, HTMLParagraphElement).textContent = says;
    field.setAttribute('aria-invalid', String(says !== ''));
  }
}
