/** Colour, symbols and columns for people; all of it plain text where colour is unwanted. */
import { stripVTControlCharacters, styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** @returns whether `stream` should get colour: NO_COLOR and TERM=dumb say no, FORCE_COLOR says yes, a pipe says no. */
export function wantsColour(stream: { isTTY?: boolean } = process.stdout): boolean {
  // https://no-color.org: any non-empty value switches colour off, whatever else is set.
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR !== undefined) return !['', '0', 'false'].includes(process.env.FORCE_COLOR);
  return process.env.TERM !== 'dumb' && stream.isTTY === true;
}

const paint =
  (format: Format) =>
  (text: string, stream: { isTTY?: boolean } = process.stdout): string =>
    wantsColour(stream) ? styleText(format, text, { validateStream: false }) : text;

export const bold = paint('bold');
export const dim = paint('dim');
export const red = paint('red');
export const green = paint('green');
export const yellow = paint('yellow');
export const cyan = paint('cyan');

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that came from outside (a file's name, a column, another program's words) without what a terminal would obey:
 * control characters other than line breaks, and those that turn the direction of writing, are written out, such as
 * `\\x1b` and `\\u202e`.
 */
export function printable(text: string): string {
  return text.replace(obeyed, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** Columns of the terminal that `stream` is, or 100 where it is none. */
export function width(stream: { columns?: number } = process.stdout): number {
  return stream.columns && stream.columns > 20 ? stream.columns : 100;
}

/**
 * Rows as aligned columns, two spaces apart.
 * @param rows cells may be coloured; widths are counted without the colour
 * @param right indices of columns that hold numbers
 */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) => {
          const gap = ' '.repeat((widths[index] ?? 0) - visibleLength(cell));
          return right.includes(index) ? gap + cell : cell + gap;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Seconds as a person says them: `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
