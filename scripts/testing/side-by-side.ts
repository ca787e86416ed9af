/** Test files side by side, a process a core, by mocha's own parallel mode; those that take longest begin. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MochaOptions } from 'mocha';
import type { Call } from '../../generator/proofs/privilege/calls.ts';

/** What a process of mocha leaves of a file that it ran. */
export interface FileReport {
  readonly file: string;
  readonly seconds: number;
  readonly calls: readonly Call[];
}

const variable = 'TEST_REPORTS_FOLDER';
const secondsFile = fileURLToPath(new URL('seconds.json', import.meta.url));
/** What takes less is not worth a line. */
const worthNaming = 3;

/** Where the processes leave their reports. */
export function reportsFolder(): string {
  const folder = process.env[variable];
  if (!folder) throw new Error(`${variable} is not set: nobody started this process for tests.`);
  return folder;
}

export interface SideBySide {
  readonly options: MochaOptions;
  /** Of the files that have ended. */
  reports(): readonly FileReport[];
}

/** @param jobs how many processes */
export function sideBySide(jobs: number): SideBySide {
  const folder = mkdtempSync(join(tmpdir(), 'test-reports-'));
  process.env[variable] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return {
    options: { parallel: true, jobs, require: [fileURLToPath(new URL('worker.ts', import.meta.url))] },
    reports: () => readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))),
  };
}

/** So that no process is left alone with a long file in the end. Times are of `npm test -- --record`. */
export function longestFirst(files: readonly string[]): readonly string[] {
  const known = JSON.parse(readFileSync(secondsFile, 'utf8')) as Record<string, number>;
  const seconds = (file: string) => known[file] ?? 0;
  return files.toSorted((a, b) => seconds(b) - seconds(a));
}

/** Writes down which files take long, for `longestFirst`. */
export function recordSeconds(reports: readonly FileReport[]): void {
  const long = reports.filter(({ seconds }) => seconds >= worthNaming).sort((a, b) => b.seconds - a.seconds);
  const lines = Object.fromEntries(long.map(({ file, seconds }) => [file, Math.round(seconds)]));
  writeFileSync(secondsFile, `${JSON.stringify(lines, null, 2)}\n`);
}
