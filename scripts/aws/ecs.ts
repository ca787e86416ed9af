/** The one place where the ECS client is made. */
import type { ECS } from '@aws-sdk/client-ecs';
import { exitCode } from '../terminal/exit-codes.ts';
import { AwsError, explain } from './errors.ts';

export type { ECS, Task } from '@aws-sdk/client-ecs';

export interface EcsConnection {
  readonly region: string;
  /** Wins over AWS_ENDPOINT_URL_ECS and AWS_ENDPOINT_URL. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectEcs({ region, endpoint, credentials }: EcsConnection): Promise<ECS> {
  const { ECS } = await import('@aws-sdk/client-ecs');
  const client = new ECS({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  client.middlewareStack.add(
    (next, { commandName = 'Command' }) =>
      async (input) => {
        try {
          return await next(input);
        } catch (error) {
          throw explainEcs(error, String(commandName).replace(/Command$/, ''), region);
        }
      },
    // Outermost: an error that the SDK will retry is none yet.
    { step: 'initialize', priority: 'high', name: 'explainErrors' },
  );
  return client;
}

/** What ECS says of a request: refused for who asks (AccessDenied), or for what is asked (Client, InvalidParameter). */
function explainEcs(error: unknown, operation: string, region: string): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const own: Readonly<Record<string, string>> = {
    AccessDeniedException: `Use credentials that may ecs:${operation}, or have the action allowed to this identity.`,
    BlockedException: 'The account is blocked; AWS Support knows why.',
    ClientException: 'Deploy the stack geodata-import again, then try again.',
    ClusterNotFoundException: 'Deploy the stack geodata-import, then try again.',
    InvalidParameterException: 'Deploy the stack geodata-import again, then try again.',
    PlatformTaskDefinitionIncompatibilityException: 'Deploy the stack geodata-import again, then try again.',
  };
  const remedy = own[name];
  if (remedy) return new AwsError(`ECS refuses ${operation}: ${message}`, remedy, exitCode.failed, error);
  if ('$fault' in error) return error;
  const explained = explain(error, { operation, endpoint: `https://ecs.${region}.amazonaws.com` });
  // Nobody answered; explain() takes whoever did not for CloudFormation.
  if (explained instanceof AwsError && explained.exitCode === exitCode.failed)
    return new AwsError(
      `ECS in ${region} does not answer (${message}).`,
      'Check the network, and try again.',
      exitCode.failed,
      error,
    );
  return explained;
}
