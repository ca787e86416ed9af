/**
 * Templates as YAML: short tags (`!Ref`), keys in the order in which they were written, no anchors.
 *
 * Ours, because a template is texts, lists and objects, while a library has to ask every tag of a schema what each value
 * is: that took a fifth of `npm run generate`. What it writes js-yaml reads (read-yaml.ts), by the rules of YAML 1.1 and
 * 1.2 alike.
 */
import { Expression } from './expression.ts';

export function toYaml(value: unknown): string {
  return `${block(value, '').trimStart()}\n`;
}

/** What stands after a key's colon or a list's dash: on the same line, or below it on lines that begin with `indent`. */
function block(value: unknown, indent: string): string {
  if (Array.isArray(value) && value.length > 0) {
    // Not indented: CloudFormation counts bytes, and a twelfth of the account's template was such spaces.
    return value.map((item) => `\n${indent}-${beside(block(item, `${indent}  `))}`).join('');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Expression)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return ' {}';
    const below = (item: unknown) => block(item, Array.isArray(item) ? indent : `${indent}  `);
    return entries.map(([key, item]) => `\n${indent}${text(key, false)}:${below(item)}`).join('');
  }
  if (typeof value === 'string' && isProse(value)) return ` |\n${value.trimEnd().replace(/^(?=.)/gm, indent)}`;
  return ` ${flow(value, false)}`;
}

/** The first line of an object or a list in a list stands beside the dash. */
function beside(written: string): string {
  return written.startsWith('\n') ? ` ${written.trimStart()}` : written;
}

/** On one line. @param inList whether commas and brackets around it have a meaning */
function flow(value: unknown, inList: boolean): string {
  if (typeof value === 'string') return text(value, inList);
  // 1e21 is a text to YAML 1.1, 1.0e21 a number.
  if (typeof value === 'number') return String(value).replace(/^(-?\d+)e/, '$1.0e');
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Expression) return `!${value.name} ${argument(value.argument, inList)}`;
  if (Array.isArray(value)) return `[${value.map((item) => flow(item, true)).join(', ')}]`;
  throw new TypeError(`${value} cannot stand in a template.`);
}

/** Behind a tag every text is a text; only an empty one would be none. */
function argument(value: unknown, inList: boolean): string {
  return value === '' ? "''" : flow(value, inList);
}

/** What readers of YAML 1.1, of which CloudFormation is one, or of 1.2 take for something else: `on`, `12:30`, `0x1f`. */
const misread =
  /^(y|n|yes|no|on|off|true|false|null|~|=|<<|)$|^[-+]?(\.\d|\d[\d_,.:]*(e[-+]?\d*)?$)|^[-+]?0[xob]|^\d{4}-\d\d?-\d\d?|^[-+]?\.(inf|nan)$/i;
/** Begins a tag, an anchor, a comment, a list or another kind of quotes, or has a key's colon or a comment in it. */
const marked = /^[-?:](\s|$)|^[,[\]{}#&*!|>'"%@`]|:(\s|$)|\s#|^\s|\s$/;
/** Needs an escape. Whatever else is not ASCII may stand as it is. */
const unprintable = /[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|[\u2028\u2029]/u;

function text(value: string, inList: boolean): string {
  if (unprintable.test(value)) {
    const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(value).replace(new RegExp(unprintable, 'gu'), escaped);
  }
  const isPlain = !misread.test(value) && !marked.test(value) && !(inList && /[,[\]{}]/.test(value));
  return isPlain ? value : `'${value.replaceAll("'", "''")}'`;
}

/** Lines of code, which a person is to read as lines. */
function isProse(value: string): boolean {
  return value.endsWith('\n') && !/^\s|[^\x20-\x7e\n]|[ ]\n|\n\n$/.test(value);
}
