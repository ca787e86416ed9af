/** `npm run import-tiger`: imports Census boundaries into the database of DATABASE_URL; the same program is the Fargate task. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { defineCommand, run, UsageError } from '../scripts/terminal/command.ts';
import { type ExitCode, exitCode } from '../scripts/terminal/exit-codes.ts';
import { type Progress, progress } from '../scripts/terminal/progress.ts';
import { columns, dim, duration, green, printable, red, yellow } from '../scripts/terminal/style.ts';
import { dataSetNames, newestYear, planFiles } from './geodata/catalogue/vintages.ts';
import { jobsFor } from './geodata/download/jobs.ts';
import type { FileReport, RunReport } from './geodata/load/import-run.ts';
import type { Job } from './geodata/load/upcoming.ts';
import { parseRequest, parseSource } from './geodata/request.ts';
import { layers } from './regions/layers.ts';
import { readImportSettings } from './settings.ts';

export const command = defineCommand({
  name: 'import-tiger',
  summary: 'import boundaries of the Census Bureau: states, counties, congressional and legislative districts',
  positionals: [
    { name: 'file', description: 'these zips, named as the Census names them; else what the flags find', many: true },
  ],
  flags: {
    dataset: {
      type: 'string',
      value: 'sets',
      description: `comma-separated: ${dataSetNames.join(', ')}`,
      default: 'cd,sldu,sldl',
    },
    states: { type: 'string', value: 'states', description: 'comma-separated: CO,MN or 08,27; or all', default: 'all' },
    year: { type: 'string', value: 'year', description: 'vintage of the files', default: String(newestYear) },
    resolution: {
      type: 'string',
      value: 'scale',
      description: 'full (TIGER/Line) or the scale of a cartographic file',
      choices: ['full', '500k', '5m', '20m'],
      default: 'full',
    },
    source: {
      type: 'string',
      value: 'source',
      description: 'census, s3:bucket/prefix or dir:path (default census, or the cache that IMPORT_CACHE names)',
    },
    cache: {
      type: 'string',
      value: 'folder',
      description: 'where downloads are kept and continued',
      default: join(tmpdir(), 'coalition-tiger'),
    },
    'dry-run': { type: 'boolean', description: 'do everything, then take it all back' },
    force: { type: 'boolean', description: 'load unchanged files again, and switch although far fewer regions came' },
    wait: { type: 'boolean', description: 'wait until another import has ended' },
    preview: { type: 'string', value: 'map.svg', description: 'only draw what the files hold; needs no database' },
    json: { type: 'boolean', description: 'print the report as JSON' },
  },
  examples: [
    'npm run import-tiger -- --dataset cd,sldu,sldl --states CO,MN --year 2024',
    'npm run import-tiger -- --dataset county --resolution 500k --dry-run',
    'npm run import-tiger -- downloads/tl_2024_27_sldl.zip',
    'npm run import-tiger -- --dataset sldl --states MN --source dir:downloads --preview map.svg',
  ],
  async run({ flags, positionals, signal }) {
    const settings = readImportSettings();
    const { request, jobs } = positionals.length > 0 ? named(positionals, flags) : wanted(flags, settings.IMPORT_CACHE);
    if (flags.preview !== undefined) return await preview(jobs, flags.preview, signal);

    const [{ databaseUrlOf }, { openServer }, { migrate }, { importRun }] = await Promise.all([
      import('./secrets/secrets.ts'),
      import('./database/database.ts'),
      import('./database/migrate.ts'),
      import('./geodata/load/import-run.ts'),
    ]);
    const url = await databaseUrlOf(settings);
    if (!url) throw new NoDatabase();
    const database = await openServer(url, { connections: 2, statementTimeoutMs: 0 });
    try {
      await migrate(database);
      const bars = new Bars();
      const report = await importRun(database, jobs, {
        signal,
        force: flags.force,
        dryRun: flags['dry-run'],
        wait: flags.wait,
        request,
        ...bars.listeners,
      });
      process.stdout.write(
        flags.json
          ? `${JSON.stringify(asJson(report, flags['dry-run']), null, 2)}\n`
          : summary(report, flags['dry-run']),
      );
      return codeOf(report);
    } finally {
      await database.close();
    }
  },
});

/** What the flags ask for, wherever it is to be had. */
function wanted(
  flags: Parameters<typeof parseRequest>[0] & { source: string | undefined; cache: string },
  cached?: string,
) {
  const request = parseRequest(flags);
  const source = parseSource(flags.source ?? (cached ? 's3' : 'census'), flags.cache, cached);
  const plan = planFiles(request);
  for (const notice of plan.notices) process.stderr.write(`${yellow('!', process.stderr)} ${notice}\n`);
  return { request: { ...request, source: source.name }, jobs: jobsFor(plan, source) };
}

/** These files: their names say what the flags would. */
function named(paths: readonly string[], flags: Readonly<Record<string, string | boolean | undefined>>) {
  const idle = ['dataset', 'states', 'year', 'resolution', 'source'].filter(
    (name) => flags[name] !== (command.flags as Record<string, { default?: string }>)[name]?.default,
  );
  if (idle.length > 0)
    throw new UsageError(
      `--${idle.join(' and --')} cannot be beside the name of a file, which says it.`,
      'Leave it out; or leave out the file, and say --source dir:path/to/folder.',
    );
  const jobs = paths.map((path): Job => {
    const fetched = { kind: 'file', path, origin: path } as const;
    return { name: parse(path).name, fetch: async () => fetched };
  });
  return { request: { files: jobs.map(({ name }) => name), source: 'the command line' }, jobs };
}

class NoDatabase extends Error {
  readonly exitCode = exitCode.usage;
  readonly remedy =
    'Name a PostgreSQL server with PostGIS: DATABASE_URL=postgres://user@host/database npm run import-tiger -- … The embedded database of npm start belongs to the process that has it open; --preview needs none.';
  constructor() {
    super('There is no DATABASE_URL.');
    this.name = 'NoDatabase';
  }
}

/** Draws instead of importing. */
async function preview(jobs: readonly Job[], path: string, signal: AbortSignal): Promise<ExitCode> {
  const { drawFiles } = await import('./geodata/preview.ts');
  const paths: string[] = [];
  const queue = [...jobs];
  for (let job = queue.shift(); job; job = queue.shift()) {
    const bar = progress(printable(job.name), 1);
    const fetched = await job
      .fetch({ signal, onProgress: (step, done) => bar.at(done, step) })
      .finally(() => bar.end());
    if (fetched.kind === 'file') paths.push(fetched.path);
    if (fetched.kind === 'instead') queue.unshift(...fetched.jobs);
  }
  const { svg, regions } = await drawFiles(paths);
  await writeFile(path, svg);
  process.stdout.write(
    `${green('✓')} ${regions.toLocaleString('en-US')} regions of ${paths.length === 1 ? 'one file' : `${paths.length} files`} drawn in ${path}\n`,
  );
  return exitCode.done;
}

/** One bar a file; what became of it stays as a line. */
class Bars {
  #bar: Progress | undefined;
  readonly listeners = {
    onFile: (name: string, index: number, of: number) => {
      this.#bar?.end();
      this.#bar = progress(`[${index + 1}/${of}] ${printable(name)}`, 1);
    },
    onProgress: (step: string, done: number) => this.#bar?.at(done, step),
    onFileEnd: (report: FileReport) => {
      this.#bar?.end(lineOf(report));
      this.#bar = undefined;
    },
  };
}

function lineOf(report: FileReport): string {
  const stream = process.stderr;
  const name = printable(report.kind === 'refused' ? report.error.message : report.name);
  switch (report.kind) {
    case 'loaded': {
      const notices = report.notices.map((notice) => `\n  ${yellow('!', stream)} ${printable(notice)}`).join('');
      return `${green('✓', stream)} ${name}: ${report.regions.toLocaleString('en-US')} regions${notices}`;
    }
    case 'unchanged':
      return `${green('✓', stream)} ${name}: ${report.inForce ? 'unchanged' : 'loaded before, now in force'}`;
    case 'absent':
      return `${dim('–', stream)} ${name}: ${printable(report.reason)}`;
    case 'refused':
      return `${red('✗', stream)} ${name}\n  ${printable(report.error.remedy)}`;
  }
}

function summary(report: RunReport, dryRun: boolean): string {
  const files = report.files.map((file) => {
    const loaded = file.kind === 'loaded' ? file : undefined;
    const cells = [loaded?.regions, loaded?.repaired, loaded?.undefinedDistricts].map(
      (n) => n?.toLocaleString('en-US') ?? '',
    );
    return [printable(file.name), file.kind, ...cells, duration(file.seconds * 1000)];
  });
  const changes = report.changes.map(({ layer, added, changed, gone, same }) => [
    layers.find(({ id }) => id === layer)?.plural ?? layer,
    ...[added.length, changed.length, gone.length, same].map((count) => count.toLocaleString('en-US')),
    gone.length > 0 ? `gone: ${gone.slice(0, 8).join(', ')}${gone.length > 8 ? ', …' : ''}` : '',
  ]);
  const parts = [columns([['File', 'Outcome', 'Regions', 'Repaired', 'Undefined', 'Time'], ...files], [2, 3, 4, 5])];
  if (changes.length > 0)
    parts.push(columns([['Layer', 'Added', 'Changed', 'Gone', 'Same', ''], ...changes], [1, 2, 3, 4]));
  const people = report.reassignments.map(({ layer, moved, placed, renewed }) => [
    layers.find(({ id }) => id === layer)?.plural ?? layer,
    ...[moved.length, placed, renewed].map((count) => count.toLocaleString('en-US')),
    moved
      .slice(0, 5)
      .map(({ stakeholder, from, to }) => `${stakeholder}: ${from} to ${to}`)
      .join(', '),
  ]);
  if (people.length > 0) parts.push(columns([['People', 'Moved', 'Placed', 'Renewed', ''], ...people], [1, 2, 3]));
  parts.push(
    `${dryRun ? 'Dry run: nothing was kept. ' : ''}${duration(report.seconds * 1000)}, at most ${peakMegabytes()} MB of memory.`,
  );
  return `${parts.join('\n\n')}\n`;
}

function asJson(report: RunReport, dryRun: boolean) {
  return {
    ...report,
    dryRun,
    files: report.files.map((file) =>
      file.kind === 'refused' ? { ...file, error: file.error.message, remedy: file.error.remedy } : file,
    ),
    peakMegabytes: peakMegabytes(),
  };
}

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** Done, partly done, or what the files that were refused agree on. */
function codeOf({ outcome, files }: RunReport): ExitCode {
  if (outcome === 'done') return exitCode.done;
  if (outcome === 'partly') return exitCode.partlyDone;
  const codes = new Set(files.map((file) => (file.kind === 'refused' ? (file.error.exitCode ?? exitCode.failed) : 0)));
  const [only] = codes;
  return codes.size === 1 && Object.values(exitCode).some((known) => known === only)
    ? (only as ExitCode)
    : exitCode.failed;
}

if (import.meta.main) await run(command);
