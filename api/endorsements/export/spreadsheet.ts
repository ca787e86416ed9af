/**
 * Text as a cell that no spreadsheet takes for a formula or for two cells (OWASP, CSV Injection; RFC 4180). Always in
 * quotes, because programs that split at semicolons or tabs keep to them; on one line, because many importers do not.
 *
 * PostgreSQL writes whole lines: a row is one value then, and not two dozen for this process to make and throw away.
 */

/** Characters that are not seen, of which a spreadsheet skips some and an importer splits at others. */
const unseen = String.raw`\u0001-\u0020\u007F-\u00A0\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF\uFFF9-\uFFFB\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0001\U000E0020-\U000E007F`;

/** What may be taken for the start of a formula, also in full width, or behind what is skipped. */
const formula = String.raw`^[${unseen}'"\u0060]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20\uFF5C\uFF05\uFE62\uFE63\uFE66\uFE6B\uFF1C]`;
const breaks = String.raw`[\u0001-\u001F\u007F-\u009F\u2028\u2029]+`;
/**
 * One look that nearly all cells pass, in place of three: they begin with a letter or a digit, and go on with what is
 * printed of the Latin alphabets and their punctuation.
 */
const plain = String.raw`^[A-Za-z0-9\u00C0-\u024F][ -~\u00A1-\u00AC\u00AE-\u024F\u2010-\u2027]*$`;

const literal = (pattern: string) => `'${pattern.replaceAll("'", "''")}'`;

/** @param text an SQL expression of type text @returns one of the cell */
export function textCell(text: string): string {
  const line = `btrim(regexp_replace(${text}, ${literal(breaks)}, ' ', 'g'))`;
  return `case
    when ${text} is null or ${text} = '' then '""'
    when ${text} ~ ${literal(plain)} then '"' || replace(${text}, '"', '""') || '"'
    else '"' || case when ${text} ~ ${literal(formula)} then '''' else '' end || replace(${line}, '"', '""') || '"' end`;
}

/** A number, a time or a word of ours: what the database wrote, which is no formula. */
export function plainCell(text: string): string {
  return `coalesce(${text}, '')`;
}
