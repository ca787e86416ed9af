/**
 * The rows of an export, a page at a time: which ones and in which order is asked once, as ids, and each page holds no
 * transaction open while a slow reader takes it. What is withdrawn meanwhile is left out.
 */
import { copyOut } from '../../database/copy-out.ts';
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
  // Four bytes an id: a hundred thousand numbers as text would be a hundred thousand strings first. An aggregate takes its
  // rows as a sorted subquery hands them over (PostgreSQL, "Aggregate Functions"); to say it twice would sort them twice.
  const { rows } = await pool.query<{ ids: string; characters: string }>(
    `select encode(coalesce(string_agg(int4send(id), ''::bytea), ''), 'base64') as ids,
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
  const bytes = Buffer.from(ids, 'base64');
  return {
    ids: Int32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32BE(4 * index)),
    characters: Number(characters),
  };
}

/** Rows of a statement, so that planning is a twentieth of the work; and those of them that are handed over as one. */
const pageRows = 1_000;
const pieceRows = 100;

/**
 * @param row an expression of type text
 * @returns pages in order, each in pieces of UTF-8
 */
export async function* pages(
  database: Pick<Database, 'pool'>,
  { ids }: Exported,
  row: string,
): AsyncGenerator<readonly Buffer[]> {
  const page = (start: number) => {
    const wanted = `unnest('{${ids.subarray(start, start + pageRows).join(',')}}'::integer[])`;
    return copyOut(
      database,
      `select string_agg(${row}, '' order by position)
         from ${wanted} with ordinality as page (id, position) ${from} where ${isExported}
        group by position / ${pieceRows} order by position / ${pieceRows}`,
    );
  };
  let next = ids.length > 0 ? page(0) : undefined;
  for (let start = pageRows; next; start += pageRows) {
    const pieces = await next;
    // The database writes the next page while this one is read.
    next = start < ids.length ? page(start) : undefined;
    // Told to whoever waits for it; a reader who has gone waits for nothing.
    next?.catch(() => {});
    yield pieces;
  }
}
