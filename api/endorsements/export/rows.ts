/**
 * The rows of an export, a page at a time: which ones and in which order is asked once, as ids, and each page holds no
 * transaction open while a slow reader takes it. What is withdrawn meanwhile is left out.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { from } from './columns.ts';

export interface Selection {
  readonly campaign?: number | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** Who has endorsed for certain; whether it is shown is another matter. */
const isExported = `endorsement.status = 'approved' and endorsement.verified_at is not null`;

export interface Exported {
  readonly ids: Int32Array;
  /** Of their texts, in characters: an answer is about so long, and half a kilobyte a row. */
  readonly characters: number;
}

export async function select({ pool }: Pick<Database, 'pool'>, wanted: Selection): Promise<Exported> {
  const { rows } = await pool.query<{ ids: string; characters: string }>(
    `select coalesce(string_agg(id::text, ',' order by title, first_name, last_name, id), '') as ids,
            coalesce(sum(length), 0) as characters
       from (select endorsement.id, title, first_name, last_name, length(statement) as length
               from endorsement
               join stakeholder on stakeholder.id = endorsement.stakeholder
               join campaign on campaign.id = endorsement.campaign
              where ${isExported} and ($1::bigint is null or campaign.id = $1)
              order by title, first_name, last_name, endorsement.id
              limit $2 offset $3) page`,
    [wanted.campaign ?? null, wanted.limit ?? null, wanted.offset ?? 0],
  );
  const { ids = '', characters = '0' } = rows[0] ?? {};
  return { ids: Int32Array.from(ids === '' ? [] : ids.split(','), Number), characters: Number(characters) };
}

const pageRows = 500;

/**
 * @param row an expression of type text
 * @returns pages of rows, in order
 */
export async function* pages(
  { pool }: Pick<Database, 'pool'>,
  { ids }: Exported,
  row: string,
): AsyncGenerator<readonly string[]> {
  const text = `select ${row} from unnest($1::integer[]) with ordinality as page (id, position)
    ${from} where ${isExported} order by position`;
  // Planned once a connection: planning so many columns takes half as long as reading a page.
  const name = `export-${createHash('sha256').update(text).digest('base64url').slice(0, 12)}`;
  const page = async (start: number) => {
    const values = [`{${ids.subarray(start, start + pageRows).join(',')}}`];
    return (await pool.query<[string]>({ name, text, rowMode: 'array', values })).rows;
  };
  let next = ids.length > 0 ? page(0) : undefined;
  for (let start = pageRows; next; start += pageRows) {
    const rows = await next;
    // The database writes the next page while this one is read.
    next = start < ids.length ? page(start) : undefined;
    // Told to whoever waits for it; a reader who has gone waits for nothing.
    next?.catch(() => {});
    yield rows.map(([line]) => line);
  }
}
