/** What keeping the counts costs: an approval and a submission with the triggers that keep them, and without. */
import type { Database } from '../../../api/database/database.ts';

const rounds = 7;
const people = 60;

export interface Maintaining {
  /** Milliseconds of one statement, medians: with the triggers, and without. */
  readonly endorsed: { readonly kept: number; readonly bare: number };
  readonly approved: { readonly kept: number; readonly bare: number };
}

/** Each time in a transaction that is taken back, so that each begins with the same counts. */
export async function maintainCounts({ pool }: Pick<Database, 'pool'>, campaign: number): Promise<Maintaining> {
  const times = {
    endorsed: { kept: [] as number[], bare: [] as number[] },
    approved: { kept: [] as number[], bare: [] as number[] },
  };
  const client = await pool.connect();
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const how of ['kept', 'bare'] as const) {
        await client.query('begin');
        if (how === 'bare') {
          for (const trigger of ['added', 'changed', 'removed'])
            await client.query(`alter table endorsement disable trigger endorsement_counted_${trigger}`);
        }
        const { rows } = await client.query<{ id: number }>(
          `insert into stakeholder (first_name, last_name, email, type, locate_after, state_region, state_house_district)
           select 'F', 'L', 'kept' || n || '@example.net', 'farmer', null, state_region, state_house_district
             from generate_series(1, $1) as n, lateral (select * from stakeholder where id > 1000 + n limit 1) as like_them
           returning id`,
          [people],
        );
        for (const { id } of rows) {
          const [inserted, added] = await timed(() =>
            client.query<{ id: number }>({
              name: 'bench-endorse',
              text: `insert into endorsement (stakeholder, campaign, status, verified_at) values ($1, $2, 'verified', now()) returning id`,
              values: [id, campaign],
            }),
          );
          const endorsement = inserted.rows[0]?.id;
          await client.query(
            `insert into endorsement_review (endorsement, account, reviewer, decision, saw, before)
             values ($1, 1, 'Bench', 'approve', sha256(''), '{}')`,
            [endorsement],
          );
          const [, changed] = await timed(() =>
            client.query({
              name: 'bench-approve',
              text: `update endorsement set status = 'approved', reviewed_at = now() where id = $1`,
              values: [endorsement],
            }),
          );
          // The first round warms up.
          if (round === 0) continue;
          times.endorsed[how].push(added);
          times.approved[how].push(changed);
        }
        await client.query('rollback');
      }
    }
  } finally {
    client.release();
  }
  const medians = ({ kept, bare }: { kept: number[]; bare: number[] }) => ({ kept: median(kept), bare: median(bare) });
  return { endorsed: medians(times.endorsed), approved: medians(times.approved) };
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  const result = await work();
  return [result, performance.now() - started];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
