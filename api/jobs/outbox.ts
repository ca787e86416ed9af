/** Sends what waits in the outbox. Called every minute; two at once share the work. */
import { delivery } from '../delivery.ts';
import { fetchOutside } from '../http/fetch-outside.ts';
import { type Delivery, deliverDue, type Tally, tidyOutbox } from '../mail/deliver.ts';
import { transportOf } from '../mail/transport.ts';
import { once, readSecret } from '../secrets/secrets.ts';
import { type JobSettings, SettingsError } from '../settings.ts';
import { log } from '../telemetry/log.ts';
import { openInItsHours, stopped } from './database-hours.ts';

/** The next call comes in a minute; this one has stopped taking more by then. */
const workMs = 50_000;

/** @throws Error where something failed for good, so that whoever watches the job's errors is told */
export async function emptyOutbox(settings: JobSettings): Promise<Tally | typeof stopped> {
  const { PUBLIC_BASE_URL, SECRET_KEY_ARN, MAIL_FROM, CORS_ORIGINS } = settings;
  if (!PUBLIC_BASE_URL || !SECRET_KEY_ARN) {
    throw new SettingsError(['The variables PUBLIC_BASE_URL and SECRET_KEY_ARN have to be set to send anything.']);
  }
  const database = await openInItsHours(settings, 4);
  if (!database) return stopped;
  const transport = transportOf(settings);
  try {
    const all = delivery({
      database,
      transport,
      from: MAIL_FROM ?? '',
      siteUrl: CORS_ORIGINS.find((origin) => origin.startsWith('https://')) ?? PUBLIC_BASE_URL,
      publicUrl: PUBLIC_BASE_URL,
      secret: once(() => readSecret('SECRET_KEY_ARN', SECRET_KEY_ARN)),
      log,
      webhooks: { outside: settings.OUTBOUND_FUNCTION ? fetchOutside(settings.OUTBOUND_FUNCTION) : undefined },
    });
    return await emptied(all, MAIL_FROM);
  } finally {
    await Promise.all([transport.close(), database.close()]);
  }
}

async function emptied(all: Delivery, from: string | undefined): Promise<Tally> {
  if (from === undefined) await refuseWaitingMail(all);
  const tally = await deliverDue(all, { signal: AbortSignal.timeout(workMs) });
  await tidyOutbox(all);
  const { sent, later, dead, unknown } = tally;
  const isAway = sent === 0 && later > 0;
  if (dead + unknown > 0 || isAway) {
    throw new Error(`Not everything was delivered: ${JSON.stringify(tally)}. The review desk names each of it.`);
  }
  return tally;
}

/** People wait for these: that nobody sends them is an error, and not a quiet minute. */
async function refuseWaitingMail({ database }: Delivery): Promise<void> {
  const { rows } = await database.pool.query<{ mails: number }>(
    `select count(*)::integer as mails from outbox where channel = 'mail' and state = 'waiting'`,
  );
  const mails = rows[0]?.mails ?? 0;
  if (mails > 0) {
    throw new SettingsError([
      `The variable MAIL_FROM is not set, and ${mails} mails wait. Say mail.from in environments/ and deploy.`,
    ]);
  }
}
