/** `fetch` for hosts that speak IPv4 only: from a VPC, whose way out is IPv6, another function fetches for us. */
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Answered, Asked } from '../outbound.ts';
import { type Trace, untraced } from '../telemetry/trace.ts';
import { dualStack } from './dual-stack.ts';

export type Fetch = (url: URL | string, init?: RequestInit) => Promise<Response>;

/**
 * @param functionName of the outbound function (OUTBOUND_FUNCTION); undefined where everything is reached from here
 * @returns fetches as `fetch` does, text only; a failure of the function is one of the network
 */
export function fetchOutside(
  functionName: string | undefined,
  client: () => Promise<LambdaClient> = defaultClient,
  trace: Trace = untraced,
): Fetch {
  if (functionName === undefined) return fetch;
  let connected: Promise<LambdaClient> | undefined;
  return async (url, init = {}) => {
    const request = new Request(url, init);
    const asked: Asked = {
      url: request.url,
      method: request.method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(request.headers),
      ...(request.body ? { body: await request.text() } : {}),
    };
    const { InvokeCommand } = await import('@aws-sdk/client-lambda');
    connected ??= client();
    const lambda = await connected;
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(asked) });
    const { Payload, FunctionError } = await trace('Lambda', { namespace: 'aws', operation: 'Invoke' }, () =>
      lambda.send(command, init.signal ? { abortSignal: init.signal } : {}),
    );
    const told = Buffer.from(Payload ?? []).toString('utf8');
    if (FunctionError) throw new TypeError('fetch failed', { cause: new Error(`The outbound function: ${told}`) });
    const { status, headers, body } = JSON.parse(told) as Answered;
    if (init.redirect === 'error' && status >= 300 && status < 400) throw new TypeError('fetch failed: a redirect');
    // These have no body, and a Response refuses one.
    return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
  };
}

async function defaultClient(): Promise<LambdaClient> {
  const { LambdaClient } = await import('@aws-sdk/client-lambda');
  return new LambdaClient({
    ...dualStack('LAMBDA'),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  });
}
