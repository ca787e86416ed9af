/** Whether an API answers as it should, asked from outside, as its users ask. */
import { setTimeout } from 'node:timers/promises';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';
import type { Session } from './session.ts';

/**
 * What is asked and what has to come back: the answer needs the function, its version and its database. Whatever tests a
 * deployment uses this, and `smoke-test.database.test.ts` holds the application to it.
 */
export const healthCheck = { path: '/api/health/ready/', status: 200, marker: 'healthy' } as const;

export interface SmokeTest {
  /** Of the stage or the domain: what comes before `/api/`. */
  readonly url: string;
  readonly signal: AbortSignal;
  say(line: string): void;
  /** A new version may be cold, and its first connection slow. */
  readonly attempts?: number;
  readonly pauseMs?: number;
  readonly timeoutMs?: number;
  /** The environment. */
  readonly name?: string;
  /** Asks somebody who stands for the address, where that is simulated. */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
}

export interface SmokeTested {
  readonly url: string;
  readonly attempts: number;
  /** Of the answer that was right. */
  readonly milliseconds: number;
}

export class SmokeTestError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode = exitCode.failed;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'SmokeTestError';
    this.remedy = remedy;
  }
}

/** @throws SmokeTestError with what came back instead, the last time */
export async function smokeTest({
  url,
  signal,
  say,
  attempts = 10,
  pauseMs = 6000,
  timeoutMs = 25_000,
  name = '<environment>',
  fetch = globalThis.fetch,
}: SmokeTest): Promise<SmokeTested> {
  const asked = `${url.replace(/\/+$/, '')}${healthCheck.path}`;
  let last = '';
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const started = Date.now();
    const fault = await ask(fetch, asked, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    signal.throwIfAborted();
    const milliseconds = Date.now() - started;
    if (fault === undefined) return { url: asked, attempts: attempt, milliseconds };
    if (fault !== last) say(`  ${asked} ${fault}`);
    last = fault;
    if (attempt < attempts) await setTimeout(pauseMs, undefined, { signal });
  }
  throw new SmokeTestError(
    `${asked} ${last}, ${attempts === 1 ? 'asked once' : `asked ${attempts} times`}.`,
    last.startsWith('cannot be reached')
      ? `npm run outputs -- ${name} --stack api says where it is, npm run doctor -- ${name} what is in its way.`
      : `Its log says why: npm run logs -- ${name} --errors`,
  );
}

/** @returns what is wrong with the API that a session has deployed, undefined where nothing is */
export async function faultOf(
  { fetch, signal, say, patience }: Pick<Session, 'fetch' | 'patience' | 'say' | 'signal'>,
  url = '',
): Promise<string | undefined> {
  try {
    await smokeTest({ url, signal, say, fetch, ...patience });
    return undefined;
  } catch (error) {
    if (error instanceof SmokeTestError) return error.message;
    throw error;
  }
}

/** @returns what is wrong with the answer, undefined where nothing is */
async function ask(
  fetch: NonNullable<SmokeTest['fetch']>,
  url: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    // An API that sends its callers elsewhere is not the one that was deployed.
    const response = await fetch(new URL(url), { signal, redirect: 'manual', headers: { Accept: 'application/json' } });
    const body = await response.text();
    if (response.status !== healthCheck.status) return `answers ${response.status}${excerpt(body)}`;
    return statusIn(body) === healthCheck.marker ? undefined : `does not say "${healthCheck.marker}"${excerpt(body)}`;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return 'does not answer in time';
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return `cannot be reached (${cause?.code ?? message})`;
  }
}

function statusIn(body: string): unknown {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === 'object' && read !== null && 'status' in read ? read.status : undefined;
  } catch {
    return undefined;
  }
}

/** One line of whatever it is, without what could colour or clear a terminal. */
function excerpt(body: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const text = body.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return text === '' ? '' : `: ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
}
