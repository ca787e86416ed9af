/** A great many approved endorsements, spread over districts, kinds and a year; counted as any other is, by the database. */
import type { Database } from '../../../api/database/database.ts';
import { progress } from '../../terminal/progress.ts';

const batch = 50_000;

export async function fillEndorsements({ pool }: Pick<Database, 'pool'>, count: number): Promise<{ campaign: number }> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into campaign (name, title, active) values ('bench', 'Bench', true) returning id::integer`,
  );
  const campaign = rows[0]?.id ?? 0;
  const bar = progress('Endorsements', count);
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start);
    await pool.query(
      `with district as (
         select array_agg(id) filter (where layer = 'state_lower') as lower, array_agg(id) filter (where layer = 'state_upper') as upper,
                array_agg(id) filter (where layer = 'congressional') as congressional,
                array_agg(id) filter (where layer = 'state') as state, array_agg(id) filter (where layer = 'county') as county
           from region where active)
       insert into stakeholder (first_name, last_name, email, type, locate_after, state_region, county, congressional_district,
                                state_senate_district, state_house_district)
       select 'F', 'L', 'bench' || n || '@example.net',
              (array['farmer', 'business', 'nonprofit', 'individual', 'scientist'])[1 + n % 5], null,
              state[1 + n % array_length(state, 1)], county[1 + n % array_length(county, 1)],
              congressional[1 + n % array_length(congressional, 1)], upper[1 + n % array_length(upper, 1)],
              lower[1 + n % array_length(lower, 1)]
         from district, generate_series($1::int, $1::int + $2::int - 1) as n`,
      [start, size],
    );
    await pool.query(
      `with added as (
         insert into endorsement (stakeholder, campaign, status, verified_at, created_at)
         select id, $1, 'verified', now(), now() - make_interval(days => id % 365)
           from stakeholder where id > (select coalesce(max(stakeholder), 0) from endorsement) returning id),
       decided as (
         insert into endorsement_review (endorsement, account, reviewer, decision, saw, before)
         select id, 1, 'Bench', 'approve', sha256('')::bytea, '{}' from added returning endorsement)
       select count(*) from decided`,
      [campaign],
    );
    await pool.query(
      `update endorsement set status = 'approved', reviewed_at = review.at
         from endorsement_review as review where review.endorsement = endorsement.id and endorsement.status = 'verified'`,
    );
    bar.at(start + size);
  }
  bar.end();
  await pool.query('analyze');
  return { campaign };
}
