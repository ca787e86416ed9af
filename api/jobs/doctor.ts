/** Asks everything that the application needs whether it is there, from where the application asks it. Changes nothing. */
import * as z from 'zod/mini';
import { chosenGeocoder } from '../geocoding/chosen.ts';
import { defaultClient as dynamoDb, dynamoDbCounter } from '../limits/dynamodb.ts';
import { defaultClient as s3Client } from '../media/s3.ts';
import { type JobSettings, SettingsError } from '../settings.ts';
import { examineDatabase } from './doctor/database.ts';
import { type Check, type Examination, examination, Finding } from './doctor/examination.ts';
import { examinedSecrets, examineKey, examineSecretToCome } from './doctor/secrets.ts';

export interface Diagnosis {
  readonly environment: JobSettings['ENVIRONMENT'];
  /** Whether nothing is ill. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}

/** A building that no geocoder of the United States misses. */
const knownAddress = '1600 Pennsylvania Avenue NW, Washington, DC 20500';

const event = z.object({
  /** A secret whose next version is looked at, and nothing else: before it becomes the one that is used. */
  pending: z.optional(z.enum(examinedSecrets)),
  /** A database beside the one that is used, and nothing else: one that was restored. */
  databaseHost: z.optional(z.string()),
});

/** @throws SettingsError where the event asks for something else */
export async function examine(settings: JobSettings, given: unknown = {}): Promise<Diagnosis> {
  const read = event.safeParse(given);
  if (!read.success)
    throw new SettingsError([`The event of doctor takes "pending" (${examinedSecrets.join(', ')}) or "databaseHost".`]);
  const all = examination();
  const { pending, databaseHost } = read.data;
  if (databaseHost !== undefined) await examineDatabase(all, settings, { host: databaseHost });
  else if (pending !== undefined) await examineSecretToCome(all, settings, pending);
  else await examineEverything(all, settings);
  return {
    environment: settings.ENVIRONMENT,
    healthy: all.checks.every(({ outcome }) => outcome !== 'ill'),
    checks: all.checks,
  };
}

async function examineEverything(all: Examination, settings: JobSettings): Promise<void> {
  await examineDatabase(all, settings);
  await examineKey(all, 'signing key', 'SECRET_KEY_ARN', settings.SECRET_KEY_ARN);
  await examineRateLimits(all, settings);
  await examineUploads(all, settings);
  await examineMail(all, settings);
  await examineGeocoder(all, settings);
}

/** A real count, under a key of its own that DynamoDB forgets within the hour. */
async function examineRateLimits(
  { check, skip }: Examination,
  { RATE_LIMIT_TABLE, ENVIRONMENT }: JobSettings,
): Promise<void> {
  if (!RATE_LIMIT_TABLE) return skip('rate limits: DynamoDB', 'RATE_LIMIT_TABLE is not set');
  await check('rate limits: DynamoDB', async () => {
    const counter = dynamoDbCounter(RATE_LIMIT_TABLE, dynamoDb);
    const minute = Math.floor(Date.now() / 60_000);
    const count = await counter.increment(`${ENVIRONMENT}#doctor#${minute}`, (minute + 60) * 60, 3_600);
    return { found: `${RATE_LIMIT_TABLE} counted to ${count}`, value: true };
  });
}

async function examineUploads({ check, skip }: Examination, { MEDIA_BUCKET }: JobSettings): Promise<void> {
  if (!MEDIA_BUCKET) return skip('uploads: S3', 'MEDIA_BUCKET is not set');
  await check('uploads: S3', async () => {
    const { HeadBucketCommand } = await import('@aws-sdk/client-s3');
    const client = await s3Client();
    await client.send(new HeadBucketCommand({ Bucket: MEDIA_BUCKET }), { abortSignal: AbortSignal.timeout(6_000) });
    return { found: MEDIA_BUCKET, value: true };
  });
}

async function examineMail({ check, skip }: Examination, { MAIL_FROM, SMTP_HOST }: JobSettings): Promise<void> {
  if (!MAIL_FROM) return skip('mail', 'MAIL_FROM is not set: nothing is sent');
  if (SMTP_HOST) {
    const { reach } = await import('./doctor/database.ts');
    await check('mail: SMTP', async () => {
      const socket = await reach(SMTP_HOST, 587);
      const found = `${SMTP_HOST} answers at ${socket.remoteAddress}`;
      socket.destroy();
      return { found, value: true };
    });
    return;
  }
  await check('mail: SES', async () => {
    const { GetAccountCommand, SESv2Client } = await import('@aws-sdk/client-sesv2');
    const client = new SESv2Client({
      maxAttempts: 2,
      requestHandler: { connectionTimeout: 2_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    });
    const { SendingEnabled, ProductionAccessEnabled, SendQuota } = await client.send(new GetAccountCommand({}));
    client.destroy();
    if (!SendingEnabled)
      throw new Finding('SES has paused sending.', 'Read the reason in the SES console, and answer it there.');
    if (!ProductionAccessEnabled)
      throw new Finding(
        'The account is in the sandbox: mail reaches verified addresses only.',
        'Request production access in the SES console.',
      );
    return {
      found: `${SendQuota?.SentLast24Hours ?? 0} of ${SendQuota?.Max24HourSend ?? 0} sent in 24 hours`,
      value: true,
    };
  });
}

async function examineGeocoder({ check, skip }: Examination, settings: JobSettings): Promise<void> {
  const geocoder = chosenGeocoder(settings);
  if (!geocoder) return skip('geocoder', 'GEOCODER is not set: addresses are not located');
  await check('geocoder', async () => {
    const match = await geocoder.locate(knownAddress, AbortSignal.timeout(7_000));
    if (!match || Math.abs(match.lat - 38.8977) > 0.01 || Math.abs(match.lng + 77.0365) > 0.01)
      throw new Finding(
        `It finds ${knownAddress} ${match ? `at ${match.lat}, ${match.lng}` : 'nowhere'}.`,
        'Choose another geocoder in tiers/ outbound until this one is right again.',
      );
    return { found: `${settings.GEOCODER} finds ${match.lat}, ${match.lng}`, value: true };
  });
}
