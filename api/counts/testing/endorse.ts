/** People who endorsed and were approved, written as the workflow writes them but all at once. */
import type { Database } from '../../database/database.ts';
import { transaction } from '../../database/transaction.ts';
import { layerIds } from '../../regions/layers.ts';
import { reassign } from '../../stakeholders/reassign.ts';

export interface Endorser {
  readonly lat?: number;
  readonly lng?: number;
  readonly type?: string;
  /** Such as `2026-02-10`; today where there is none. */
  readonly on?: string;
}

/** @returns ids of the endorsements, in order */
export async function endorse(
  database: Pick<Database, 'pool'>,
  campaign: number,
  people: readonly Endorser[],
): Promise<readonly number[]> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ stakeholder: number }>(
      `insert into stakeholder (first_name, last_name, email, type, location)
       select 'Ann', 'Lee', gen_random_uuid() || '@example.org', type, st_setsrid(st_makepoint(lng, lat), 4326)::geography
         from unnest($1::text[], $2::float8[], $3::float8[]) with ordinality as person (type, lat, lng, n) order by n
       returning id as stakeholder`,
      [
        people.map(({ type = 'individual' }) => type),
        people.map(({ lat }) => lat ?? null),
        people.map(({ lng }) => lng ?? null),
      ],
    );
    const ids = rows.map(({ stakeholder }) => stakeholder);
    await reassign(client, layerIds, ids);
    const added = await client.query<{ id: number }>(
      `insert into endorsement (stakeholder, campaign, status, verified_at, created_at)
       select id, $2, 'verified', now(), coalesce(at + interval '12 hours', now())
         from unnest($1::integer[], $3::date[]) with ordinality as person (id, at, n) order by n returning id`,
      [ids, campaign, people.map(({ on }) => on ?? null)],
    );
    const endorsements = added.rows.map(({ id }) => id);
    await client.query(
      `insert into endorsement_review (endorsement, account, reviewer, decision, saw, before)
       select id, 1, 'Rae', 'approve', sha256('')::bytea, '{}' from unnest($1::integer[]) as id`,
      [endorsements],
    );
    await client.query(`update endorsement set status = 'approved', reviewed_at = now() where id = any ($1)`, [
      endorsements,
    ]);
    return endorsements;
  });
}
