/**
 * `npm run bench -- lambda`: from the start of the code to the first answer, of the bundle that ships, of stock Koa and of
 * Hono with their adapters, and of our own function without each of the things that make it start faster. A process for
 * each figure; variants take turns; a ratio is the median of the rounds' ratios.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addDemoCampaign } from '../../api/local/demo.ts';
import { type CompileOptions, compile } from '../build/compile.ts';
import { writeCodeCache } from '../build/loader.ts';
import { simulatedAws } from '../simulators/aws-for-a-request.ts';
import { columns } from '../terminal/style.ts';
import { cleanUp, freshDatabase } from '../testing/database.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 15);
const folder = mkdtempSync(join(tmpdir(), 'coalition-bench-'));
const stock = { trim: false, split: false, minify: false };
const shipped = { loader: true, cached: true };

interface Variant extends CompileOptions {
  readonly entry?: string;
  /** With what V8 has compiled before, as an image has it. */
  readonly cached?: boolean;
}

const variants: Record<string, Variant> = {
  'stock Koa, serverless-http': { entry: 'scripts/bench/lambda/koa.ts', ...stock },
  'Hono, aws-lambda': { entry: 'scripts/bench/lambda/hono.ts', ...stock },
  ours: shipped,
  'ours, without the code cache': { ...shipped, cached: false },
  'ours, loaded by Node': {},
  'ours, not minified': { ...shipped, minify: false },
  'ours, with all of Koa': { ...shipped, trim: false },
  'ours, in one file': { ...shipped, split: false },
  'ours, everything eager': { entry: 'scripts/bench/lambda/eager.ts', ...stock },
};

interface Figures {
  readonly init: number;
  readonly first: number;
  readonly warm: number;
  readonly resident: number;
}

const database = await freshDatabase();
await addDemoCampaign(database);
const arn = (name: string) => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}`;
const aws = await simulatedAws({ [arn('database')]: database.url ?? '', [arn('key')]: 'a secret of this benchmark' });
const variables = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'of this benchmark',
  AWS_ENDPOINT_URL: aws.url,
  DATABASE_SECRET_ARN: arn('database'),
  SECRET_KEY_ARN: arn('key'),
  RATE_LIMIT_TABLE: 'coalition-builder-rate-limits',
  MEDIA_BUCKET: 'coalition-builder-media',
  PUBLIC_BASE_URL: 'https://api.example.org',
  CORS_ORIGINS: 'https://www.example.org',
};

try {
  const bytes: Record<string, string> = {};
  for (const [name, variant] of Object.entries(variants)) bytes[name] = await write(name, variant);
  const all = Object.keys(variants);
  const real = all.filter((name) => name.startsWith('ours'));
  process.stdout.write(
    `Node ${process.version}, ${rounds} rounds of one process each, medians; ratios are medians of the rounds'\n\n`,
  );
  const health = await measure(all, '/api/health/', 2_000);
  print('GET /api/health/', health, 'stock Koa, serverless-http', 'Hono, aws-lambda', bytes);
  const campaigns = await measure(real, '/api/campaigns/', 500);
  print('GET /api/campaigns/, with PostgreSQL and a secret', campaigns, 'ours, everything eager', 'ours', bytes);
} finally {
  await aws[Symbol.asyncDispose]();
  await database.close();
  await cleanUp();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();

/** @returns what is loaded at the start: code, and what V8 made of it */
async function write(name: string, { entry = 'api/lambda.ts', cached = false, ...options }: Variant): Promise<string> {
  const others = options.loader ? { jobs: 'api/jobs.ts', outbound: 'api/outbound.ts' } : {};
  const files = await compile({ lambda: entry, ...others }, options);
  const to = join(folder, slug(name));
  mkdirSync(to);
  for (const file of files.values()) writeFileSync(join(to, file.name), file.code);
  const atStart = new Set<string>();
  const follow = (file: string) => {
    if (atStart.has(file)) return;
    atStart.add(file);
    for (const { name, onUse } of files.get(file)?.imports ?? []) if (!onUse) follow(name);
  };
  follow('lambda.mjs');
  const kilobytes = (sizes: readonly number[]) => `${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000)} kB`;
  const code = kilobytes([...atStart].map((file) => files.get(file)?.code.byteLength ?? 0));
  if (!cached) return code;
  await writeCodeCache(to);
  const caches = [...atStart].filter((file) => file.endsWith('.cjs')).map((file) => join(to, `${file}.cache`));
  return `${code} + ${kilobytes(caches.map((file) => statSync(file).size))}`;
}

/** The first round warms the disk's cache, and is not counted. */
async function measure(names: readonly string[], path: string, warm: number): Promise<Record<string, Figures[]>> {
  const figures: Record<string, Figures[]> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const one = await run(join(folder, slug(name)), path, warm);
      if (round > 0) figures[name] = [...(figures[name] ?? []), one];
    }
  }
  return figures;
}

/** Not synchronously: this process is also what the function asks for its secrets. */
async function run(variant: string, path: string, warm: number): Promise<Figures> {
  const script = fileURLToPath(new URL('./lambda/cold.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, variant, path, String(warm)], {
    env: variables,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(said);
  return JSON.parse(said.slice(said.lastIndexOf('{')));
}

function print(
  title: string,
  figures: Record<string, Figures[]>,
  base: string,
  second: string,
  bytes: Record<string, string>,
): void {
  const total = ({ init, first }: Figures) => init + first;
  const ms = (values: readonly number[]) => `${median(values).toFixed(1)} ms`;
  const ratio = (name: string, against: string, of: (figures: Figures) => number) =>
    `${median((figures[name] ?? []).map((each, round) => of(each) / of(figures[against]?.[round] ?? each))).toFixed(2)}x`;
  const rows = Object.entries(figures).map(([name, all]) => [
    name,
    bytes[name] ?? '',
    ms(all.map(({ init }) => init)),
    ms(all.map(({ first }) => first)),
    ms(all.map(total)),
    ratio(name, base, total),
    ratio(name, second, total),
    `${(median(all.map(({ warm }) => warm)) * 1000).toFixed(0)} us`,
    ratio(name, base, ({ warm }) => warm),
    `${Math.round(median(all.map(({ resident }) => resident)) / 1e6)} MB`,
  ]);
  const head = [
    title,
    'at start',
    'init',
    'first',
    'both',
    `of ${base.split(',')[0]}`,
    `of ${second.split(',')[0]}`,
    'warm',
    'of the first',
    'memory',
  ];
  process.stdout.write(`${columns([head, ...rows], [1, 2, 3, 4, 5, 6, 7, 8, 9])}\n\n`);
}

function slug(name: string): string {
  return name.replace(/\W+/g, '-');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
