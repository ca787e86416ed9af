/** Database instances and their snapshots; the one place where the RDS client is made. */
import type { RDS } from '@aws-sdk/client-rds';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { DBInstance, DBSnapshot, RDS } from '@aws-sdk/client-rds';

const service = { name: 'RDS', prefix: 'rds' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectRds(connection: Connection): Promise<RDS> {
  const { RDS } = await import('@aws-sdk/client-rds');
  return explained(new RDS(settingsOf(connection, 20_000)), connection, service);
}
