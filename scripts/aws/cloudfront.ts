/** What stands in front of the API; the one place where the CloudFront client is made. */
import type { CloudFront } from '@aws-sdk/client-cloudfront';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { CloudFront, DistributionConfig } from '@aws-sdk/client-cloudfront';

const service = { name: 'CloudFront', prefix: 'cloudfront' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectCloudFront(connection: Connection): Promise<CloudFront> {
  const { CloudFront } = await import('@aws-sdk/client-cloudfront');
  return explained(new CloudFront(settingsOf(connection, 20_000)), connection, service);
}
