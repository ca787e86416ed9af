/** What Lambda calls: API Gateway's event in, its answer out. Everything that lasts is made once per instance. */
import { randomUUID } from 'node:crypto';
import serverless from 'serverless-http';
import { longestMs, type TimedRequest } from './http/deadline.ts';
import { type Answer, isBinary, problem, settled } from './lambda/answer.ts';
import { type Application, application } from './lambda/application.ts';
import { ForeignEventError, isPing, readEvent } from './lambda/event.ts';
import { log } from './telemetry/log.ts';

interface Context {
  readonly awsRequestId?: string;
  getRemainingTimeInMillis?(): number;
}

/** What is left between our answer and the end that Lambda makes. */
const marginMs = 1_500;

interface Instance extends Application {
  call(event: object, context: Context): Promise<Answer>;
}

let instance: Instance | undefined;
let underWay: Promise<unknown> = Promise.resolve();
let spentMs = initializationMs();

// Made while Lambda initializes, which has a whole processor. What is wrong then is said to whoever asks first.
try {
  start();
} catch {}

/** @throws ForeignEventError for what comes from elsewhere; everything that came over HTTP is answered */
export function handler(event: unknown, context: Context = {}): Promise<Answer | Record<string, never>> {
  if (isPing(event)) return Promise.resolve({});
  const answered = answer(event, context);
  underWay = answered.catch(() => {});
  return answered;
}

async function answer(event: unknown, context: Context): Promise<Answer> {
  try {
    const { call } = instance ?? start();
    return settled(await call(readEvent(event), context));
  } catch (error) {
    if (error instanceof ForeignEventError) throw error;
    const requestId = context.awsRequestId ?? randomUUID();
    log('error', 'An event was not answered by the application.', { requestId, error });
    const { name } = error as Error;
    if (name === 'MalformedEventError') return problem(400, 'Bad request', 'This is no request.', requestId);
    if (name === 'SettingsError')
      return problem(
        503,
        'Not set up',
        'The service is not set up as it has to be. Its log says what is missing.',
        requestId,
      );
    return problem(
      500,
      'Internal error',
      'Something went wrong on our side. Please mention the request id.',
      requestId,
    );
  } finally {
    spentMs = 0;
  }
}

function start(): Instance {
  const made = application();
  const call = serverless(made.koa, {
    binary: isBinary,
    request(request: TimedRequest, _event: object, context: Context) {
      const remaining = context.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
      request.answerBy = performance.now() + Math.min(remaining - marginMs, longestMs - spentMs);
    },
  });
  instance = { ...made, call: call as Instance['call'] };
  return instance;
}

/** The gateway has been waiting since before this process began; an instance that was started ahead keeps nobody waiting. */
function initializationMs(): number {
  return process.env.AWS_LAMBDA_INITIALIZATION_TYPE === 'on-demand' ? Math.min(performance.now(), 10_000) : 0;
}

// Before it takes an instance away, Lambda says so where an extension asked for it: no answer is lost, no session is left.
process.once('SIGTERM', async () => {
  await underWay;
  await instance?.close();
  // The answer may still be on its way to the Runtime API.
  setTimeout(() => process.exit(0), 100);
});
