/**
 * Connections that survive what happens to a process on Lambda: it is frozen for hours, and thaws with connections that
 * the server has long forgotten; passwords change; a server that hangs would keep a request until the gateway gives up.
 *
 * - Nothing is opened, and `pg` is not even loaded, before the first statement.
 * - A connection that has rested is asked whether it is still there before it is used.
 * - A statement that only reads is sent once more when its connection breaks off. What writes is not: it may have been done.
 * - When the request's time is up, its statements are cancelled, and it may begin no others.
 * - A login that is refused is read anew, once.
 */
import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import { DeadlineError, deadline } from '../deadline.ts';
import { cancel, destroy } from './cancel.ts';
import { isLost, isRefusedLogin } from './connection-error.ts';
import { rdsAuthorities } from './rds-certificates.ts';

/** What the application does with a database; `pg.Pool` can do it, too. */
export interface Connections extends Pick<pg.Pool, 'query' | 'connect'> {
  /** For whoever keeps something that another server, or the same one restored, would contradict. */
  on(event: 'connect', listener: () => void): unknown;
}

export interface ConnectionOptions {
  /** Asked again when nothing can be reached with what it said before. */
  url(): Promise<string>;
  /** Sessions at most. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** A connection that has rested for less is taken to be there. */
const trustedMs = 1_000;

/** How long a connection that has rested may take to say that it is there. */
const checkMs = 1_000;

/** How long a cancelled statement may take to end, before its connection is cut. */
const cancelMs = 200;

type Statement = string | { readonly text: string } | { submit(): void };

/** By the clock and not by a timer, which stands still in a freeze; a clock that was set back tells nothing. */
function hasRestedLittle(since: number): boolean {
  const rested = Date.now() - since;
  return rested >= 0 && rested < trustedMs;
}

export function connectionsOnUse(options: ConnectionOptions): Connections & { end(): Promise<void> } {
  const usedAt = new WeakMap<pg.PoolClient, number>();
  const listeners: Array<() => void> = [];
  let opened: Promise<pg.Pool> | undefined;

  function pool(): Promise<pg.Pool> {
    opened ??= openPool(options, listeners).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  async function connectOnce(): Promise<pg.PoolClient> {
    const open = await pool();
    for (;;) {
      const client = await open.connect().catch(forget);
      const used = usedAt.get(client);
      if (used === undefined || hasRestedLittle(used) || (await answers(client))) return client;
      client.release(true);
    }
  }

  /** Where the database was is not where it will be: the next one to ask reads anew where it is, and how to log in. */
  function forget(error: unknown): never {
    const unusable = opened;
    opened = undefined;
    void unusable?.then((open) => open.end()).catch(() => {});
    throw error;
  }

  async function connected(): Promise<pg.PoolClient> {
    if (deadline()?.aborted) throw new DeadlineError();
    try {
      return await connectOnce();
    } catch (error) {
      if (!isRefusedLogin(error) || deadline()?.aborted) throw error;
      return connectOnce();
    }
  }

  function release(client: pg.PoolClient, broken: boolean): void {
    usedAt.set(client, Date.now());
    client.release(broken);
  }

  async function ask(statement: Statement, values: unknown[] | undefined): Promise<unknown> {
    const client = await connected();
    let failure: unknown;
    try {
      return await untilTimeIsUp(client, () => client.query(statement as string, values));
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      release(client, isLost(failure));
    }
  }

  return {
    query: (async (statement: Statement, values?: unknown[]) => {
      try {
        return await ask(statement, values);
      } catch (error) {
        if (!isLost(error) || !onlyReads(statement) || deadline()?.aborted) throw error;
        return ask(statement, values);
      }
    }) as pg.Pool['query'],
    connect: (async () => guarded(await connected(), release)) as pg.Pool['connect'],
    on: (_, listener) => listeners.push(listener),
    async end() {
      const open = await opened?.catch(() => undefined);
      opened = undefined;
      await open?.end();
    },
  };
}

async function openPool(options: ConnectionOptions, listeners: readonly (() => void)[]): Promise<pg.Pool> {
  // Loading pg and asking for a secret take about as long.
  const [{ default: driver }, url] = await Promise.all([import('pg'), options.url()]);
  const { connectionString, ...tls } = await secured(url);
  const pool = new driver.Pool({
    connectionString,
    ...tls,
    max: options.connections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    // A thaw would find every timer due, and close what is still good.
    idleTimeoutMillis: 0,
    keepAlive: true,
    application_name: 'coalition-builder',
    // Compiling a spatial statement takes longer than running it: 75 ms instead of 30 for a batch of 100 look-ups.
    options: '-c jit=off',
  });
  // An idle connection that the server drops is not an error of any request: the pool replaces it on the next one.
  pool.on('error', () => {});
  // One that breaks while somebody has it says so as an event, too; whoever waits for its answer hears of it anyway.
  pool.on('connect', (client) => {
    client.on('error', () => {});
    for (const listener of listeners) listener();
  });
  return pool;
}

/** RDS is always spoken to over TLS, and has to prove that it is RDS; elsewhere the URL says what it wants. */
async function secured(url: string): Promise<{ connectionString: string; ssl?: { ca: string[] } }> {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  const authorities = await rdsAuthorities(host);
  if (!authorities) return { connectionString: url };
  const plain = new URL(url);
  // What the URL says of TLS would replace what is said here.
  for (const name of ['sslmode', 'sslrootcert', 'ssl']) plain.searchParams.delete(name);
  return { connectionString: plain.href, ssl: { ca: [...authorities] } };
}

/** Whether a connection that has rested is still there. */
async function answers(client: pg.PoolClient): Promise<boolean> {
  // What came in during the freeze (an end, a reset) is seen in the next turn of the event loop.
  await setImmediate();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, checkMs, false);
  });
  const reply = client.query('select 1').then(
    () => true,
    () => false,
  );
  return Promise.race([reply, silence]).finally(() => clearTimeout(timer));
}

/** A connection that was taken out: until it is given back, it obeys the request's deadline as well. */
function guarded(client: pg.PoolClient, release: (client: pg.PoolClient, broken: boolean) => void): pg.PoolClient {
  return Object.create(client, {
    query: {
      value: (statement: Statement, ...rest: unknown[]) => {
        const run = () => (client.query as (...args: unknown[]) => Promise<unknown>)(statement, ...rest);
        // Streams such as COPY's answer through themselves.
        if (typeof statement === 'object' && 'submit' in statement) return run();
        return statement === 'rollback' ? run() : untilTimeIsUp(client, run);
      },
    },
    release: { value: (broken?: Error | boolean) => release(client, Boolean(broken)) },
    // Listeners count themselves on the object that they are added to, so it has to be the client itself.
    on: { value: client.on.bind(client) },
    off: { value: client.off.bind(client) },
  });
}

async function untilTimeIsUp<T>(client: pg.PoolClient, run: () => Promise<T>): Promise<T> {
  const signal = deadline();
  if (!signal) return run();
  if (signal.aborted) throw new DeadlineError();
  let cut: NodeJS.Timeout | undefined;
  const stop = () => {
    cancel(client);
    cut = setTimeout(destroy, cancelMs, client);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await run();
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(cut);
  }
}

/** Conservative: a function that writes can hide in any select, so those of ours are named. */
function onlyReads(statement: Statement): boolean {
  const text = typeof statement === 'string' ? statement : 'text' in statement ? statement.text : '';
  return (
    /^\s*(select|with)\b/i.test(text) &&
    !/\b(insert|update|delete|merge|nextval|setval|pg_advisory\w*|for\s+(no\s+key\s+)?update)\b/i.test(text)
  );
}
