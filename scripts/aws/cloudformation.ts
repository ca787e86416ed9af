/** The one place where the CloudFormation client is made. */
import type { CloudFormation } from '@aws-sdk/client-cloudformation';
import { type Connection, explained, settingsOf } from './connection.ts';
import { cloudFormation } from './errors.ts';

export type {
  Change,
  CloudFormation,
  DescribeChangeSetOutput,
  OperationEvent,
  Output,
  Parameter,
  Stack,
  StackEvent,
  StackResource,
} from '@aws-sdk/client-cloudformation';

export { type Connection, endpointOf, isLocal } from './connection.ts';

/** Three tries of this length, with their pauses, make silence an error within 15 seconds. */
const requestTimeoutMs = 4500;

/**
 * The SDK is loaded here, so that a verb's `--help` does not wait for it.
 * @returns the SDK's own client, whose errors a person can act on are `AwsError`s
 */
export async function connect(connection: Connection): Promise<CloudFormation> {
  const { CloudFormation } = await import('@aws-sdk/client-cloudformation');
  return explained(new CloudFormation(settingsOf(connection, requestTimeoutMs)), connection, cloudFormation);
}
