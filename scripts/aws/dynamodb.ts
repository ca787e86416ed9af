/** The table of the rate limits, as far as it is backed up; the one place where the DynamoDB client is made. */
import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { DynamoDB } from '@aws-sdk/client-dynamodb';

const service = { name: 'DynamoDB', prefix: 'dynamodb' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectDynamoDb(connection: Connection): Promise<DynamoDB> {
  const { DynamoDB } = await import('@aws-sdk/client-dynamodb');
  return explained(new DynamoDB(settingsOf(connection, 20_000)), connection, service);
}
