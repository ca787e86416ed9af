/** Whom alarms tell; the one place where the SNS client is made. */
import type { SNS } from '@aws-sdk/client-sns';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { SNS, Subscription } from '@aws-sdk/client-sns';

const service = { name: 'SNS', prefix: 'sns' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectSns(connection: Connection): Promise<SNS> {
  const { SNS } = await import('@aws-sdk/client-sns');
  return explained(new SNS(settingsOf(connection, 10_000)), connection, service);
}
