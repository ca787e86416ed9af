/**
 * `npm run bench -- warm`: what each layer of a warm `GET /api/health/` takes: our function without it, beside our
 * function and stock Koa. Inside one process, from the event to the answer; a process for each figure, variants take turns.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type CompileOptions, compile, root } from '../build/compile.ts';
import { columns } from '../terminal/style.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const invocations = Number(process.env.BENCH_INVOCATIONS ?? 2_000);
const folder = mkdtempSync(join(tmpdir(), 'coalition-bench-'));

const problem = readFileSync(join(root, 'api/http/problem.ts'), 'utf8');
const handsOn = '(ctx, next) => next()';
const layers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'request id': { 'api/http/request-id.ts': 'export const requestId = () => {};' },
  'security headers': { 'api/http/security-headers.ts': 'export const securityHeaders = () => () => {};' },
  'cross-origin headers': { 'api/http/cors.ts': 'export const cors = () => () => {};' },
  'log line with metrics': {
    'api/telemetry/metrics.ts':
      'export const metrics = () => undefined; export const uncountedRequests = () => () => {};',
  },
  compression: { 'api/http/compress.ts': `export const compressed = ${handsOn};` },
  'problem documents': {
    'api/http/problem.ts': problem.replace(
      /export function problems[\s\S]*?\n}\n/,
      `export function problems() { return ${handsOn}; }\n`,
    ),
  },
  deadline: {
    'api/http/deadline.ts': `export const longestMs = 27_000; export const answerInTime = ${handsOn};`,
  },
  'router and route': {
    'api/http/router.ts': `export const router = () => async (ctx) => {
      ctx.body = { status: 'healthy', timestamp: new Date().toISOString() };
    };`,
  },
};

const variants: Readonly<Record<string, CompileOptions & { readonly entry?: string }>> = {
  'stock Koa, serverless-http': { entry: 'scripts/bench/lambda/koa.ts', trim: false, split: false, minify: false },
  ours: {},
  ...Object.fromEntries(Object.entries(layers).map(([layer, replaced]) => [`without ${layer}`, { replaced }])),
  'without all of them': { replaced: Object.assign({}, ...Object.values(layers)) },
};

/** Nobody listens at port 9, and nobody is asked. */
const variables = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
  RATE_LIMIT_TABLE: 'none',
  SECRET_KEY_ARN: 'none',
  MEDIA_BUCKET: 'none',
  PUBLIC_BASE_URL: 'https://api.example.org',
  CORS_ORIGINS: 'https://www.example.org',
};

const names = Object.keys(variants);
const figures: Record<string, number[]> = {};
try {
  for (const [at, { entry = 'api/lambda.ts', ...options }] of Object.values(variants).entries()) {
    mkdirSync(join(folder, String(at)));
    for (const { name, code } of (await compile({ lambda: entry }, options)).values())
      writeFileSync(join(folder, String(at), name), code);
  }
  // The first round warms the disk's cache, and is not counted.
  for (let round = 0; round <= rounds; round++)
    for (const [at, name] of names.entries()) {
      const warm = await measure(join(folder, String(at)));
      if (round > 0) figures[name] = [...(figures[name] ?? []), warm];
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const of = (name: string) => median(figures[name] ?? []);
const stock = of('stock Koa, serverless-http');
const rows = names.map((name) => [
  name,
  `${of(name).toFixed(1)} us`,
  `${(of(name) / stock).toFixed(2)}x`,
  name.startsWith('without') ? `${(of('ours') - of(name)).toFixed(1)} us` : '',
]);
process.stdout.write(
  `Node ${process.version}, medians of ${invocations.toLocaleString('en')} invocations, of ${rounds} processes each\n\n` +
    `${columns([['GET /api/health/', 'warm', 'of stock Koa', 'saved'], ...rows], [1, 2, 3])}\n`,
);

/** @returns microseconds, the median */
async function measure(variant: string): Promise<number> {
  const script = fileURLToPath(new URL('./lambda/cold.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, variant, '/api/health/', String(invocations)], {
    env: variables,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = await text(child.stderr);
  if (child.exitCode) throw new Error(said);
  return JSON.parse(said.slice(said.lastIndexOf('{'))).warm * 1_000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
