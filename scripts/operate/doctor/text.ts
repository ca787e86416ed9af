/** Checks as lines for people. */
import { columns, dim, green, printable, red, yellow } from '../../terminal/style.ts';
import type { Check } from './examination.ts';

const symbols = { ok: green('✓'), failed: red('✗'), 'not checked': yellow('–') };
const nameWidth = 34;

export function line({ name, outcome, milliseconds, found, remedy }: Check): string {
  const time = milliseconds > 0 ? dim(`${milliseconds} ms`) : '';
  const said = printable(found).replaceAll('\n', '\n    ');
  const row = columns([[symbols[outcome], name.padEnd(nameWidth), outcome === 'not checked' ? dim(said) : said, time]]);
  return remedy === undefined ? row : `${row}\n    → ${printable(remedy).replaceAll('\n', '\n      ')}`;
}

export function summary(checks: readonly Check[]): string {
  const count = (outcome: Check['outcome']) => checks.filter((check) => check.outcome === outcome).length;
  const [failed, unknown] = [count('failed'), checks.filter(isUnknown).length];
  const rest = [
    `${count('ok')} ok`,
    `${failed} failed`,
    `${count('not checked')} not checked${unknown > 0 ? `, ${unknown} of them because nobody could look` : ''}`,
  ].join(', ');
  return `${failed > 0 ? red('✗') : unknown > 0 ? yellow('–') : green('✓')} ${rest}`;
}

const isUnknown = ({ outcome, remedy }: Check) => outcome === 'not checked' && remedy !== undefined;
