/**
 * Text as a cell that no spreadsheet takes for a formula or for two cells (OWASP, CSV Injection; RFC 4180). Always in
 * quotes, because programs that split at semicolons or tabs keep to them; on one line, because many importers do not.
 */

/** What a spreadsheet may take for the start of a formula, also in full width, or behind what it skips. */
const formula = /^[\s\p{Cf}\p{Zs}'"`]*[=+\-@|%＝＋－＠｜％﹦﹢﹣﹫]/u;
/** Cheaper than the one above, and true for nearly all cells. */
const harmless = /^[A-Za-z0-9][^"\p{Cc}\u2028\u2029]*$/u;
const breaks = /[\p{Cc}\u2028\u2029]+/gu;

export function textCell(text: string | null): string {
  if (text === null || text === '') return '""';
  if (harmless.test(text)) return `"${text}"`;
  const line = text.replace(breaks, ' ').trim().replaceAll('"', '""');
  return formula.test(line) ? `"'${line}"` : `"${line}"`;
}

/** A number, a time or a word of ours: what the database wrote, which is no formula. */
export function plainCell(text: string | null): string {
  return text ?? '';
}
