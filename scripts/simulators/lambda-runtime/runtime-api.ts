/**
 * The HTTP side of the Runtime API, version 2018-06-01, for one process at a time. It knows of requests and answers;
 * what follows from them is the environment's business.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What Lambda accepts as an answer: 6 MiB and 100 bytes. */
export const largestAnswer = 6 * 1024 * 1024 + 100;

export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly functionArn: string;
  readonly traceId: string;
}

/** What a process reports of a failure; `errorType` and `errorMessage` are what callers see. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What the process tells. */
export interface Listener {
  /** It asks for an invocation: its initialization, or the one before, is over. */
  asksForNext(): void;
  answers(requestId: string, payload: string): void;
  fails(requestId: string, error: FunctionError): void;
  failsToStart(error: FunctionError): void;
}

export interface RuntimeApi {
  /** `host:port`, as AWS_LAMBDA_RUNTIME_API has it. */
  readonly address: string;
  /** From now on requests are of this process; whoever waited before is forgotten. */
  serve(listener: Listener): void;
  /** Hands an invocation to the process that asks for one. */
  hand(invocation: Invocation): void;
  close(): Promise<void>;
}

export async function startRuntimeApi(): Promise<RuntimeApi> {
  let listener: Listener | undefined;
  let waiting: ServerResponse | undefined;
  let current: Invocation | undefined;

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => refuse(response, 500, 'InternalServerError', String(error)));
  });
  // A process that is frozen between two invocations keeps its connection for hours.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const path = /^\/2018-06-01\/runtime\/(.*)$/.exec(url)?.[1];
    if (method === 'GET' && path === 'invocation/next') {
      waiting = response;
      current = undefined;
      listener?.asksForNext();
      return;
    }
    const body = await read(request);
    if (method === 'POST' && path === 'init/error') {
      accept(response);
      listener?.failsToStart(readError(request, body));
      return;
    }
    const [, requestId = '', what] = /^invocation\/([^/]+)\/(response|error)$/.exec(path ?? '') ?? [];
    if (method !== 'POST' || what === undefined)
      return refuse(response, 404, 'NotFound', `There is no ${method} ${url}.`);
    if (requestId !== current?.requestId)
      return refuse(response, 400, 'InvalidRequestID', 'Invalid request ID specified.');
    current = undefined;
    if (body.byteLength > largestAnswer) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${largestAnswer} bytes).`;
      refuse(response, 413, 'RequestEntityTooLarge', errorMessage);
      listener?.fails(requestId, { errorType: 'Function.ResponseSizeTooLarge', errorMessage });
    } else if (what === 'error') {
      accept(response);
      listener?.fails(requestId, readError(request, body));
    } else {
      accept(response);
      listener?.answers(requestId, body.toString());
    }
  }

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve(next) {
      listener = next;
      waiting = undefined;
      current = undefined;
    },
    hand(invocation) {
      if (!waiting) throw new Error('No process asks for an invocation.');
      current = invocation;
      waiting.writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
        'Lambda-Runtime-Deadline-Ms': String(invocation.deadline),
        'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
        'Lambda-Runtime-Trace-Id': invocation.traceId,
      });
      waiting.end(invocation.event);
      waiting = undefined;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function readError(request: IncomingMessage, body: Buffer): FunctionError {
  const named = String(request.headers['lambda-runtime-function-error-type'] ?? 'Unknown');
  try {
    const { errorType = named, errorMessage = '', trace } = JSON.parse(body.toString());
    return { errorType, errorMessage, ...(trace ? { trace } : {}) };
  } catch {
    return { errorType: named, errorMessage: body.toString() };
  }
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ errorType, errorMessage }));
}
