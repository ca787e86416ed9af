/** One execution environment: a process from its start over freezes and thaws to its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Limits, limitsOf, unlimited } from './limits.ts';
import type { FunctionError, Invocation, RuntimeApi } from './runtime-api.ts';

/** Lambda gives an initialization this long. */
const longestInitializationMs = 10_000;

export interface FunctionDescription {
  /** Where the bundle is: LAMBDA_TASK_ROOT. */
  readonly folder: string;
  /** Such as `lambda.handler`. */
  readonly handler: string;
  /** The function's own variables; nothing of this process is inherited. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** MemorySize; without it nothing is limited, and the function is told 1024. */
  readonly memoryMB?: number;
  /** False lets the process run on between invocations. */
  readonly freezes?: boolean;
  /** What runs instead of our stand-in for Lambda's runtime client. */
  readonly command?: readonly string[];
}

export type Outcome =
  | { readonly payload: string; readonly error?: undefined }
  | { readonly payload?: undefined; readonly error: FunctionError };

export interface Environment {
  readonly pid: number;
  readonly limits: Limits;
  /** Milliseconds from the start of the process until it asked for its first invocation. */
  readonly initialization: Promise<number>;
  run(invocation: Invocation): Promise<Outcome>;
  freeze(): void;
  thaw(): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process is gone, whatever ended it. */
  readonly ended: Promise<void>;
  isAlive(): boolean;
  /** Bytes now, and at most so far; undefined where there is no /proc. */
  resident(): { readonly now: number; readonly peak: number } | undefined;
}

/** The initialization ended without the process asking for an invocation. */
export class InitializationError extends Error {
  readonly error: FunctionError;
  constructor(error: FunctionError) {
    super(`${error.errorType}: ${error.errorMessage}`);
    this.name = 'InitializationError';
    this.error = error;
  }
}

/** Processes that a person's Ctrl-C does not reach, because each leads a group of its own. */
const alive = new Set<(signal: NodeJS.Signals) => void>();
process.once('exit', () => {
  for (const kill of alive) kill('SIGKILL');
});

/** @param write every piece of the process's own output */
export function startEnvironment(
  api: RuntimeApi,
  wanted: FunctionDescription,
  write: (text: string) => void,
  initializationMs = longestInitializationMs,
): Environment {
  const limits = wanted.memoryMB === undefined ? unlimited : limitsOf(wanted.memoryMB);
  const client = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(new URL('./client.ts', import.meta.url)),
  ];
  const [file = '', ...args] = limits.wrap(wanted.command ?? client);
  const started = performance.now();
  const child = spawn(file, args, {
    cwd: wanted.command ? tmpdir() : wanted.folder,
    env: { ...lambdaVariables(wanted, api.address), ...wanted.variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, which is frozen as a whole.
    detached: true,
  });
  child.stdout?.setEncoding('utf8').on('data', write);
  child.stderr?.setEncoding('utf8').on('data', write);

  let reported: FunctionError | undefined;
  let outcome: ((outcome: Outcome) => void) | undefined;
  let asked: () => void = () => {};
  let isReady = false;
  let isFrozen = false;
  let isEnding = false;

  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  alive.add(kill);
  void ended.then(() => {
    alive.delete(kill);
    limits.remove();
  });

  const initialization = new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      kill('SIGKILL');
      reject(
        new InitializationError({
          errorType: 'Sandbox.Timedout',
          errorMessage: `Init timed out after ${(initializationMs / 1000).toFixed(2)} seconds`,
        }),
      );
    }, initializationMs);
    asked = () => {
      clearTimeout(timer);
      isReady = true;
      resolve(performance.now() - started);
    };
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new InitializationError({ errorType: 'Runtime.InvalidEntrypoint', errorMessage: error.message }));
    });
    child.once('exit', () => {
      clearTimeout(timer);
      if (!isReady)
        reject(new InitializationError(reported ?? { errorType: 'Runtime.ExitError', errorMessage: exitOf(child) }));
    });
  });
  // Whoever invokes hears of it; an environment that nobody invokes may fail in silence.
  initialization.catch(() => {});

  api.serve({
    asksForNext: () => {
      if (isReady && wanted.freezes !== false) freeze();
      asked();
    },
    answers: (_, payload) => outcome?.({ payload }),
    fails: (_, error) => outcome?.({ error }),
    failsToStart: (error) => {
      reported = error;
    },
  });

  function kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGTERM') isEnding = true;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Gone in the meantime.
    }
  }
  function freeze(): void {
    // Lambda thaws what it is about to end.
    if (isEnding) return;
    isFrozen = true;
    kill('SIGSTOP');
  }
  function thaw(): void {
    if (isFrozen) kill('SIGCONT');
    isFrozen = false;
  }

  return {
    pid: child.pid ?? 0,
    limits,
    initialization,
    ended,
    freeze,
    thaw,
    kill,
    isAlive: () => child.exitCode === null && child.signalCode === null && child.pid !== undefined,
    resident: () => residentOf(child.pid),
    async run(invocation) {
      const { requestId, deadline } = invocation;
      let timer: NodeJS.Timeout | undefined;
      const timedOut = new Promise<Outcome>((resolve) => {
        timer = setTimeout(() => resolve({ error: timeOut(requestId, wanted.timeoutMs) }), deadline - Date.now());
      });
      const gone = ended.then(
        (): Outcome => ({
          error: { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${exitOf(child)}` },
        }),
      );
      const answered = new Promise<Outcome>((resolve) => {
        outcome = resolve;
      });
      const next = new Promise<void>((resolve) => {
        asked = resolve;
      });
      thaw();
      api.hand(invocation);
      const result = await Promise.race([answered, gone, timedOut]);
      clearTimeout(timer);
      if (result.error?.errorType === 'Sandbox.Timedout') kill('SIGKILL');
      // Lambda hands the answer on at once; the environment is free when the process asks again, or is gone.
      await Promise.race([next, ended]);
      return result;
    },
  };
}

export const defaultTimeoutMs = 30_000;

function timeOut(requestId: string, timeoutMs = defaultTimeoutMs): FunctionError {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

function exitOf({ exitCode, signalCode }: ChildProcess): string {
  if (signalCode === 'SIGKILL') return 'Runtime exited with error: signal: killed';
  if (signalCode) return `Runtime exited with error: signal: ${signalCode}`;
  return exitCode === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${exitCode}`;
}

function residentOf(pid: number | undefined): { now: number; peak: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
    return { now: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 };
  } catch {
    return undefined;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function lambdaVariables(
  { folder, handler, memoryMB = 1024 }: FunctionDescription,
  api: string,
): Record<string, string> {
  return {
    _HANDLER: handler,
    AWS_LAMBDA_RUNTIME_API: api,
    AWS_LAMBDA_FUNCTION_NAME: 'coalition-simulated',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/coalition-simulated',
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[1]simulated',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'simulated',
    AWS_SESSION_TOKEN: 'simulated',
    LAMBDA_TASK_ROOT: folder,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  };
}
