/**
 * Lists in pages. Without `limit` a list is whole, as the site's frontend reads it; with it, a page, and a `Link` to
 * the next one. A cursor names the last row by its sort keys, so that rows which come and go move no page.
 */
import * as z from 'zod/mini';
import { wholeNumber } from '../openapi/named.ts';
import { invalid, type Problem } from './problem.ts';
import type { Reply } from './route.ts';

export const pageQuery = {
  limit: z.optional(
    wholeNumber(
      z.pipe(z.string().check(z.regex(/^([1-9]\d?|1\d\d|200)$/, 'is not a number from 1 to 200')), z.transform(Number)),
      1,
      200,
    ),
  ),
  cursor: z.optional(z.string().check(z.maxLength(1_000, 'is longer than 1000 characters'))),
};

export interface Page {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface SortKey {
  /** An SQL expression that is never null; the last key makes the order total. */
  readonly sql: string;
  readonly type: 'integer' | 'bigint' | 'text' | 'boolean' | 'date' | 'timestamptz';
}

export interface Order {
  readonly keys: readonly SortKey[];
  readonly direction: 'asc' | 'desc';
}

interface Pool {
  query<T extends object>(query: { name?: string; text: string; values: unknown[] }): Promise<{ rows: T[] }>;
}

/**
 * Runs `select … [where …]` in order, whole or by page.
 * @param select with `where` as its last clause; `values` are its parameters
 * @param path of the request, for the link to the next page
 */
export async function listed<Row extends object>(
  pool: Pool,
  {
    name,
    select,
    values,
    order,
    path,
    page,
  }: {
    /** Of the statement for the whole list, which is then prepared once. */
    name?: string;
    select: string;
    values: readonly unknown[];
    order: Order;
    path: string;
    page: Page & Readonly<Record<string, unknown>>;
  },
): Promise<Reply & { readonly body: readonly Row[] }> {
  const sort = order.keys.map(({ sql }) => `${sql} ${order.direction}`).join(', ');
  if (page.limit === undefined) {
    const { rows } = await pool.query<Row>({
      ...(name === undefined ? {} : { name }),
      text: `${select} order by ${sort}`,
      values: [...values],
    });
    return { body: rows };
  }
  const after = page.cursor === undefined ? [] : decode(page.cursor, order.keys);
  const operator = order.direction === 'asc' ? '>' : '<';
  const left = order.keys.map(({ sql }) => sql).join(', ');
  const right = order.keys.map(({ type }, index) => `$${values.length + index + 1}::text::${type}`).join(', ');
  const beyond = after.length > 0 ? ` and (${left}) ${operator} (${right})` : '';
  const cursor = `array[${order.keys.map(({ sql }) => `(${sql})::text`).join(', ')}] as "cursor"`;
  const { rows } = await pool
    .query<Row & { cursor: string[] }>({
      text: `${select.replace(/^\s*select /, `select ${cursor}, `)}${beyond} order by ${sort} limit ${page.limit + 1}`,
      values: [...values, ...after],
    })
    .catch((error) => {
      // The form of a time, and no time: 31 February, or a zone of 99 hours.
      throw after.length > 0 && /^22/.test(error.code) ? foreignCursor() : error;
    });
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const body = shown.map(({ cursor: _, ...row }) => row as unknown as Row);
  if (rows.length <= page.limit || !last) return { body };
  const query = new URLSearchParams(
    Object.entries({ ...page, cursor: encode(last.cursor) }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
  );
  return { body, headers: { Link: `<${path}/?${query}>; rel="next"` } };
}

function encode(values: readonly string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

const forms: Readonly<Record<SortKey['type'], RegExp>> = {
  integer: /^-?\d{1,9}$/,
  bigint: /^\d{1,18}$/,
  text: /^[^\0]*$/,
  boolean: /^(true|false)$/,
  date: /^\d{4,5}-\d\d-\d\d$/,
  timestamptz: /^\d{4,5}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/,
};

function decode(cursor: string, keys: readonly SortKey[]): readonly string[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(values) &&
      values.length === keys.length &&
      keys.every(
        ({ type }, index) =>
          typeof values[index] === 'string' && forms[type].test(values[index]) && values[index].isWellFormed(),
      )
    ) {
      return values;
    }
  } catch {
    // Falls through: what cannot be read is no cursor of ours.
  }
  throw foreignCursor();
}

function foreignCursor(): Problem {
  return invalid([{ loc: ['query', 'cursor'], msg: 'is not a cursor that a page of this list gave', type: 'cursor' }]);
}
