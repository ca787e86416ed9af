/** Asks everything that the application needs whether it is there, from where the application asks it. Changes nothing. */
import { chosenGeocoder } from '../geocoding/chosen.ts';
import { defaultClient as dynamoDb, dynamoDbCounter } from '../limits/dynamodb.ts';
import { defaultClient as s3Client } from '../media/s3.ts';
import { readSecret } from '../secrets/secrets.ts';
import type { JobSettings } from '../settings.ts';
import { examineDatabase } from './doctor/database.ts';
import { type Check, type Examination, examination, Finding } from './doctor/examination.ts';

export interface Diagnosis {
  readonly environment: JobSettings['ENVIRONMENT'];
  /** Whether nothing is ill. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}

/** A building that no geocoder of the United States misses. */
const knownAddress = '1600 Pennsylvania Avenue NW, Washington, DC 20500';

export async function examine(settings: JobSettings): Promise<Diagnosis> {
  const all = examination();
  await examineDatabase(all, settings);
  await examineSecret(all, settings);
  await examineRateLimits(all, settings);
  await examineUploads(all, settings);
  await examineMail(all, settings);
  await examineGeocoder(all, settings);
  return {
    environment: settings.ENVIRONMENT,
    healthy: all.checks.every(({ outcome }) => outcome !== 'ill'),
    checks: all.checks,
  };
}

async function examineSecret({ check, skip }: Examination, { SECRET_KEY_ARN }: JobSettings): Promise<void> {
  if (!SECRET_KEY_ARN) return skip('signing key', 'SECRET_KEY_ARN is not set');
  await check('signing key', async () => {
    const { length } = await readSecret('SECRET_KEY_ARN', SECRET_KEY_ARN);
    if (length < 16) throw new Finding(`It has ${length} characters.`, 'Put at least 32 random ones into that secret.');
    return { found: `${length} characters`, value: true };
  });
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
    const count = await counter.increment(`${ENVIRONMENT}#doctor#${minute}`, (minute + 60) * 60);
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
