/**
 * `npm run bench -- pull-request`: what a pull request waits for. The commands of every job of `ci.yml` and of the previews,
 * read from the workflows, each timed on this machine, and the longest way through them.
 *
 * BENCH_JOBS=check,rehearse measures only these. What prepares a machine (apt-get, pip) is left out, and said.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { workflow } from '../../.github/workflow-files.ts';
import { bold, columns, dim, duration, red } from '../terminal/style.ts';

/** What is installed on a fresh runner, by root. */
const preparation = /^(sudo apt-get|python3 -m venv|\.venv\/bin\/pip)/;
/** Where there is no Docker, `npm run image -- --rehearse` stands for it. */
const hasDocker = spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0;

interface Measured {
  readonly job: string;
  readonly milliseconds: number;
  readonly commands: readonly string[];
  readonly left: readonly string[];
}

const wanted = process.env.BENCH_JOBS?.split(',');
const jobs = [...jobsOf('ci.yml'), ...jobsOf('preview.yml').filter(({ name }) => name === 'offline')]
  .filter(({ name }) => name !== 'ok' && (wanted?.includes(name) ?? true))
  .sort((a, b) => a.name.localeCompare(b.name, 'en'));

const setUp = cloneAndInstall();
const measured = jobs.map(measure);
const [longest] = measured.toSorted((a, b) => b.milliseconds - a.milliseconds);
const rows = measured.map(({ job, milliseconds, commands, left }) => [
  job === longest?.job ? bold(job) : job,
  duration(milliseconds),
  commands.join('; ') + (left.length > 0 ? dim(`  without ${left.join('; ')}`) : ''),
]);
process.stdout.write(
  `${columns([['job', 'time', 'commands'], ['each', duration(setUp), 'git clone; npm ci'], ...rows], [1])}\n`,
);
if (longest)
  process.stdout.write(
    `\nThe longest way: ${duration(setUp + longest.milliseconds)}, through ${longest.job}, on ${cpus().length} cores; 6 min is what it is made for.\n`,
  );

function jobsOf(file: string) {
  return Object.entries(workflow(file).jobs).map(([name, { steps = [] }]) => ({
    name,
    lines: steps.flatMap(({ run = '' }) => run.split('\n').filter((line) => line.trim() !== '')),
  }));
}

function measure({ name, lines }: ReturnType<typeof jobsOf>[number]): Measured {
  const left = lines.filter((line) => preparation.test(line) || (line === 'npm run image' && !hasDocker));
  const commands = lines
    .filter((line) => line.startsWith('npm ') || line.startsWith('sudo env'))
    .filter((line) => !left.includes(line))
    .map((line) => line.replace(/^sudo env "PATH=\$PATH" /, '').replace(/ >> .*$/, ''));
  const started = performance.now();
  for (const command of commands) {
    const env = { ...process.env, CI: 'true', ENVIRONMENT: 'production', BASE: 'HEAD' };
    const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', command], { env, encoding: 'utf8' });
    if (status !== 0)
      process.stdout.write(`${red(`${command} ended with ${status}`)}\n${(stdout + stderr).slice(-2000)}\n`);
  }
  return { job: name, milliseconds: performance.now() - started, commands, left };
}

/** What every job does first. @returns milliseconds */
function cloneAndInstall(): number {
  const folder = mkdtempSync(join(tmpdir(), 'bench-clone-'));
  const started = performance.now();
  const clone = `git clone -q --depth 1 "file://$PWD" "${folder}/work" && cd "${folder}/work" && node scripts/install.mjs`;
  const { status, stderr } = spawnSync('bash', ['-c', clone], { encoding: 'utf8' });
  const milliseconds = performance.now() - started;
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) throw new Error(`A fresh clone cannot be installed: ${stderr}`);
  return milliseconds;
}
