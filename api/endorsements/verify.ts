/** What the link in a mail does, and the mail again. From here on the mailbox's owner is known to have meant it. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { notFound, Problem } from '../http/problem.ts';
import { announce, askForReview } from './announce.ts';
import { mailAgainAfter } from './submit.ts';
import { type Person, personFields } from './submitted.ts';

export type Status = 'pending' | 'verified' | 'approved' | 'rejected' | 'withdrawn';

export interface Verified {
  readonly success: true;
  readonly message: string;
  readonly status: Status;
}

interface Found extends Person {
  readonly submission: number;
  readonly person: Person;
  readonly email_updates: boolean;
  readonly confirmed_at: Date | null;
  readonly held_at: Date | null;
  readonly is_expired: boolean;
  readonly endorsement: number;
  readonly campaign: number;
  readonly status: Status;
  readonly verified_at: Date | null;
  readonly was_sent_after_review: boolean;
  readonly stakeholder: number;
  readonly proven_at: Date | null;
}

/**
 * Believes a submission. The same link again changes nothing and says the same.
 * @param reviewers addresses that hear of what waits for review
 * @throws Problem 404 for a token of no submission, 400 for an expired one
 */
export async function verify(
  database: Pick<Database, 'pool'>,
  token: string,
  reviewers: readonly string[],
): Promise<Verified> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<Found>(findByToken, [token]);
    const [found] = rows;
    // What is held back was never mailed, so nobody can have this token from us.
    if (!found || found.held_at) throw notFound('This link belongs to no endorsement. It may have been withdrawn.');
    if (found.confirmed_at || (found.verified_at && found.status !== 'withdrawn')) return says(found.status, true);
    if (found.is_expired) {
      throw new Problem(400, 'Link expired', 'This link has expired. Ask for a new one, or send the form again.');
    }
    const status = await believe(client, found);
    if (status === 'verified') await askForReview(client, reviewers);
    await announce(client, 'endorsement.verified', found.endorsement);
    return says(status, false);
  });
}

const findByToken = `
  select submission.id as submission, submission.person, submission.email_updates, submission.confirmed_at,
         submission.held_at, submission.expires_at < now() as is_expired,
         endorsement.id as endorsement, endorsement.campaign::integer, endorsement.status, endorsement.verified_at,
         submission.created_at > coalesce(endorsement.reviewed_at, '-infinity') as was_sent_after_review,
         stakeholder.id as stakeholder, stakeholder.proven_at, ${personFields.map((name) => `stakeholder.${name}`).join(', ')}
    from submission
    join endorsement on endorsement.id = submission.endorsement
    join stakeholder on stakeholder.id = endorsement.stakeholder
   where submission.token = $1
     for update`;

/** @returns the status that follows */
async function believe(client: pg.PoolClient, found: Found): Promise<Status> {
  const { submission, person, endorsement, stakeholder } = found;
  const isReopened = found.status === 'rejected' && found.was_sent_after_review;
  const status = ['pending', 'withdrawn'].includes(found.status) || isReopened ? 'verified' : found.status;
  const differs = personFields.some((name) => person[name].toLowerCase() !== (found[name] ?? '').toLowerCase());
  const isClaim = found.proven_at === null;

  await client.query('update submission set confirmed_at = now() where id = $1', [submission]);
  // Until somebody proved the mailbox its row was a claim like this one; after that a person decides on a change.
  await client.query(
    `update stakeholder
        set email_updates = case when proven_at is null then $2 else email_updates or $2 end
            ${personFields.map((name, index) => `, ${name} = case when proven_at is null then $${index + 3} else ${name} end`).join('')},
            location = case when proven_at is null and $12 then null else location end,
            proven_at = coalesce(proven_at, now())
      where id = $1`,
    [stakeholder, found.email_updates, ...personFields.map((name) => person[name]), differs],
  );
  await client.query(
    `update endorsement
        set statement = submission.statement, statement_print = submission.statement_print,
            public_display = submission.public_display, org_authorized = submission.org_authorized,
            terms_accepted_at = submission.created_at, proposed = $3, verified_at = now(), status = $4,
            withdrawn_at = null, reviewed_at = case when $4 = 'verified' then null else reviewed_at end,
            reviewed_by = case when $4 = 'verified' then null else reviewed_by end
       from submission
      where submission.id = $2 and endorsement.id = $1`,
    [endorsement, submission, differs && !isClaim ? JSON.stringify(person) : null, status],
  );
  return status;
}

/** Says what is so, whatever led here. */
function says(status: Status, again: boolean): Verified {
  const messages: Readonly<Record<Status, string>> = {
    pending: 'Your e-mail address is confirmed.',
    verified: 'Thank you: your endorsement is confirmed. It will be reviewed before it is shown.',
    approved: 'Thank you: your endorsement is confirmed and approved.',
    rejected: 'Your e-mail address is confirmed. The campaign has decided not to show this endorsement.',
    withdrawn: 'This endorsement was withdrawn. Send the form again to endorse.',
  };
  const message =
    again && status === 'verified' ? 'Your endorsement is confirmed already. It is being reviewed.' : messages[status];
  return { success: true, message, status };
}

/**
 * Sends the link again, where there is one that waits. What is done and how long it takes is the same where there is
 * none: one row says when this address was last asked for, and both ways end in a commit.
 */
export async function resend(database: Pick<Database, 'pool'>, email: string, campaign: number): Promise<void> {
  await transaction(database, async (client) => {
    const address = createHash('sha256').update(`${campaign} ${email}`).digest();
    await client.query(
      'insert into resend_request (address) values ($1) on conflict (address) do update set at = now()',
      [address],
    );
    await client.query(queueLink, [email, campaign]);
  });
}

/** The newest link of an endorsement that is not verified; its 24 hours start again once the mail is delivered. */
export const queueLink = `
  insert into outbox (channel, kind, recipient, endorsement, submission)
  select 'mail', 'verify', email, endorsement.id, submission.id
    from stakeholder
    join endorsement on endorsement.stakeholder = stakeholder.id
    join lateral (
      select id from submission
       where submission.endorsement = endorsement.id and held_at is null and confirmed_at is null
       order by id desc limit 1) submission on true
   where email = $1 and campaign = $2 and (verified_at is null or status = 'withdrawn')
     and not exists (
       select from outbox
        where outbox.endorsement = endorsement.id and kind = 'verify' and outbox.submission = submission.id
          and state not in ('cancelled', 'dead') and created_at between now() - interval '${mailAgainAfter}' and now() + interval '1 minute')`;
