/** Pieces that several views of the desk are made of. */
import { element } from '../look/element.js';
import { written } from './words.js';

/**
 * @param {string} label
 * @param {() => unknown} act
 * @param {Record<string, string | boolean>} attributes
 */
export function button(label, act, attributes = {}) {
  const node = element('button', { type: 'button', ...attributes }, label);
  node.addEventListener('click', act);
  return node;
}

/** @param {{ says: string, sign: string, tone: string }} state */
export function badge({ says, sign, tone }) {
  return element('span', { class: `badge ${tone}` }, element('span', { 'aria-hidden': 'true' }, sign), says);
}

/** @param {string} time ISO 8601 */
export function moment(time) {
  return element('time', { datetime: time }, written(time));
}

/** @param {[term: string, ...values: (Node | string)[]][]} entries those without a value are left out */
export function facts(entries) {
  const list = element('dl', { class: 'facts' });
  for (const [term, ...values] of entries) {
    if (values.every((value) => value === '')) continue;
    list.append(element('div', {}, element('dt', {}, term), element('dd', { dir: 'auto' }, ...values)));
  }
  return list;
}

/**
 * @param {string} title
 * @param {...(Node | string)} children
 */
export function part(title, ...children) {
  return element('section', { class: 'part' }, element('h3', {}, title), ...children);
}

/**
 * Ties what is wrong to the fields it is about.
 *
 * @param {HTMLFormElement} form whose fields have a `<name>-problem` that describes them
 * @param {{ field: string, says: string }[]} faults empty to clear
 * @returns {string} what belongs to no field
 */
export function showFaults(form, faults) {
  const left = [];
  for (const node of form.querySelectorAll('[data-problem]')) node.textContent = '';
  for (const field of fieldsOf(form)) field.removeAttribute('aria-invalid');
  for (const { field: name, says } of faults) {
    const field = fieldsOf(form).find((each) => each.name === name);
    const problem = form.querySelector(`[data-problem="${CSS.escape(name)}"]`);
    if (!field || !problem) {
      left.push(`${name} ${says}`.trim());
      continue;
    }
    field.setAttribute('aria-invalid', 'true');
    problem.textContent = `This ${says}.`;
  }
  fieldsOf(form)
    .find((field) => field.getAttribute('aria-invalid') === 'true')
    ?.focus();
  return left.join('; ');
}

/** @param {HTMLFormElement} form */
function fieldsOf(form) {
  return [...form.elements].filter(
    (node) =>
      node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement,
  );
}

/**
 * A label, its field, a hint and a place for what is wrong with it.
 *
 * @template {HTMLElement} Field
 * @param {string} label
 * @param {Field} field with an id and a name
 * @param {string} hint
 */
export function labelled(label, field, hint = '') {
  const { id } = field;
  const name = field.getAttribute('name') ?? id;
  field.setAttribute('aria-describedby', `${hint ? `${id}-hint ` : ''}${id}-problem`);
  return element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    field,
    ...(hint ? [element('p', { class: 'hint', id: `${id}-hint` }, hint)] : []),
    element('p', { class: 'problem', id: `${id}-problem`, 'data-problem': name }),
  );
}
