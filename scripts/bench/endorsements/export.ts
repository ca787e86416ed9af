/**
 * 100,000 endorsements as CSV over HTTP, from a process of its own whose memory is read afterwards; against PostgreSQL's
 * own CSV of the same columns, by COPY over the same loopback.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { newKey } from '../../../api/access/keys.ts';
import { columns as exported, from } from '../../../api/endorsements/export/columns.ts';
import { compile } from '../../build/compile.ts';
import { columns } from '../../terminal/style.ts';
import { type FreshDatabase, freshDatabase } from '../../testing/database.ts';
import { fill } from './people.ts';

const rounds = 3;
const rows = 100_000;

export async function benchExport(): Promise<void> {
  const database = await freshDatabase();
  if (!database.url) throw new Error('This benchmark needs a PostgreSQL server with PostGIS on this machine.');
  await fill(database, rows);
  const key = await keyOf(database);
  const { url, memory, stop } = await startServer(database.url);
  const csv = () => fetched(`${url}/endorsements/export/csv/`, key);
  const json = () => fetched(`${url}/endorsements/export/json/`, key);
  const rates = { copy: [] as number[], csv: [] as number[], json: [] as number[] };
  const peaks = { idle: memory(), csv: 0, slow: 0, json: 0 };
  for (let round = 0; round < rounds; round++) {
    rates.copy.push(await megabytesPerSecond(copied(database.url)));
    rates.csv.push(await megabytesPerSecond(csv()));
  }
  peaks.csv = memory();
  await megabytesPerSecond(slowly(csv()));
  peaks.slow = memory();
  for (let round = 0; round < rounds; round++) rates.json.push(await megabytesPerSecond(json()));
  peaks.json = memory();
  stop();
  const rate = (values: readonly number[]) => `${median(values).toFixed(1)} MB/s`;
  const ratio = median(rates.csv.map((value, round) => value / (rates.copy[round] ?? Number.NaN)));
  process.stdout.write(
    `export: ${rows.toLocaleString('en')} rows, ${rounds} rounds, medians; the bundled process at its peak: ${peaks.idle} MB idle\n${columns(
      [
        ['', 'rate', 'against COPY', 'peak memory so far'],
        ['COPY … TO STDOUT', rate(rates.copy), '', ''],
        ['CSV', rate(rates.csv), `${ratio.toFixed(2)}x`, `${peaks.csv} MB`],
        ['CSV, to a slow reader', '', '', `${peaks.slow} MB`],
        ['JSON', rate(rates.json), '', `${peaks.json} MB`],
      ],
      [1, 2, 3],
    )}\n`,
  );
  await database.close();
}

/** Bundled as what ships is: to strip types as it starts would cost it memory that no server has to pay. */
async function startServer(databaseUrl: string): Promise<{ url: string; memory(): number; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'coalition-bench-'));
  const files = await compile({ server: 'scripts/bench/endorsements/server.ts' });
  for (const { name, code } of files.values()) writeFileSync(join(folder, name), code);
  const child = spawn(process.execPath, [join(folder, 'server.mjs'), databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}/api`;
  await fetch(`${url}/health/`);
  return {
    url,
    memory: () => memoryOf(child.pid),
    stop() {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Stops for two seconds, then takes a piece now and then. */
async function* slowly(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const chunk of chunks) {
    if (count === 0) await sleep(2_000);
    if (count++ % 8 === 0) await sleep(20);
    yield chunk;
  }
}

/** @returns peak resident memory in MB, as Linux counts it */
function memoryOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

async function megabytesPerSecond(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const started = performance.now();
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes / 1e6 / ((performance.now() - started) / 1000);
}

async function* fetched(url: string, key: string): AsyncGenerator<Uint8Array> {
  const response = await fetch(url, { headers: { Authorization: `Bearer ${key}` } });
  if (!response.ok || !response.body) throw new Error(`The export answered ${response.status}.`);
  yield* response.body;
}

async function* copied(url: string): AsyncGenerator<Uint8Array> {
  const client = new pg.Client(url);
  await client.connect();
  const select = `select ${exported.map(({ sql }, index) => `${sql} as c${index}`).join(', ')}
    from (select id from endorsement) page ${from} order by campaign.title, first_name, last_name, endorsement.id`;
  yield* client.query(copyTo(`copy (${select}) to stdout (format csv, force_quote *)`));
  await client.end();
}

async function keyOf(database: FreshDatabase): Promise<string> {
  const { secret, hash } = newKey();
  const { rows: added } = await database.pool.query<{ id: number }>(
    `insert into account (email, name, role, password_hash) values ('bench@example.org', 'Bench', 'administrator', 'none') returning id`,
  );
  await database.pool.query(
    `insert into api_key (name, scopes, account, secret_hash) values ('bench', '{stakeholders:read}', $1, $2)`,
    [added[0]?.id, hash],
  );
  return secret;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
