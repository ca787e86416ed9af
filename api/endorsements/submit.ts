/**
 * Takes an endorsement in. One transaction keeps everything or nothing: who, what, what was agreed to, and the mail
 * that asks the mailbox's owner. Nothing is believed before that mail's link is followed, so a submission changes
 * nothing that is there already; and the statements are the same whether the address is known or not, so that neither
 * the answer nor its time tells.
 */
import { createHash, createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import type pg from 'pg';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { fingerprint, similarTo } from './spam/fingerprint.ts';
import type { Judgement } from './spam/score.ts';
import { personOf, type Submitted } from './submitted.ts';

export interface Sender {
  /** As far as proxies can be trusted; the network of an IPv6 address. */
  readonly ip: string;
  readonly userAgent: string;
}

/** A second mail about the same submission is not sent sooner than this. */
export const mailAgainAfter = '2 minutes';

/** @param secret makes the pseudonym under which agreement to the terms is kept */
export async function submit(
  database: Pick<Database, 'pool'>,
  secret: string,
  submission: Submitted,
  judgement: Judgement,
  sender: Sender,
): Promise<void> {
  const person = personOf(submission);
  const { email, email_updates } = submission.stakeholder;
  const { campaign_id, statement, public_display, org_authorized } = submission;
  const print = fingerprint(statement) ?? null;

  await transaction(database, async (client) => {
    await run(client, 'submit-person', addPerson, [email, email_updates, ...Object.values(person)]);
    const said = [statement, print, public_display, org_authorized];
    await run(client, 'submit-endorsement', addEndorsement, [email, campaign_id, ...said]);
    const [endorsement] = await run<Endorsement>(client, 'submit-lock', lockEndorsement, [email, campaign_id]);
    if (!endorsement) throw new Error('The endorsement that was just added is gone.');
    const { id, is_proven } = endorsement;
    const digest = createHash('sha256')
      .update(JSON.stringify([id, person, email_updates, statement, public_display, org_authorized]))
      .digest();
    const details = [digest, JSON.stringify(person), email_updates, ...said];
    const verdict = [judgement.score, JSON.stringify(judgement.reasons), judgement.held];
    const [added] = await run<Added>(client, 'submit-submission', addSubmission, [
      id,
      is_proven,
      ...details,
      ...verdict,
    ]);
    const subject = pseudonym(secret, email);
    const from = [isIP(sender.ip.replace(/\/64$/, '')) ? sender.ip : null, sender.userAgent.slice(0, 1_000)];
    await run(client, 'submit-terms', addAcceptance, [id, added?.is_new ?? false, subject, ...from]);
    const isHeld = added?.is_held ?? judgement.held;
    await run(client, 'submit-mail', addMail, [isHeld, is_proven ? 'already' : 'verify', email, id, added?.id ?? null]);
  });
}

/** How what somebody agreed to is known once they are gone: whoever has the key and an address can tell whose it is. */
export function pseudonym(secret: string, email: string): string {
  return createHmac('sha256', secret).update(`terms:${email}`).digest('base64url');
}

interface Endorsement {
  readonly id: number;
  /** Verified and not withdrawn since: it stays as it is, whatever is sent. */
  readonly is_proven: boolean;
}

interface Added {
  readonly id: number;
  readonly is_new: boolean;
  readonly is_held: boolean;
}

const addPerson = `
  insert into stakeholder (email, email_updates, first_name, last_name, organization, role,
                           street_address, city, state, zip_code, type)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  on conflict (email) do nothing`;

const addEndorsement = `
  insert into endorsement (stakeholder, campaign, statement, statement_print, public_display, org_authorized,
                           terms_accepted, terms_accepted_at)
  select id, $2, $3, $4, $5, $6, true, now() from stakeholder where email = $1
  on conflict (stakeholder, campaign) do nothing`;

/** The lock makes submissions of one person to one campaign take turns. */
const lockEndorsement = `
  select endorsement.id, verified_at is not null and status <> 'withdrawn' as is_proven
    from endorsement join stakeholder on stakeholder.id = endorsement.stakeholder
   where email = $1 and campaign = $2
     for update of endorsement`;

const addSubmission = `
  insert into submission (endorsement, digest, person, email_updates, statement, statement_print, public_display,
                          org_authorized, spam_score, spam_reasons, held_at)
  select $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $12 then now() end where not $2::boolean
  on conflict (endorsement, digest) do update
    set expires_at = greatest(submission.expires_at, excluded.expires_at)
  returning id, created_at = now() as is_new, held_at is not null as is_held`;

const addAcceptance = `
  insert into terms_acceptance (endorsement, legal_document, subject, ip_address, user_agent)
  select $1, id, $3, $4, $5 from legal_document where document_type = 'terms' and is_active and $2::boolean`;

const addMail = `
  insert into outbox (channel, kind, recipient, endorsement, submission)
  select 'mail', $2, $3, $4, $5
   where not $1::boolean and not exists (
     select from outbox
      where endorsement = $4 and kind = $2 and submission is not distinct from $5 and state <> 'cancelled'
        and created_at > now() - interval '${mailAgainAfter}')`;

async function run<Row extends object>(
  client: pg.PoolClient,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  // Prepared once a connection: planning them anew would cost as much as running them.
  const { rows } = await client.query<Row>({ name, text, values: [...values] });
  return rows;
}

/** @returns how many other people sent nearly this statement, to any campaign that did not ask for these words */
export async function similarStatements(
  { pool }: Pick<Database, 'pool'>,
  { stakeholder: { email }, statement, campaign_id }: Submitted,
): Promise<number> {
  const print = fingerprint(statement);
  if (print === undefined) return 0;
  const { rows } = await pool.query<{ others: number; suggested: string }>({
    name: 'submit-similar',
    text: similarQuery,
    values: [print, email, campaign_id],
  });
  const [found] = rows;
  return found && fingerprint(found.suggested) !== print ? found.others : 0;
}

const similarQuery = `
  select (select count(distinct stakeholder)::integer
            from endorsement join stakeholder on stakeholder.id = endorsement.stakeholder
           where email <> $2 and ${similarTo('endorsement.statement_print', '$1::bigint')}) as others,
         (select endorsement_statement from campaign where id = $3) as suggested`;
