/**
 * `npm run bench -- api`: twenty campaigns from PostgreSQL over HTTP, everything on, against Fastify doing the same;
 * a 304 against its own 200; and both beside a database with 100,000 rows more in the table.
 *
 * Servers run on one processor and the client on another, where the machine can pin; variants take turns, round after
 * round, and a ratio is the median of the rounds' ratios.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { columns } from '../terminal/style.ts';
import { cleanUp, freshDatabase } from '../testing/database.ts';
import { fill } from './api/campaigns.ts';

const rounds = 7;
const milliseconds = 1_500;
const connections = 32;
const others = 100_000;
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

const database = await freshDatabase();
const filled = await freshDatabase();
if (!database.url || !filled.url)
  throw new Error('This benchmark needs a PostgreSQL server with PostGIS on this machine.');
await fill(database, 0);
await fill(filled, others);

const servers = await Promise.all([
  start('fastify', database.url),
  start('ours', database.url),
  start('ours', filled.url),
]);
const [fastify, ours, oursFilled] = servers;
const etagOf = async ({ url }: { readonly url: string }) => (await fetch(url)).headers.get('etag') ?? '';

const base = 'Fastify, 200';
const more = `${others.toLocaleString('en')} rows more`;
const measured = await measure({
  [base]: [fastify.url],
  'ours, 200': [ours.url],
  [`ours, 200, ${more}`]: [oursFilled.url],
  'ours, 304': [ours.url, await etagOf(ours)],
  [`ours, 304, ${more}`]: [oursFilled.url, await etagOf(oursFilled)],
});

const rate = (values: readonly number[] = []) => `${Math.round(median(values)).toLocaleString('en')}/s`;
const ratio = (values: readonly number[] = [], against: readonly number[] = []) =>
  `${median(values.map((value, round) => value / (against[round] ?? Number.NaN))).toFixed(2)}x`;
process.stdout.write(
  `Node ${process.version}, ${connections} connections, ${rounds} rounds of ${milliseconds} ms, medians, ${canPin ? 'pinned' : 'not pinned'}\n`,
);
const row = (name: string, against?: string) => [
  name,
  rate(measured[name]),
  against ?? '',
  against === undefined ? '' : ratio(measured[name], measured[against]),
];
process.stdout.write(
  `${columns(
    [
      ['', 'rate', 'against', ''],
      row(base),
      row('ours, 200', base),
      row('ours, 304', 'ours, 200'),
      row(`ours, 200, ${more}`, 'ours, 200'),
      row(`ours, 304, ${more}`, 'ours, 304'),
    ],
    [1, 3],
  )}\n`,
);
for (const { child } of servers) child.kill();
await database.close();
await filled.close();
await cleanUp();
process.exit();

/** @returns rates by variant, a value for each round; the first round warms up and is not counted */
async function measure(variants: Record<string, readonly [string, string?]>): Promise<Record<string, number[]>> {
  const rates: Record<string, number[]> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, [url, tag = '']] of Object.entries(variants)) {
      const { stdout, stderr, status } = spawnSync(
        ...program('load', 1, [url, String(milliseconds), String(connections), tag]),
        {
          encoding: 'utf8',
        },
      );
      if (status !== 0) throw new Error(stderr);
      if (round > 0) rates[name] = [...(rates[name] ?? []), Number(stdout)];
    }
  }
  return rates;
}

async function start(name: string, url: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(...program(name, 0, [url]), { stdio: ['ignore', 'pipe', 'inherit'] });
  if (!child.stdout) throw new Error(`${name} has no output.`);
  const [port] = await once(child.stdout, 'data');
  return { child, url: `http://127.0.0.1:${String(port).trim()}/api/campaigns/` };
}

function program(name: string, processor: number, args: readonly string[]): [string, string[]] {
  const script = [fileURLToPath(new URL(`./api/${name}.ts`, import.meta.url)), ...args];
  return canPin ? ['taskset', ['-c', String(processor), process.execPath, ...script]] : [process.execPath, script];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
