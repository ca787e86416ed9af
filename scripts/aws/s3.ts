/** The one place where the S3 client of a deploy is made: release records, and templates too large to be sent. */
import type { S3 } from '@aws-sdk/client-s3';
import { type Connection, explained, isLocal, settingsOf } from './connection.ts';

export type { S3 } from '@aws-sdk/client-s3';

const service = { name: 'S3', prefix: 's3', actions: { ListObjectsV2: 'ListBucket' } };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectS3(connection: Connection): Promise<S3> {
  const { S3 } = await import('@aws-sdk/client-s3');
  const client = new S3({
    ...settingsOf(connection, 20_000),
    // A simulator has one name, whatever its buckets are called.
    forcePathStyle: isLocal(connection, service),
  });
  return explained(client, connection, service);
}
