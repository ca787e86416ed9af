/** The one place where the Lambda client is made. */
import type { Lambda } from '@aws-sdk/client-lambda';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { AliasConfiguration, FunctionConfiguration, Lambda } from '@aws-sdk/client-lambda';

const service = { name: 'Lambda', prefix: 'lambda', actions: { Invoke: 'InvokeFunction' } };

/** A function runs for 15 minutes at most, and answers when it is done. */
const requestTimeoutMs = 15 * 60_000 + 30_000;

/** Of a connection that was kept, and that the other side had just closed. */
const cutOff = ['ECONNRESET', 'EPIPE'];

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectLambda(connection: Connection): Promise<Lambda> {
  const { Lambda } = await import('@aws-sdk/client-lambda');
  const client = new Lambda({
    ...settingsOf(connection, requestTimeoutMs),
    // An invocation or a change that was not answered may have begun all the same; whoever asks decides whether to ask again.
    maxAttempts: 1,
  });
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (input) => {
        for (let left = /^(Get|List)/.test(String(commandName)) ? 2 : 0; ; left--) {
          try {
            return await next(input);
          } catch (error) {
            if (left === 0 || !cutOff.includes(String((error as { code?: unknown }).code))) throw error;
          }
        }
      },
    { step: 'initialize', priority: 'low', name: 'askAgain' },
  );
  return explained(client, connection, service);
}
