/**
 * `npm run bench -- generate`: the whole of `npm run generate`, against starting the same Node for nothing.
 *
 * Everything runs in turn, round after round, so that whatever else the machine does slows all of it alike; a ratio is
 * the median of the rounds' ratios. What counts is the ratio: milliseconds belong to the machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { columns } from '../terminal/style.ts';

const rounds = 15;
const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'bench-generate-'));

/** What npm would start, without npm: `node scripts/generate.ts`. */
const generate = packageJson.scripts.generate.split(' ').slice(1);

// Node keeps its compile cache in the temporary folder, unless NODE_COMPILE_CACHE names another.
const variants = [
  { name: 'node -e 0', args: ['-e', '0'], env: () => ({}) },
  { name: 'generate, no cache yet', args: generate, env: (round: number) => temporary(join(scratch, `cold-${round}`)) },
  { name: 'generate, warm cache', args: generate, env: () => temporary(join(scratch, 'warm')) },
  {
    name: 'generate, warm cache from the first module on',
    args: generate,
    env: () => ({ NODE_COMPILE_CACHE: join(scratch, 'all') }),
  },
];

const times = variants.map(() => [] as number[]);
// Round 0 warms the disk and the caches, and is not counted.
for (let round = 0; round <= rounds; round++) {
  variants.forEach(({ args, env }, index) => {
    const milliseconds = time(args, env(round));
    if (round > 0) times[index]?.push(milliseconds);
  });
}

const base = times[0] ?? [];
const rows = variants.map(({ name, args, env }, index) => {
  const own = times[index] ?? [];
  const ratio = median(own.map((milliseconds, round) => milliseconds / (base[round] ?? Number.NaN)));
  const megabytes = peakMemory(args, env(rounds + 1));
  return [name, `${ratio.toFixed(2)}x`, `${median(own).toFixed(0)} ms`, `${megabytes.toFixed(0)} MB`];
});
rmSync(scratch, { recursive: true });
process.stdout.write(`Node ${process.version}, ${cpus().length} processors, ${rounds} rounds, medians\n`);
process.stdout.write(`${columns([['', 'ratio', 'wall', 'peak memory'], ...rows], [1, 2, 3])}\n`);

function time(args: readonly string[], env: Readonly<Record<string, string>>): number {
  const started = process.hrtime.bigint();
  start(args, env);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** In a run of its own, because asking a child for its peak loads a module more. */
function peakMemory(args: readonly string[], env: Readonly<Record<string, string>>): number {
  const report =
    'data:text/javascript,process.on("exit",()=>process.stderr.write("peak:"+process.resourceUsage().maxRSS))';
  const kilobytes = /peak:(\d+)$/.exec(start(['--import', report, ...args], env))?.[1];
  return Number(kilobytes) / 1024;
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): string {
  const { NODE_COMPILE_CACHE: _, ...inherited } = process.env;
  const options = { cwd: root, env: { ...inherited, ...env }, encoding: 'utf8' } as const;
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
