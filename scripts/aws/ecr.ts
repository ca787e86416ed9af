/** The one place where the ECR client is made: whether an image that is to run again is still there. */
import type { ECR } from '@aws-sdk/client-ecr';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { ECR } from '@aws-sdk/client-ecr';

const service = { name: 'ECR', prefix: 'ecr' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectEcr(connection: Connection): Promise<ECR> {
  const { ECR } = await import('@aws-sdk/client-ecr');
  return explained(new ECR(settingsOf(connection, 10_000)), connection, service);
}
