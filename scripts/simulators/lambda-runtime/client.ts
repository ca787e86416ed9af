/**
 * What stands in for Lambda's own runtime client: loads the handler that `_HANDLER` names, then asks, calls and answers
 * until it is stopped. It runs in the function's process and loads nothing that a function does not load anyway.
 */
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API = '', LAMBDA_TASK_ROOT = '.', _HANDLER = '' } = process.env;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let current = '';

interface Answer {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function call(
  method: 'GET' | 'POST',
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${path}`;
    const sent = { ...headers, ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }) };
    request(url, { method, agent, headers: sent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    })
      .on('error', reject)
      .end(body);
  });
}

function describe(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

async function report(path: string, error: unknown): Promise<void> {
  const described = describe(error);
  await call('POST', path, JSON.stringify(described), { 'Lambda-Runtime-Function-Error-Type': described.errorType });
}

// Whoever started this process reads what it says. Gone, they leave nobody to work for; and to complain of it would fail alike.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(1));

// As Lambda's client: what nobody caught is reported, and the process ends.
for (const [event, status] of [
  ['uncaughtException', 129],
  ['unhandledRejection', 128],
] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(`${event} ${error instanceof Error ? error.stack : error}\n`);
    report(current ? `invocation/${current}/error` : 'init/error', error).finally(() => process.exit(status));
  });
}

type Handler = (event: unknown, context: object) => unknown;

async function load(): Promise<Handler> {
  const [file = '', name = ''] = _HANDLER.split('.');
  const module = await import(pathToFileURL(join(LAMBDA_TASK_ROOT, `${file}.mjs`)).href);
  if (typeof module[name] !== 'function')
    throw Object.assign(new Error(`${_HANDLER} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  return module[name];
}

const handler = await load().catch(async (error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  await report('init/error', error);
  process.exit(1);
});

for (;;) {
  const { headers, body } = await call('GET', 'invocation/next');
  current = String(headers['lambda-runtime-aws-request-id']);
  process.env._X_AMZN_TRACE_ID = String(headers['lambda-runtime-trace-id']);
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const context = {
    awsRequestId: current,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    const answer = await handler(JSON.parse(body), context);
    await call('POST', `invocation/${current}/response`, JSON.stringify(answer ?? null));
  } catch (error) {
    await report(`invocation/${current}/error`, error);
  }
  current = '';
}
