/**
 * Invocations of the built bundle, one after the other, while everything around it goes wrong by chance: freezes, resets,
 * a database that hangs, statements that take longer than a request may, processes that are killed. What was
 * acknowledged has to be there afterwards, and every request has to be answered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { addAccount } from '../../api/access/accounts.ts';
import { newKey } from '../../api/access/keys.ts';
import { faultyProxy } from '../simulators/faulty-proxy.ts';
import { type RestAnswer, restEvent } from '../simulators/lambda-runtime/rest-event.ts';
import { testPassword } from './api.ts';
import type { FreshDatabase } from './database.ts';
import { lambdaOnTrial } from './lambda.ts';
import { type Memory, measuredHandler } from './memory.ts';

export interface SoakReport {
  readonly invocations: number;
  /** By status; `503` are those that a fault hit. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Invocations that got no answer, and why. */
  readonly unanswered: readonly string[];
  /** Writes that were acknowledged and are not in the database. */
  readonly lost: readonly string[];
  readonly acknowledged: number;
  /** Bytes resident at a tenth of the way and at the end, of the process that lived longest. */
  readonly resident: readonly number[];
  /** What the one process holds, after each twentieth and a collection; empty where processes are killed. */
  readonly memory: readonly Memory[];
  readonly starts: number;
}

export interface SoakOptions {
  readonly invocations: number;
  readonly seed: number;
  /** A fault before one in so many invocations. */
  readonly faultEvery: number;
  /** No process is killed, and what the one holds is measured. */
  readonly oneProcess?: boolean;
  readonly progress?: (done: number) => void;
}

export async function soak(
  database: FreshDatabase,
  { invocations, seed, faultEvery, oneProcess = false, progress }: SoakOptions,
): Promise<SoakReport> {
  const random = seeded(seed);
  const url = new URL(database.url ?? '');
  await using proxy = await faultyProxy(url.href);
  url.port = String(proxy.port);
  await using trial = await lambdaOnTrial(url.href, {
    timeoutMs: 3_500,
    // V8 lets its young generation grow to 100 MB and more, step by step, which would look like a leak and hide one.
    ...(oneProcess && {
      handler: await measuredHandler(),
      variables: { NODE_OPTIONS: '--max-semi-space-size=2' },
    }),
  });
  const { lambda } = trial;
  const other = new pg.Client({ connectionString: database.url ?? '' });
  // Whatever fails below ends it, too.
  other.on('error', () => {});
  await other.connect();
  const { id } = await addAccount(database.pool, {
    email: 'soak@example.org',
    name: 'Soak',
    role: 'editor',
    password: testPassword,
  });
  const key = newKey();
  await database.pool.query('insert into api_key (account, name, secret_hash, scopes) values ($1, $2, $3, $4)', [
    id,
    'soak',
    key.hash,
    ['content:write'],
  ]);

  const statuses: Record<string, number> = {};
  const faults: Record<string, number> = {};
  const unanswered: string[] = [];
  const acknowledged: string[] = [];
  const resident: number[] = [];
  const memory: Memory[] = [];
  let starts = 0;

  const happenings: Record<string, () => Promise<void> | void> = {
    freeze: () => sleep(5 + random() * 60),
    'long freeze': () => sleep(1_050),
    reset: () => proxy.reset(),
    'reset during the request': () => void setTimeout(() => proxy.reset(), random() * 6),
    refusal: () => {
      proxy.refuse();
      setTimeout(() => proxy.heal(), 20 + random() * 50);
    },
    hang: () => {
      proxy.hang();
      setTimeout(() => proxy.heal(), 200 + random() * 2_500);
    },
    'backends ended': async () => {
      await other.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'coalition-builder' and client_addr is not null`,
      );
    },
    'slow query': async () => {
      await other.query('begin');
      await other.query('lock table campaign in access exclusive mode');
      setTimeout(() => void other.query('rollback').catch(() => {}), 100 + random() * 2_500);
    },
    ...(!oneProcess && {
      'process killed': async () => {
        const environment = lambda.environment();
        environment?.kill('SIGKILL');
        await environment?.ended;
      },
    }),
  };
  // The costly ones take seconds each, and are as rare as they are outside.
  const weighted = Object.keys(happenings).flatMap((name) =>
    Array<string>(/hang|slow|long/.test(name) ? 1 : 12).fill(name),
  );

  for (let count = 1; count <= invocations; count++) {
    if (random() < 1 / faultEvery) {
      const name = weighted[Math.floor(random() * weighted.length)] ?? 'reset';
      faults[name] = (faults[name] ?? 0) + 1;
      await happenings[name]?.();
    }
    const writes = count % 10 === 0;
    const name = `soak-${seed}-${count}`;
    const event = writes
      ? restEvent('POST', '/api/campaigns/', {
          headers: { Authorization: `Bearer ${key.secret}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({ name, title: name, summary: 'Of a soak.' }),
        })
      : count % 3 === 0
        ? restEvent('GET', '/api/health/')
        : restEvent('GET', '/api/campaigns/', { query: { limit: '5' } });
    const { payload, error, initMilliseconds } = await lambda.invoke(event);
    if (initMilliseconds !== undefined) starts += 1;
    if (payload === undefined) unanswered.push(`${count}: ${error?.errorType} ${error?.errorMessage}`);
    else {
      const { statusCode } = JSON.parse(payload) as RestAnswer;
      statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
      if (writes && statusCode === 201) acknowledged.push(name);
    }
    if (count % Math.max(1, Math.floor(invocations / 10)) === 0) {
      resident.push(lambda.environment()?.resident()?.now ?? 0);
      progress?.(count);
    }
    if (oneProcess && count % Math.max(1, Math.floor(invocations / 20)) === 0)
      memory.push(JSON.parse((await lambda.invoke({ memory: true })).payload ?? ''));
  }
  proxy.heal();
  await sleep(100);
  await other.query('rollback');
  const { rows } = await other.query<{ name: string }>(`select name from campaign where name like 'soak-%'`);
  const stored = new Set(rows.map((row) => row.name));
  await other.end();
  return {
    invocations,
    statuses,
    faults,
    unanswered,
    lost: acknowledged.filter((name) => !stored.has(name)),
    acknowledged: acknowledged.length,
    resident,
    memory,
    starts,
  };
}

/** Mulberry32: the same faults for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
