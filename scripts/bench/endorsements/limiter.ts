/**
 * One check of a rate limit in DynamoDB: ours against rate-limiter-flexible's, on dynalite in a process of its own.
 * In AWS the round trip is what costs, so the calls a check makes are the figure that carries over.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { fileURLToPath } from 'node:url';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { RateLimiterDynamo } from 'rate-limiter-flexible';
import { dynamoDbCounter } from '../../../api/limits/dynamodb.ts';
import { rateLimiter } from '../../../api/limits/limiter.ts';
import { columns } from '../../terminal/style.ts';
import { createTable, startDynalite, table } from '../../testing/rate-limit-stores.ts';

const rounds = 9;
const checks = 100;
const peerTable = 'peer';

export async function benchLimiter(): Promise<void> {
  const { url, stop } = await startServer();
  const calls = { count: 0 };
  const client = new DynamoDB({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: 1 }) },
  });
  client.middlewareStack.add(
    (next) => (args) => {
      calls.count++;
      return next(args);
    },
    { step: 'initialize' },
  );
  try {
    await createTable(client);
    await createTable(client, { name: peerTable, key: 'key' });
    const ours = rateLimiter(
      dynamoDbCounter(table, async () => client),
      'bench',
    );
    const peer = new RateLimiterDynamo({
      storeClient: client,
      tableName: peerTable,
      points: 1_000_000,
      duration: 300,
      // Otherwise it asks for the table's time to live first, which dynalite does not know.
      ttlSet: true,
    });
    const limit = { action: 'submit', requests: 1_000_000, windowSeconds: 300 };
    const contenders = {
      ours: (key: string) => ours.take(limit, key),
      peer: (key: string) => peer.consume(key),
    };
    const kinds = {
      'new key': (round: number, index: number) => `new-${round}-${index}`,
      'existing key': () => 'one',
    };
    for (const take of Object.values(contenders)) for (let i = 0; i < 50; i++) await take('one');

    const rows: string[][] = [];
    for (const [kind, keyOf] of Object.entries(kinds)) {
      const measured: Record<keyof typeof contenders, number[]> = { ours: [], peer: [] };
      const made = { ours: 0, peer: 0 };
      for (let round = 0; round < rounds; round++) {
        // Whoever goes first in a round goes second in the next.
        const order = round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const);
        for (const name of order) {
          calls.count = 0;
          measured[name].push(await medianOf(checks, (index) => contenders[name](`${keyOf(round, index)}`)));
          made[name] += calls.count;
        }
      }
      const ratio = median(measured.ours.map((own, round) => own / (measured.peer[round] ?? Number.NaN)));
      for (const name of ['peer', 'ours'] as const) {
        rows.push([
          `${name === 'ours' ? 'ours' : 'rate-limiter-flexible'}, ${kind}`,
          (made[name] / (rounds * checks)).toFixed(2),
          `${median(measured[name]).toFixed(2)} ms`,
          name === 'ours' ? `${ratio.toFixed(2)}x` : '',
        ]);
      }
    }
    process.stdout.write(`Rate limits in DynamoDB (dynalite), ${rounds} rounds of ${checks} checks, medians\n`);
    process.stdout.write(`${columns([['', 'calls', 'a check', 'ratio'], ...rows], [1, 2, 3])}\n`);
  } finally {
    client.destroy();
    stop();
  }
}

/** In its own process, so that the server's work is not counted as the client's. */
async function startServer(): Promise<{ url: string; stop(): void }> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), { stdio: 'inherit' });
  const [url] = (await once(child, 'message')) as [string];
  return { url, stop: () => child.kill() };
}

async function medianOf(count: number, check: (index: number) => Promise<unknown>): Promise<number> {
  const milliseconds: number[] = [];
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    await check(index);
    milliseconds.push(performance.now() - started);
  }
  return median(milliseconds);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main && process.send) {
  const { url } = await startDynalite();
  process.send(url);
}
