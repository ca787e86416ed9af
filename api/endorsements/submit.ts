/**
 * Takes an endorsement in. One call, and so one transaction, keeps everything or nothing: who, what, what was agreed
 * to, and the mail that asks the mailbox's owner (`take_submission`, in the migrations). Nothing is believed before that
 * mail's link is followed, so a submission changes nothing that is there already; and the same is done whether the
 * address is known or not, so that neither the answer nor its time tells.
 */
import { createHash, createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import type { Database } from '../database/database.ts';
import { fingerprint, similarTo } from './spam/fingerprint.ts';
import type { Judgement } from './spam/score.ts';
import { personOf, type Submitted } from './submitted.ts';

export interface Sender {
  /** As far as proxies can be trusted; the network of an IPv6 address. */
  readonly ip: string;
  readonly userAgent: string;
}

/** A second mail about the same submission is not sent sooner than this; `take_submission` says so, too. */
export const mailAgainAfter = '2 minutes';

/**
 * @param secret makes the pseudonym under which agreement to the terms is kept
 * @param print of the statement
 */
export async function submit(
  database: Pick<Database, 'pool'>,
  secret: string,
  submission: Submitted,
  print: string | undefined,
  judgement: Judgement,
  sender: Sender,
): Promise<void> {
  const person = personOf(submission);
  const { email, email_updates } = submission.stakeholder;
  const { campaign_id, statement, public_display, org_authorized } = submission;
  const said = [email_updates, statement, print ?? null, public_display, org_authorized];
  const digest = createHash('sha256')
    .update(JSON.stringify([person, said]))
    .digest();
  await database.pool.query({
    name: 'take-submission',
    text: 'select take_submission($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)',
    values: [
      ...[email, campaign_id, digest, JSON.stringify(person), ...said],
      ...[judgement.score, JSON.stringify(judgement.reasons), judgement.held, pseudonym(secret, email)],
      ...[isIP(sender.ip.replace(/\/64$/, '')) ? sender.ip : null, sender.userAgent.slice(0, 1_000)],
    ],
  });
}

/** How what somebody agreed to is known once they are gone: whoever has the key and an address can tell whose it is. */
export function pseudonym(secret: string, email: string): string {
  return createHmac('sha256', secret).update(`terms:${email}`).digest('base64url');
}

/** @param print of the statement @returns how many other people sent nearly this statement, to any campaign that did not ask for these words */
export async function similarStatements(
  { pool }: Pick<Database, 'pool'>,
  { stakeholder: { email }, campaign_id }: Submitted,
  print: string | undefined,
): Promise<number> {
  if (print === undefined) return 0;
  const { rows } = await pool.query<{ others: number; suggested: string }>({
    name: 'submit-similar',
    text: similarQuery,
    values: [print, email, campaign_id],
  });
  const [found] = rows;
  return found && found.others > 0 && fingerprint(found.suggested) !== print ? found.others : 0;
}

/** The print as a value that is not known when it is planned: then one plan serves for all, and none is made for each. */
const similarQuery = `
  select (select count(distinct stakeholder)::integer from (${similarTo('(select $1::bigint)')}) similar_ones
           where stakeholder is distinct from (select id from stakeholder where email = $2)) as others,
         (select endorsement_statement from campaign where id = $3) as suggested`;
