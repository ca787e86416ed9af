/**
 * What may stay of HTML that staff write: text, structure, links. No scripts, styles, frames, forms or drawings, and
 * what a script or style held goes with it. Loaded when something is stored, because nothing else needs it.
 */
import type sanitizeHtml from 'sanitize-html';

const options: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'div', 'span', 'br', 'hr'],
    ...['strong', 'b', 'em', 'i', 'u', 's', 'small', 'mark', 'sub', 'sup', 'abbr', 'cite', 'q', 'time'],
    ...['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote', 'pre', 'code', 'a'],
    ...['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
    ...['section', 'article', 'header', 'footer', 'aside', 'figure', 'figcaption', 'details', 'summary'],
  ],
  allowedAttributes: {
    '*': ['class', 'title', 'lang', 'dir'],
    a: ['href', 'target', 'rel'],
    abbr: ['title'],
    ol: ['start'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan', 'scope'],
    time: ['datetime'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowProtocolRelative: false,
  // A page that is opened in a new window must not be able to steer the one that opened it.
  transformTags: {
    a: (tagName, attribs) =>
      attribs.target === undefined
        ? { tagName, attribs }
        : { tagName, attribs: { ...attribs, target: '_blank', rel: 'noopener noreferrer' } },
  },
  nestingLimit: 50,
};

/** @returns the same for what it returned before */
export async function sanitize(html: string): Promise<string> {
  const { default: clean } = await import('sanitize-html');
  return clean(html, options).trim();
}
