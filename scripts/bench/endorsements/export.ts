/**
 * 100,000 endorsements as CSV and as JSON over HTTP, from a process that does nothing else and whose memory is read
 * afterwards, all of it as Linux counts it, with what it has at rest; against PostgreSQL's own CSV of the same columns, by
 * COPY over the same loopback. Peaks differ from process to process, so several are asked, and the worst is what counts.
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

const processes = 3;
/** In each process, of each format. */
const rounds = 2;
const rows = 100_000;

export async function benchExport(): Promise<void> {
  const database = await freshDatabase();
  if (!database.url) throw new Error('This benchmark needs a PostgreSQL server with PostGIS on this machine.');
  await fill(database, rows);
  const key = await keyOf(database);
  const rates = { copy: [] as number[], csv: [] as number[], json: [] as number[] };
  const peaks = { idle: [] as number[], csv: [] as number[], slow: [] as number[], json: [] as number[] };
  for (let count = 0; count < processes; count++) {
    const { url, memory, stop } = await startServer(database.url);
    const csv = () => fetched(`${url}/endorsements/export/csv/`, key);
    const json = () => fetched(`${url}/endorsements/export/json/`, key);
    peaks.idle.push(memory());
    for (let round = 0; round < rounds; round++) {
      rates.copy.push(await megabytesPerSecond(copied(database.url)));
      rates.csv.push(await megabytesPerSecond(csv()));
    }
    peaks.csv.push(memory());
    await megabytesPerSecond(slowly(csv()));
    peaks.slow.push(memory());
    for (let round = 0; round < rounds; round++) rates.json.push(await megabytesPerSecond(json()));
    peaks.json.push(memory());
    stop();
  }
  const rate = (values: readonly number[]) => `${median(values).toFixed(1)} MB/s`;
  const ratio = median(rates.csv.map((value, round) => value / (rates.copy[round] ?? Number.NaN)));
  const peak = (values: readonly number[]) => `${Math.min(...values)} to ${Math.max(...values)} MB`;
  process.stdout.write(
    `export: ${rows.toLocaleString('en')} rows, ${processes} bundled processes, ${rounds} rounds in each; medians, and peaks so far of the least and the worst process\n${columns(
      [
        ['', 'rate', 'against COPY', 'peak memory'],
        ['at rest', '', '', peak(peaks.idle)],
        ['COPY … TO STDOUT', rate(rates.copy), '', ''],
        ['CSV', rate(rates.csv), `${ratio.toFixed(2)}x`, peak(peaks.csv)],
        ['CSV, to a slow reader', '', '', peak(peaks.slow)],
        ['JSON', rate(rates.json), '', peak(peaks.json)],
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
