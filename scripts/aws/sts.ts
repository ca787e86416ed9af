/** Whose the credentials are; the one place where the STS client is made. */
import type { STS } from '@aws-sdk/client-sts';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { STS } from '@aws-sdk/client-sts';

const service = { name: 'STS', prefix: 'sts' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectSts(connection: Connection): Promise<STS> {
  const { STS } = await import('@aws-sdk/client-sts');
  return explained(new STS(settingsOf(connection, 10_000)), connection, service);
}
