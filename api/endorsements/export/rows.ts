/**
 * The rows of an export, a page at a time: which ones and in which order is asked once, as ids, and each page holds no
 * transaction open while a slow reader takes it. What is withdrawn meanwhile is left out.
 */
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
 * @param expressions of type text
 * @returns pages of rows, in order; each row has one text (or null) for each expression
 */
export async function* pages(
  { pool }: Pick<Database, 'pool'>,
  { ids }: Exported,
  expressions: readonly string[],
): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  const text = `select ${expressions.join(', ')} from unnest($1::integer[]) with ordinality as page (id, position)
    ${from} where ${isExported} order by position`;
  for (let start = 0; start < ids.length; start += pageRows) {
    const { rows } = await pool.query<(string | null)[]>({
      text,
      rowMode: 'array',
      values: [`{${ids.subarray(start, start + pageRows).join(',')}}`],
    });
    yield rows;
  }
}
