/** The one place where the CloudWatch client is made: alarms, and what they watch. */
import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { CloudWatch, MetricAlarm } from '@aws-sdk/client-cloudwatch';

/** Policies say `cloudwatch`, endpoints `monitoring`; AWS_ENDPOINT_URL_CLOUDWATCH is what the SDK reads. */
const service = { name: 'CloudWatch', prefix: 'cloudwatch' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectCloudWatch(connection: Connection): Promise<CloudWatch> {
  const { CloudWatch } = await import('@aws-sdk/client-cloudwatch');
  return explained(new CloudWatch(settingsOf(connection, 10_000)), connection, service);
}
