/**
 * A great many approved endorsements, spread over districts, kinds and a year. Written set by set and without triggers or
 * look-ups of foreign keys, which would take minutes; then counted by the function that counts every other one.
 */
import type { Database } from '../../../api/database/database.ts';
import { progress } from '../../terminal/progress.ts';

const batch = 100_000;

export async function fillEndorsements({ pool }: Pick<Database, 'pool'>, count: number): Promise<{ campaign: number }> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into campaign (name, title, active) values ('bench', 'Bench', true) returning id::integer`,
  );
  const campaign = rows[0]?.id ?? 0;
  const bar = progress('Endorsements', count);
  const client = await pool.connect();
  try {
    await client.query("set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'");
    for (let start = 0; start < count; start += batch) {
      const size = Math.min(batch, count - start);
      await client.query(
        `with district as (
           select array_agg(id) filter (where layer = 'state_lower') as lower, array_agg(id) filter (where layer = 'state_upper') as upper,
                  array_agg(id) filter (where layer = 'congressional') as congressional,
                  array_agg(id) filter (where layer = 'state') as state, array_agg(id) filter (where layer = 'county') as county
             from region where active),
         person as (
           insert into stakeholder (first_name, last_name, email, type, state_region, county, congressional_district,
                                    state_senate_district, state_house_district)
           select 'F', 'L', 'bench' || n || '@example.net',
                  (array['farmer', 'business', 'nonprofit', 'individual', 'scientist'])[1 + n % 5],
                  state[1 + n % array_length(state, 1)], county[1 + n % array_length(county, 1)],
                  congressional[1 + n % array_length(congressional, 1)], upper[1 + n % array_length(upper, 1)],
                  lower[1 + n % array_length(lower, 1)]
             from district, generate_series($2::int, $2::int + $3::int - 1) as n returning id),
         endorsed as (
           insert into endorsement (stakeholder, campaign, status, verified_at, reviewed_at, created_at)
           select id, $1, 'approved', now(), now(), now() - make_interval(days => id % 365) from person returning id)
         insert into endorsement_review (endorsement, account, reviewer, decision, saw, before)
         select id, 1, 'Bench', 'approve', sha256(''), '{}' from endorsed`,
        [campaign, start, size],
      );
      await client.query(
        `select recount_endorsements(array_agg(id)) from (
           select endorsement.id from endorsement left join endorsement_counted as counted on counted.endorsement = endorsement.id
            where counted.endorsement is null) as uncounted`,
      );
      bar.at(start + size);
    }
    await client.query('reset all');
  } finally {
    client.release();
  }
  bar.end();
  await pool.query('analyze');
  return { campaign };
}
