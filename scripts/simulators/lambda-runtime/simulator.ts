/** A function of one environment, which is started when it is invoked and started again where it died. */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  defaultTimeoutMs,
  type Environment,
  type FunctionDescription,
  InitializationError,
  type Outcome,
  startEnvironment,
} from './environment.ts';
import { startRuntimeApi } from './runtime-api.ts';

export type { FunctionDescription } from './environment.ts';
export type { FunctionError } from './runtime-api.ts';

/** What a caller of Invoke may send: 6 MiB. */
const largestEvent = 6 * 1024 * 1024;

export interface Invoked {
  readonly requestId: string;
  /** What the handler returned, as JSON; undefined where it failed. */
  readonly payload: string | undefined;
  readonly error: { readonly errorType: string; readonly errorMessage: string } | undefined;
  /** From handing the event out to the answer. */
  readonly milliseconds: number;
  /** Where this invocation started the process: how long that took. */
  readonly initMilliseconds: number | undefined;
}

export interface SimulatedLambda extends AsyncDisposable {
  /** @param event an object, or JSON as it is */
  invoke(event: unknown): Promise<Invoked>;
  /** The process that is running or frozen; undefined before the first invocation and after a death. */
  environment(): Environment | undefined;
  /** The process's output so far. */
  output(): string;
  stop(): Promise<void>;
}

export async function startLambda(description: FunctionDescription): Promise<SimulatedLambda> {
  const api = await startRuntimeApi();
  const { timeoutMs = defaultTimeoutMs } = description;
  const written: string[] = [];
  let environment: Environment | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const start = (initializationMs?: number) => {
    environment = startEnvironment(api, description, keep, initializationMs);
    return environment;
  };
  function keep(text: string): void {
    written.push(text);
    if (written.length > 5_000) written.splice(0, 1_000);
  }

  async function invoke(event: unknown): Promise<Invoked> {
    const requestId = randomUUID();
    const json = typeof event === 'string' ? event : (JSON.stringify(event) ?? 'null');
    if (Buffer.byteLength(json) > largestEvent) {
      const errorMessage = `${Buffer.byteLength(json)} byte payload is too large for the RequestResponse invocation type (limit ${largestEvent} bytes)`;
      return {
        requestId,
        payload: undefined,
        error: { errorType: 'RequestEntityTooLargeException', errorMessage },
        milliseconds: 0,
        initMilliseconds: undefined,
      };
    }
    let initMilliseconds: number | undefined;
    let outcome: Outcome;
    const began = performance.now();
    try {
      if (!environment?.isAlive()) initMilliseconds = await initialize();
      const running = environment as Environment;
      outcome = await running.run({
        requestId,
        event: json,
        deadline: Date.now() + timeoutMs,
        functionArn: 'arn:aws:lambda:us-east-1:111122223333:function:coalition-simulated:live',
        traceId: `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`,
      });
    } catch (error) {
      if (!(error instanceof InitializationError)) throw error;
      outcome = { error: error.error };
    }
    return {
      requestId,
      payload: outcome.payload,
      error: outcome.error,
      milliseconds: performance.now() - began - (initMilliseconds ?? 0),
      initMilliseconds,
    };
  }

  /** An initialization that fails is tried once more, with the function's own time-out; its failure is the caller's. */
  async function initialize(): Promise<number> {
    try {
      return await start().initialization;
    } catch {
      await environment?.ended;
      return start(timeoutMs).initialization;
    }
  }

  const stop = async () => {
    environment?.kill('SIGKILL');
    await environment?.ended;
    await api.close();
  };
  return {
    invoke(event) {
      const invoked = turn.then(() => invoke(event));
      turn = invoked.catch(() => {});
      return invoked;
    },
    environment: () => (environment?.isAlive() ? environment : undefined),
    output: () => written.join(''),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
