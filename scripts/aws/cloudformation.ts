/** The one place where the CloudFormation client is made. */
import type { CloudFormation } from '@aws-sdk/client-cloudformation';
import { explain, notCloudFormation } from './errors.ts';

export type {
  Change,
  CloudFormation,
  DescribeChangeSetOutput,
  OperationEvent,
  Parameter,
  Stack,
  StackEvent,
} from '@aws-sdk/client-cloudformation';

export interface Connection {
  readonly region: string;
  /** Wins over AWS_ENDPOINT_URL_CLOUDFORMATION and AWS_ENDPOINT_URL. */
  readonly endpoint?: string;
  /** Wins over the usual chain: variables, profile, role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

type MetadataBearer = { readonly $metadata: { readonly requestId?: string } };

/** Three tries of this length, with their pauses, make silence an error within 15 seconds. */
const requestTimeoutMs = 4500;

/**
 * The SDK is loaded here, so that a verb's `--help` does not wait for it.
 * @returns the SDK's own client, whose errors a person can act on are `AwsError`s
 */
export async function connect(connection: Connection): Promise<CloudFormation> {
  const { CloudFormation } = await import('@aws-sdk/client-cloudformation');
  const { region, endpoint, credentials } = connection;
  const client = new CloudFormation({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3000, requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
  });
  client.middlewareStack.add(
    (next, { commandName = 'Command' }) =>
      async (input) => {
        const request = { operation: String(commandName).replace(/Command$/, ''), endpoint: endpointOf(connection) };
        try {
          const answer = await next(input);
          // The SDK makes an empty answer of whatever it cannot read.
          if (!(answer.output as MetadataBearer).$metadata.requestId) throw notCloudFormation(request, 'no request id');
          return answer;
        } catch (error) {
          throw explain(error, request);
        }
      },
    // Outermost: an error that the SDK will retry is none yet.
    { step: 'initialize', priority: 'high', name: 'explainErrors' },
  );
  return client;
}

export function endpointOf({ endpoint, region }: Connection): string {
  return (
    endpoint ??
    process.env.AWS_ENDPOINT_URL_CLOUDFORMATION ??
    process.env.AWS_ENDPOINT_URL ??
    `https://cloudformation.${region}.amazonaws.com`
  );
}

/** Whether requests stay on this machine: a simulator. */
export function isLocal(connection: Connection): boolean {
  return /^https?:\/\/(127\.|localhost|\[::1\])/.test(endpointOf(connection));
}
