/** What both servers are asked for: twenty active campaigns, as the frontend lists them. */
import type { Database } from '../../../api/database/database.ts';

export const listed = 20;

/** @param others inactive ones beside them, which nobody should have to pay for */
export async function fill({ pool }: Pick<Database, 'pool'>, others: number): Promise<void> {
  await pool.query('truncate campaign cascade');
  const rows = (count: number, name: string, active: boolean) =>
    pool.query(
      `insert into campaign (name, title, summary, description, active, created_at)
       select $2 || '-' || n, 'Campaign ' || n, repeat('A summary of a line. ', 8), repeat('<p>A paragraph.</p>', 40), $3,
              now() - make_interval(mins => n) from generate_series(1, $1::int) n`,
      [count, name, active],
    );
  await rows(listed, 'campaign', true);
  await rows(others, 'other', false);
  await pool.query('vacuum analyze campaign');
}
