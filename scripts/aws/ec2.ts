/** The one place where the EC2 client is made. */
import type { EC2 } from '@aws-sdk/client-ec2';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { EC2, IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';

const service = { name: 'EC2', prefix: 'ec2' };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectEc2(connection: Connection): Promise<EC2> {
  const { EC2 } = await import('@aws-sdk/client-ec2');
  return explained(new EC2(settingsOf(connection, 10_000)), connection, service);
}
