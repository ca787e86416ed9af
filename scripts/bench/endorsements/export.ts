/**
 * 100,000 endorsements as CSV over HTTP, from a process of its own whose memory is read afterwards; against PostgreSQL's
 * own CSV of the same columns, by COPY over the same loopback.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { newKey } from '../../../api/access/keys.ts';
import { columns as exported, from } from '../../../api/endorsements/export/columns.ts';
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
  const script = fileURLToPath(new URL('../api/ours.ts', import.meta.url));
  const child = spawn(process.execPath, [script, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(port).trim()}/api`;
  await fetch(`${url}/health/`);
  const idle = memoryOf(child.pid);
  let afterOne = 0;
  const ours: number[] = [];
  const json: number[] = [];
  const copy: number[] = [];
  for (let round = 0; round < rounds; round++) {
    copy.push(await megabytesPerSecond(copied(database.url)));
    ours.push(await megabytesPerSecond(fetched(`${url}/endorsements/export/csv/`, key)));
    if (round === 0) afterOne = memoryOf(child.pid);
    if (round === rounds - 1) json.push(await megabytesPerSecond(fetched(`${url}/endorsements/export/json/`, key)));
  }
  const peak = memoryOf(child.pid);
  child.kill();
  const rate = (values: readonly number[]) => `${median(values).toFixed(1)} MB/s`;
  const ratios = ours.map((value, round) => value / (copy[round] ?? Number.NaN));
  process.stdout.write(
    `export: ${rows.toLocaleString('en')} rows, ${rounds} rounds, medians; peak memory of the process: idle ${idle} MB, after one export ${afterOne} MB, after all ${peak} MB\n${columns(
      [
        ['', 'rate', 'against COPY'],
        ['COPY … TO STDOUT', rate(copy), ''],
        ['CSV', rate(ours), `${median(ratios).toFixed(2)}x`],
        ['JSON', rate(json), ''],
      ],
      [1, 2],
    )}\n`,
  );
  await database.close();
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
