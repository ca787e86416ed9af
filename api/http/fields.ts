/**
 * The kinds of field that requests are made of. What breaks a rule is refused with a sentence, never mended in silence:
 * `5 < 10` and `Tom & Ann` are stored as they were written, and `<script>` is not stored at all.
 */
import * as z from 'zod/mini';
import { wholeNumber } from '../openapi/named.ts';

/** A row's id in a path or query. */
export const idText = wholeNumber(
  z.pipe(z.string().check(z.regex(/^[1-9]\d{0,8}$/, 'is not a number that an id can be')), z.transform(Number)),
  1,
  999_999_999,
);

/** A row's id in a body. */
export const id = z.int('is not a whole number').check(z.gte(1, 'is below 1'), z.lte(999_999_999, 'is too large'));

/** PostgreSQL stores no NUL; half of a surrogate pair is no character in UTF-8. */
const storable = z.refine<string>(
  (text) => !text.includes('\0') && text.isWellFormed(),
  'has characters that cannot be stored (NUL, or half of a surrogate pair)',
);

/**
 * What a browser would take for a tag, a comment or a declaration. `a < b` and `a<5` are none; `a<b` alone is none
 * either, because nothing closes it.
 */
const markup = /<(?:\/?[a-z][^<>]*|!(?:--|[a-z])[^<>]*|\?[^<>]*)>/i;

const plain = z.refine<string>(
  (text) => !markup.test(text),
  'is plain text, and has an HTML tag (a < that is no tag takes a space after it)',
);

/** No language is written with these two; they show a name as another one than it is. */
const inOrder = z.refine<string>(
  (text) => !/[\u202D\u202E]/.test(text),
  'has characters that turn the letters after them around (U+202D, U+202E)',
);

export interface TextRules {
  readonly max: number;
  readonly min?: number;
}

/** One or more lines of plain text, trimmed. */
export function text({ max, min = 0 }: TextRules) {
  return z
    .string('is not text')
    .check(
      z.trim(),
      z.maxLength(max, `is longer than ${max} characters`),
      z.minLength(min, min === 1 ? 'is empty' : `is shorter than ${min} characters`),
      storable,
      plain,
      inOrder,
    );
}

/** HTML; whoever stores it sanitises it first (`content/sanitize.ts`). */
export function html({ max = 200_000 } = {}) {
  return z.string('is not text').check(z.maxLength(max, `is longer than ${max} characters`), storable);
}

/** Part of public addresses: `clean-water`. */
export const slug = z
  .string('is not text')
  .check(
    z.maxLength(50, 'is longer than 50 characters'),
    z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'takes lower-case letters, digits and single hyphens, such as clean-water'),
  );

/** Absolute with http or https, or a path of the site; empty for none. */
export const link = z
  .string('is not text')
  .check(
    z.trim(),
    z.maxLength(500, 'is longer than 500 characters'),
    storable,
    z.refine<string>(isLink, 'is neither a web address (https://…) nor a path of this site (/…)'),
  );

function isLink(text: string): boolean {
  if (text === '') return true;
  if (/[\s<>"'`\\]/.test(text)) return false;
  if (text.startsWith('/')) return !text.startsWith('//');
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

export const colour = z
  .string('is not text')
  .check(z.regex(/^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$/, 'is not a colour such as #2563eb or #26e'));

/** Two letters, as the Postal Service writes a state. */
export const stateCode = z
  .string('is not text')
  .check(z.regex(/^[A-Z]{2}$/, 'is not a state’s two letters, such as MD'));

export function oneOf<const T extends readonly string[]>(...values: T) {
  return z.enum(values);
}

export function number(min: number, max: number) {
  return z.number('is not a number').check(z.gte(min, `is below ${min}`), z.lte(max, `is above ${max}`));
}

export function whole(min: number, max: number) {
  return z.int('is not a whole number').check(z.gte(min, `is below ${min}`), z.lte(max, `is above ${max}`));
}

export const flag = z.boolean('is neither true nor false');

/** As answers carry it: UTC, ISO 8601 with milliseconds. */
export const timestamp = () => z.iso.datetime({ precision: 3 });

/** As requests carry it: with a time zone, so that it is one instant. */
export const instant = z.pipe(
  z.iso.datetime({ offset: true, error: 'is not a time such as 2026-11-03T00:00:00Z' }),
  z.transform((text) => new Date(text)),
);

export const day = z.iso.date({ error: 'is not a day such as 2026-11-03' });

export const email = z.string('is not text').check(
  z.trim(),
  z.toLowerCase(),
  // An accent is one character or two, by the keyboard; the mailbox is one (RFC 6532, 3.1).
  z.normalize('NFC'),
  z.maxLength(254, 'is longer than 254 characters'),
  storable,
  // Of any alphabet, and nothing in it that cannot be seen: an address is shown to who decides about it.
  z.regex(/^[^@\s\p{C}<>"(),:;[\]\\]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}$/u, 'is not an e-mail address'),
);
