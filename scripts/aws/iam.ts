/** Whom the account trusts; the one place where the IAM client is made. */
import type { IAM } from '@aws-sdk/client-iam';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { IAM } from '@aws-sdk/client-iam';

const service = { name: 'IAM', prefix: 'iam' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectIam(connection: Connection): Promise<IAM> {
  const { IAM } = await import('@aws-sdk/client-iam');
  return explained(new IAM(settingsOf(connection, 20_000)), connection, service);
}
