/** Certificates of host names; the one place where the ACM client is made. */
import type { ACM } from '@aws-sdk/client-acm';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { ACM, CertificateDetail } from '@aws-sdk/client-acm';

const service = { name: 'ACM', prefix: 'acm' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectAcm(connection: Connection): Promise<ACM> {
  const { ACM } = await import('@aws-sdk/client-acm');
  return explained(new ACM(settingsOf(connection, 20_000)), connection, service);
}
