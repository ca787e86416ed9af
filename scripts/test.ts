/** `npm test`: finds the tests and what they need, says which database they run on and what could not be run. */
import { globSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import type Mocha from 'mocha';
import { needs } from '../generator/proofs/privilege/calls.ts';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { type ExitCode, exitCode } from './terminal/exit-codes.ts';
import { bold, yellow } from './terminal/style.ts';
import { needsDiffer, needsOf } from './testing/aws-calls.ts';
import { findChromium, startPlatform } from './testing/browser.ts';
import { chooseDatabase, cleanUp, describeDatabase, handOnDatabase } from './testing/database.ts';
import { runFiles } from './testing/run-files.ts';
import { type FileReport, recordSeconds } from './testing/side-by-side.ts';

const kinds = ['plain', 'database', 'server', 'browser'] as const;
type Kind = (typeof kinds)[number];

const command = defineCommand({
  name: 'test',
  summary: 'run the tests',
  positionals: [{ name: 'file', description: 'only these files, or those below these folders', many: true }],
  flags: {
    only: { type: 'string', value: 'kinds', description: `comma-separated: ${kinds.join(', ')}` },
    embedded: { type: 'boolean', description: 'use the embedded database although there is a server' },
    grep: { type: 'string', short: 'g', value: 'text', description: 'only tests whose title has this' },
    jobs: {
      type: 'string',
      short: 'j',
      value: 'number',
      description:
        'files side by side, by default one a core and at most 4; 1: all in one process, so that it.only works',
    },
    bail: { type: 'boolean', short: 'b', description: 'stop at the first failure' },
    record: {
      type: 'boolean',
      description: 'write down which AWS calls were seen, as what the roles have to grant, and which files take long',
    },
  },
  examples: [
    'npm test',
    'npm test -- api/regions',
    'npm test -- --only database --embedded',
    'CI=true npm test    what could not be run is a failure',
  ],
  async run({ flags, positionals, signal }) {
    const wanted = parseKinds(flags.only);
    const files = findTests(positionals).filter((file) => wanted.includes(kindOf(file)));
    if (files.length === 0)
      throw new UsageError('No test file matches.', 'Test files are named *.test.ts; npm test runs them all.');

    const { runnable, left } = await provide(files, flags.embedded);
    const jobs = Math.min(parseJobs(flags.jobs), runnable.length);
    const { stats, calls, reports } = await runFiles(runnable, { jobs, grep: flags.grep, bail: flags.bail, signal });
    await stopAll();
    if (signal.aborted) return summarise(stats, left, true);
    const complete = [files.length === findTests([]).length, left.length === 0, !flags.grep, stats?.pending === 0];
    const unrecorded = await compareCalls(await needsOf(calls()), complete.every(Boolean), flags.record);
    if (flags.record && jobs > 1) recordSeconds(reports());
    sayLongest(reports());
    return unrecorded ? exitCode.failed : summarise(stats, left, false);
  },
});

/** What our code was seen to ask of AWS is what the proof of least privilege takes for its need. */
async function compareCalls(seen: typeof needs, complete: boolean, record: boolean): Promise<boolean> {
  if (record) {
    const file = new URL('../generator/proofs/privilege/needs.json', import.meta.url);
    writeFileSync(file, `${JSON.stringify(seen, null, 2)}\n`);
    return false;
  }
  const differences = needsDiffer(seen, needs, complete);
  for (const difference of differences) process.stdout.write(`${yellow('AWS call')}: ${difference}\n`);
  if (differences.length > 0) {
    process.stdout.write(
      '`npm test -- --record`, with every test, writes generator/proofs/privilege/needs.json anew.\n',
    );
  }
  return differences.length > 0;
}

function parseKinds(only: string | undefined): readonly Kind[] {
  if (only === undefined) return kinds;
  return only.split(',').map((word) => {
    const kind = kinds.find((known) => known === word.trim());
    if (!kind)
      throw new UsageError(
        `--only is "${word}"; it takes ${kinds.join(', ')}.`,
        'npm run test -- --help lists what it takes.',
      );
    return kind;
  });
}

/** More than four would be more than one PostgreSQL server and most memories like. */
function parseJobs(jobs = String(Math.min(availableParallelism(), 4))): number {
  if (/^[1-9]\d?$/.test(jobs)) return Number(jobs);
  throw new UsageError(`--jobs is "${jobs}"; it takes a number from 1 to 99.`, 'Leave it out: then it is one a core.');
}

function findTests(below: readonly string[]): readonly string[] {
  const all = globSync('{environments,generator,scripts,api,.github}/**/*.test.ts').sort();
  if (below.length === 0) return all;
  const paths = below.map((path) => relative('.', path));
  return all.filter((file) => paths.some((path) => file === path || file.startsWith(`${path}/`)));
}

function kindOf(file: string): Kind {
  return kinds.find((kind) => file.endsWith(`.${kind}.test.ts`)) ?? 'plain';
}

interface Left {
  readonly files: readonly string[];
  readonly why: string;
  /** Left out on purpose, by a flag. */
  readonly chosen: boolean;
}

const stops: Array<() => Promise<void>> = [];

async function stopAll(): Promise<void> {
  for (const stop of stops.reverse()) await stop();
}

/** Starts what the files need; what cannot be had leaves its files aside. */
async function provide(
  files: readonly string[],
  preferEmbedded: boolean,
): Promise<{ runnable: readonly string[]; left: readonly Left[] }> {
  const of = (kind: Kind) => files.filter((file) => kindOf(file) === kind);
  const left: Left[] = [];
  const runnable = [...of('plain')];

  if (of('database').length + of('server').length + of('browser').length > 0) {
    const { kind } = await chooseDatabase(preferEmbedded);
    stops.push(cleanUp);
    await handOnDatabase();
    process.stdout.write(`${bold('Database')}  ${await describeDatabase()}\n`);
    runnable.push(...of('database'));
    if (kind === 'server') runnable.push(...of('server'));
    else if (of('server').length > 0) {
      const why = preferEmbedded
        ? 'they need a server'
        : 'they need a PostgreSQL server with PostGIS: install one, or set TEST_DATABASE_URL';
      left.push({ files: of('server'), why, chosen: preferEmbedded });
    }
  }

  if (of('browser').length > 0) {
    const chromium = findChromium();
    if (chromium) {
      const platform = await startPlatform();
      stops.push(platform.stop);
      process.stdout.write(`${bold('Browser')}   ${chromium} on ${platform.url}\n`);
      Object.assign(process.env, { BROWSER_TEST_URL: platform.url, CHROMIUM_PATH: chromium });
      runnable.push(...of('browser'));
    } else {
      left.push({ files: of('browser'), why: 'they need Chromium: install it, or set CHROMIUM_PATH', chosen: false });
    }
  }
  return { runnable, left };
}

/** What to look at where the whole takes too long. */
function sayLongest(reports: readonly FileReport[]): void {
  const long = reports.filter(({ seconds }) => seconds >= 10).sort((a, b) => b.seconds - a.seconds);
  const said = long.slice(0, 8).map(({ file, seconds }) => `${file} ${seconds.toFixed(0)} s`);
  if (said.length > 0) process.stdout.write(`${bold('Longest')}   ${said.join(', ')}\n`);
}

function summarise(stats: Mocha.Stats | undefined, left: readonly Left[], interrupted: boolean): ExitCode {
  const { passes = 0, failures = 0, pending = 0 } = stats ?? {};
  for (const { files, why } of left) {
    process.stdout.write(`${yellow('Not run')}: ${files.length} ${files.length === 1 ? 'file' : 'files'} (${why})\n`);
    for (const file of files) process.stdout.write(`  ${file}\n`);
  }
  const strict = process.env.CI === 'true';
  const missing = strict && (pending > 0 || left.some(({ chosen }) => !chosen));
  if (missing) process.stdout.write('CI=true: what was not run counts as a failure.\n');
  process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
  if (interrupted) return exitCode.interrupted;
  return failures > 0 || missing || passes === 0 ? exitCode.failed : exitCode.done;
}

if (import.meta.main) {
  await run(command);
  // A test that left a timer or a socket behind should not keep the command from ending.
  process.exit();
}
