/**
 * Empties the outbox. Several may do so at once: each takes one row under a lease, hands it over, and says what became
 * of it. What was handed over and not answered, also because the process died then, is `unknown` and is not sent again
 * by itself: a person who asks for another link is better off than one who gets everything twice.
 */
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import { redactText } from '../telemetry/redact.ts';
import { DeliveryError } from './message.ts';

export interface OutboxRow {
  readonly id: string;
  readonly channel: 'mail' | 'webhook';
  readonly kind: string;
  readonly recipient: string | null;
  readonly webhook: number | null;
  readonly endorsement: number | null;
  readonly submission: number | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly created_at: Date;
}

/**
 * Hands a row over.
 * @returns what the other side calls it; undefined where there is no reason to send it any more
 * @throws DeliveryError
 */
export type Sender = (row: OutboxRow) => Promise<string | undefined>;

export interface Delivery {
  readonly database: Pick<Database, 'pool'>;
  readonly senders: Readonly<Record<OutboxRow['channel'], Sender>>;
  readonly log: Log;
}

export interface Tally {
  sent: number;
  cancelled: number;
  /** Failed for now, and will be tried again. */
  later: number;
  dead: number;
  unknown: number;
}

/** After each failed attempt; after the last one it is dead, for a person to look at. */
export const retrySeconds: readonly number[] = [60, 300, 1_800, 7_200, 21_600, 43_200, 86_400];

/** Longer than any transport waits. */
const leaseSeconds = 120;

/**
 * A clock that is set back leaves rows that are due, or leased, further ahead than anything here ever is: their times
 * mean nothing. What is held back until a decision cannot be undone any more waits on, because sending it has no undo.
 */
const isDue = `(due_at <= now() or due_at > now() + interval '2 days'
                or review is null and created_at > now() + interval '1 minute')`;
const isLeaseOver = `(lease_until < now() or lease_until > now() + interval '${2 * leaseSeconds} seconds')`;

/** @param options.workers how many rows are handed over side by side */
export async function deliverDue(
  delivery: Delivery,
  { signal, workers = 4 }: { readonly signal?: AbortSignal; readonly workers?: number } = {},
): Promise<Tally> {
  const tally: Tally = { sent: 0, cancelled: 0, later: 0, dead: 0, unknown: 0 };
  tally.unknown += await endLeases(delivery);
  const work = async () => {
    while (!signal?.aborted) {
      const row = await claim(delivery);
      if (!row) return;
      tally[await deliver(delivery, row)] += 1;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: workers }, work));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return tally;
}

/** Whoever had these died with them in hand. */
async function endLeases({ database, log }: Delivery): Promise<number> {
  const { rows } = await database.pool.query<{ id: string; kind: string }>(
    `update outbox set state = 'unknown', lease_until = null, last_error = 'Whoever sent it ended before it was answered.'
      where state = 'sending' and ${isLeaseOver} returning id, kind`,
  );
  for (const { id, kind } of rows) log('error', 'A mail may not have been delivered.', { ...marker, outbox: id, kind });
  return rows.length;
}

/** What alarms look for. */
const marker = { marker: 'EMAIL_DELIVERY_FAILED' };

async function claim({ database }: Delivery): Promise<OutboxRow | undefined> {
  const { rows } = await database.pool.query<OutboxRow>({
    name: 'outbox-claim',
    text: `
      update outbox set state = 'sending', attempts = attempts + 1, lease_until = now() + interval '${leaseSeconds} seconds'
       where id = (select id from outbox where state = 'waiting' and ${isDue}
                    order by due_at, id limit 1 for update skip locked)
      returning id, channel, kind, recipient, webhook, endorsement, submission, data, attempts, created_at`,
  });
  return rows[0];
}

async function deliver(delivery: Delivery, row: OutboxRow): Promise<keyof Tally> {
  let provider: string | undefined;
  try {
    provider = await delivery.senders[row.channel](row);
  } catch (error) {
    return failed(delivery, row, error as Error);
  }
  if (provider === undefined) {
    await settle(delivery, row, `state = 'cancelled'`);
    return 'cancelled';
  }
  await transaction(delivery.database, async (client) => {
    await client.query(
      // Also where its lease has run out meanwhile, but not where it is somebody else's by now.
      `update outbox set state = 'sent', sent_at = now(), lease_until = null, last_error = null, provider_id = $2,
              recipient = ${forgotten} where id = $1 and state in ('sending', 'unknown') and attempts = $3`,
      [row.id, provider, row.attempts],
    );
    // The link holds for a day from when it was delivered; a mail that failed has changed nothing about it.
    if (row.submission !== null && row.kind === 'verify') {
      await client.query(
        `update submission set sent_at = now(), expires_at = greatest(expires_at, now() + interval '24 hours') where id = $1`,
        [row.submission],
      );
    }
  });
  return 'sent';
}

/** An address that belongs to no endorsement and to no reviewer is kept only until its mail is gone. */
const forgotten = `case when kind = 'erased' then null else recipient end`;

async function failed(delivery: Delivery, row: OutboxRow, error: Error): Promise<keyof Tally> {
  // What is no DeliveryError was thrown before anything was handed over: a letter that could not be written.
  const outcome = error instanceof DeliveryError ? error.outcome : 'later';
  const pause = retrySeconds[row.attempts - 1];
  const state =
    outcome === 'later' ? (pause === undefined ? 'dead' : 'waiting') : outcome === 'refused' ? 'dead' : 'unknown';
  const { id, kind, attempts } = row;
  delivery.log('error', row.channel === 'mail' ? 'A mail was not delivered.' : 'A webhook was not called.', {
    ...(row.channel === 'mail' ? marker : {}),
    outbox: id,
    kind,
    attempts,
    next: state,
    error,
  });
  // A little apart, so that what failed together does not come back together.
  const seconds = Math.round((pause ?? 0) * (1 + Math.random() / 10));
  await settle(
    delivery,
    row,
    `state = '${state}', last_error = $2, due_at = now() + make_interval(secs => $3)
     ${state === 'waiting' ? '' : `, recipient = ${forgotten}`}`,
    redactText(error.message).slice(0, 300),
    seconds,
  );
  return state === 'waiting' ? 'later' : state;
}

async function settle({ database }: Delivery, row: OutboxRow, how: string, ...values: unknown[]): Promise<void> {
  await database.pool.query(
    `update outbox set lease_until = null, ${how} where id = $1 and state = 'sending' and attempts = ${row.attempts}`,
    [row.id, ...values],
  );
}

/** Takes out what nobody asks for any more: a year of mail, a day of requests for links. */
export async function tidyOutbox({ database }: Pick<Delivery, 'database'>): Promise<void> {
  await database.pool.query(`delete from outbox where state = 'sent' and sent_at < now() - interval '1 year'`);
  await database.pool.query(`delete from outbox where state = 'cancelled' and created_at < now() - interval '1 year'`);
  await database.pool.query(`delete from resend_request where at < now() - interval '1 day'`);
}
