/**
 * HTML that the API has sanitised, as nodes. It is built anew from what is on this list, so that nothing that the API
 * stores can act here, whatever it stores.
 */
import { element } from '../look/element.js';

const kept = new Set(
  (
    'h1 h2 h3 h4 h5 h6 p div span br hr strong b em i u s small mark sub sup abbr cite q time ul ol li dl dt dd ' +
    'blockquote pre code a table caption thead tbody tfoot tr th td section article header footer aside figure ' +
    'figcaption details summary'
  ).split(' '),
);

/**
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function preview(html) {
  // A document of its own, in which nothing runs and nothing is loaded.
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const fragment = document.createDocumentFragment();
  fragment.append(...copies(parsed.body));
  return fragment;
}

/**
 * @param {Node} parent
 * @returns {(Node | string)[]}
 */
function copies(parent) {
  return [...parent.childNodes].flatMap((node) => copy(node));
}

/**
 * @param {Node} node
 * @returns {(Node | string)[]}
 */
function copy(node) {
  if (node instanceof Text) return [node.data];
  if (!(node instanceof Element) || !kept.has(node.localName)) return [];
  const tag = /** @type {keyof HTMLElementTagNameMap} */ (node.localName);
  return [element(tag, attributes(node), ...copies(node))];
}

/**
 * @param {Element} node
 * @returns {Record<string, string>}
 */
function attributes(node) {
  const href = node.getAttribute('href');
  return node.localName === 'a' && href && /^(https?:|mailto:|tel:|\/(?!\/)|#)/i.test(href)
    ? { href, target: '_blank', rel: 'noopener noreferrer' }
    : {};
}
