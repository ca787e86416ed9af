/** A coalition that has been at it for a while. */
import type { Database } from '../../../api/database/database.ts';
import { addContent, type Content } from '../../testing/content.ts';

/** @returns what `addContent` adds, with approved endorsements of so many people beside it, and statistics of all of it */
export async function fill({ pool }: Pick<Database, 'pool'>, rows: number): Promise<Content> {
  const content = await addContent({ pool });
  const { campaign } = content;
  await pool.query(
    `insert into stakeholder (first_name, last_name, organization, role, email, street_address, city, state, zip_code, type)
     select 'Ada' || n % 977, 'Brook' || n, case when n % 3 = 0 then 'Mill & Sons, No. ' || n else '' end, 'Owner',
            'p' || n || '@example.net', n || ' Weir Road', 'Easton', 'MD', '21601', 'farmer'
       from generate_series(1, $1::int) n`,
    [rows - 1],
  );
  await pool.query(
    `insert into endorsement (stakeholder, campaign, statement, statement_print, verified_at, status)
     select id, $1, repeat('Our well went dry, and nobody had tested it: "never", they said. ', 3),
            ((random() - 0.5) * 1.8e19)::numeric::bigint, now(), 'verified'
       from stakeholder`,
    [campaign],
  );
  await pool.query(`update endorsement set status = 'approved'`);
  await pool.query('analyze');
  return content;
}

/** What those people sent in, agreed to and were mailed; tables that are empty are planned for as if they stayed so. */
export async function correspond({ pool }: Pick<Database, 'pool'>, { terms }: Content): Promise<void> {
  await pool.query(
    `insert into submission (endorsement, digest, person, statement, public_display, org_authorized, confirmed_at)
     select id, sha256(id::text::bytea), '{}', statement, true, false, now() from endorsement`,
  );
  await pool.query(
    `insert into terms_acceptance (endorsement, legal_document, subject, ip_address, user_agent)
     select id, $1, 'pseudonym', '192.0.2.1', 'Benchmark' from endorsement`,
    [terms],
  );
  await pool.query(
    `insert into outbox (channel, kind, recipient, endorsement, submission, state, sent_at)
     select 'mail', 'verify', 'p' || id || '@example.net', endorsement, id, 'sent', now() from submission`,
  );
  await pool.query('analyze');
}
