/** Who may be a sender of mail; the one place where the SES client is made. */
import type { SESv2 } from '@aws-sdk/client-sesv2';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { SESv2 } from '@aws-sdk/client-sesv2';

const service = { name: 'SES', prefix: 'ses' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectSes(connection: Connection): Promise<SESv2> {
  const { SESv2 } = await import('@aws-sdk/client-sesv2');
  return explained(new SESv2(settingsOf(connection, 20_000)), connection, service);
}
