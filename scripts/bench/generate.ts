/**
 * `npm run bench -- generate`: the whole of `npm run generate`, against starting the same Node for nothing; with
 * `--peers` also against an AWS CDK app that yields the same resources.
 *
 * Everything runs in turn, round after round, so that whatever else the machine does slows all of it alike; a ratio is
 * the median of the rounds' ratios. What counts is the ratio: milliseconds belong to the machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { templates } from '../../generator/templates.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { columns } from '../terminal/style.ts';
import { cdkApp, compareWithCdk } from './generate/cdk.ts';

const rounds = 15;
const bars = { warm: 5, cold: 9, megabytes: 110, peer: 15 };
const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'bench-generate-'));

/** What npm would start, without npm: `node scripts/generate.ts`. */
const generate = packageJson.scripts.generate.split(' ').slice(1);

interface Variant {
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  env(round: number): Readonly<Record<string, string>>;
}

const peers = process.argv.includes('--peers');
const bodies = peers ? templates() : new Map<string, string>();
const peerFolder = join(root, '.local', 'bench-cdk');
const cdk = peers ? cdkApp(bodies, peerFolder) : undefined;

// Node keeps its compile cache in the temporary folder, unless NODE_COMPILE_CACHE names another.
const variants: readonly Variant[] = [
  { name: 'node -e 0', args: ['-e', '0'], env: () => ({}) },
  { name: 'generate, no cache yet', args: generate, env: (round) => temporary(join(scratch, `cold-${round}`)) },
  { name: 'generate, warm cache', args: generate, env: () => temporary(join(scratch, 'warm')) },
  ...(cdk ? [{ name: 'the same by AWS CDK', ...cdk, env: () => temporary(join(scratch, 'cdk')) }] : []),
];

const times = variants.map(() => [] as number[]);
// Round 0 warms the disk and the caches, and is not counted.
for (let round = 0; round <= rounds; round++) {
  variants.forEach((variant, index) => {
    const milliseconds = time(variant, round);
    if (round > 0) times[index]?.push(milliseconds);
  });
}

const measured = variants.map((variant, index) => ({
  name: variant.name,
  ratio: ratioOf(index, 0),
  milliseconds: median(times[index] ?? []),
  megabytes: peakMemory(variant),
}));
const rows = measured.map(({ name, ratio, milliseconds, megabytes }) => [
  name,
  `${ratio.toFixed(2)}x`,
  `${milliseconds.toFixed(0)} ms`,
  `${megabytes.toFixed(0)} MB`,
]);
process.stdout.write(`Node ${process.version}, ${cpus().length} processors, ${rounds} rounds, medians\n`);
process.stdout.write(`${columns([['', 'ratio', 'wall', 'peak memory'], ...rows], [1, 2, 3])}\n`);

const [, cold, warm] = measured;
const most = Math.max(cold?.megabytes ?? 0, warm?.megabytes ?? 0);
const missed = [
  (cold?.ratio ?? 0) > bars.cold ? `${cold?.ratio.toFixed(1)}x without a cache, more than ${bars.cold}x` : '',
  (warm?.ratio ?? 0) > bars.warm ? `${warm?.ratio.toFixed(1)}x with a warm cache, more than ${bars.warm}x` : '',
  most > bars.megabytes ? `${most.toFixed(0)} MB, more than ${bars.megabytes}` : '',
];
if (cdk) {
  const faster = ratioOf(3, 2);
  const resources = compareWithCdk(bodies, peerFolder);
  process.stdout.write(`${faster.toFixed(1)}x faster than AWS CDK, which writes the same ${resources} resources\n`);
  missed.push(faster < bars.peer ? `${faster.toFixed(1)}x faster than AWS CDK, less than ${bars.peer}x` : '');
}
rmSync(scratch, { recursive: true });
const misses = missed.filter(Boolean);
if (misses.length > 0) process.stderr.write(`✗ ${misses.join('; ')}\n`);
process.exitCode = misses.length > 0 ? 1 : 0;

/** How many times as long as another one: the median of the rounds' ratios. */
function ratioOf(index: number, other: number): number {
  const base = times[other] ?? [];
  return median((times[index] ?? []).map((milliseconds, round) => milliseconds / (base[round] ?? Number.NaN)));
}

function time(variant: Variant, round: number): number {
  const started = process.hrtime.bigint();
  start(variant, round);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** In a run of its own, because asking a child for its peak loads a module more. */
function peakMemory(variant: Variant): number {
  const report =
    'data:text/javascript,process.on("exit",()=>process.stderr.write("peak:"+process.resourceUsage().maxRSS))';
  const kilobytes = /peak:(\d+)$/.exec(
    start({ ...variant, args: ['--import', report, ...variant.args] }, rounds + 1),
  )?.[1];
  return Number(kilobytes) / 1024;
}

function start({ args, cwd = root, env }: Variant, round: number): string {
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
  const options = { cwd, env: { ...inherited, ...env(round) }, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync(process.execPath, args, options);
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`);
  return stderr;
}

function temporary(folder: string) {
  return { TMPDIR: folder, TEMP: folder, TMP: folder };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
