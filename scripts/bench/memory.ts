/**
 * `npm run bench -- memory`: which size of a function is worth its price. The bundle that ships, in a process under the
 * memory and the share of a processor that Lambda gives to 512, 1024 and 1769 MB; what a cold start and a warm request
 * take there, and what a million of them cost.
 */
import { addDemoCampaign } from '../../api/local/demo.ts';
import { restEvent } from '../simulators/lambda-runtime/rest-event.ts';
import { columns } from '../terminal/style.ts';
import { cleanUp, freshDatabase } from '../testing/database.ts';
import { lambdaOnTrial } from '../testing/lambda.ts';

const sizes = [512, 1024, 1769];
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const warmRequests = 200;

/** us-east-1, arm64, USD: a GB-second, a request. https://aws.amazon.com/lambda/pricing/ */
const gigabyteSecond = 0.0000133334;
const request = 0.0000002;

interface Figures {
  readonly initMs: number;
  readonly firstMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakMB: number;
}

const database = await freshDatabase();
await addDemoCampaign(database);
const figures = new Map<number, Figures[]>(sizes.map((size) => [size, []]));
let missing: readonly string[] = [];
for (let round = 0; round < rounds; round++) for (const size of sizes) figures.get(size)?.push(await measure(size));

const of = (size: number, pick: (figures: Figures) => number) => median((figures.get(size) ?? []).map(pick));
const rows = sizes.map((memoryMB) => {
  const p50 = of(memoryMB, ({ p50Ms }) => p50Ms);
  const cold = of(memoryMB, ({ initMs, firstMs }) => initMs + firstMs);
  // Billed by the millisecond, rounded up; the initialization is billed, too.
  const cost = (ms: number) => (Math.ceil(ms) / 1000) * (memoryMB / 1024) * gigabyteSecond + request;
  const million = (cost(p50) * 0.99 + cost(cold) * 0.01) * 1e6;
  return [
    `${memoryMB} MB`,
    (memoryMB / 1769).toFixed(2),
    `${of(memoryMB, ({ initMs }) => initMs).toFixed(0)} ms`,
    `${of(memoryMB, ({ firstMs }) => firstMs).toFixed(0)} ms`,
    `${p50.toFixed(1)} ms`,
    `${of(memoryMB, ({ p99Ms }) => p99Ms).toFixed(1)} ms`,
    `${of(memoryMB, ({ peakMB }) => peakMB).toFixed(0)} MB`,
    `$${million.toFixed(2)}`,
  ];
});
process.stdout.write(
  `GET /api/campaigns/ with PostgreSQL and a secret; Node ${process.version}, ${rounds} rounds, medians. ${missing.length > 0 ? `Not limited here: ${missing.join('; ')}.` : 'Limited by control groups.'}\n\n`,
);
process.stdout.write(
  `${columns([['size', 'CPUs', 'init', 'first', 'warm p50', 'warm p99', 'peak', 'a million, 1 % cold'], ...rows], [1, 2, 3, 4, 5, 6, 7])}\n\nAbove 1769 MB a function has more than one processor, and one request uses one.\n`,
);
await database.close();
await cleanUp();
process.exit();

async function measure(memoryMB: number): Promise<Figures> {
  await using trial = await lambdaOnTrial(database.url ?? '', { memoryMB });
  const event = restEvent('GET', '/api/campaigns/');
  const cold = await trial.lambda.invoke(event);
  if (cold.error) throw new Error(`${memoryMB} MB: ${cold.error.errorMessage}`);
  missing = trial.lambda.environment()?.limits.missing ?? [];
  const times: number[] = [];
  for (let count = 0; count < warmRequests; count++) times.push((await trial.lambda.invoke(event)).milliseconds);
  times.sort((a, b) => a - b);
  return {
    initMs: cold.initMilliseconds ?? 0,
    firstMs: cold.milliseconds,
    p50Ms: times[warmRequests >> 1] ?? 0,
    p99Ms: times[Math.floor(warmRequests * 0.99)] ?? 0,
    peakMB: (trial.lambda.environment()?.resident()?.peak ?? 0) / 1e6,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
