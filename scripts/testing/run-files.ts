/** Runs test files by mocha: in this process, or side by side, a process a core, by mocha's parallel mode. */
import { relative } from 'node:path';
import Mocha from 'mocha';
import type { Call } from '../../generator/proofs/privilege/calls.ts';
import { red } from '../terminal/style.ts';
import { recordCalls } from './aws-calls.ts';
import { openEmbedded } from './database.ts';
import { type FileReport, longestFirst, sideBySide } from './side-by-side.ts';

export interface Wanted {
  /** How many processes; 1: this one. */
  readonly jobs: number;
  readonly grep: string | undefined;
  readonly bail: boolean;
  readonly signal: AbortSignal;
}

export interface Outcome {
  /** Undefined, or of what was run until then, where it was interrupted. */
  readonly stats: Mocha.Stats | undefined;
  /** What our code asked of AWS. */
  calls(): readonly Call[];
  /** How long each file took; of one process, nothing. */
  reports(): readonly FileReport[];
}

export async function runFiles(files: readonly string[], { jobs, grep, bail, signal }: Wanted): Promise<Outcome> {
  const workers = jobs > 1 ? sideBySide(jobs) : undefined;
  const reports = () => workers?.reports() ?? [];
  const calls = workers ? () => reports().flatMap(({ calls: own }) => own) : recordCalls();
  const options = { timeout: 20_000, bail, color: undefined as never, ...workers?.options };
  const mocha = new Mocha(grep ? { ...options, grep } : options);
  for (const file of workers ? longestFirst(files) : files) mocha.addFile(file);
  if (!workers) {
    await openEmbedded();
    await mocha.loadFilesAsync();
  }
  const stats = await new Promise<Mocha.Stats | undefined>((done) => {
    const listening = process.listeners('SIGINT');
    const runner = mocha.run(() => done(runner.stats));
    // Of a file that cannot be loaded, or that ends its process, mocha does not say which it was.
    runner.on('fail', (_test, error: Error & { file?: string }) => {
      if (error.file) process.stdout.write(`${red(relative('.', error.file))} ${error.stack ?? error.message}\n`);
    });
    // Mocha would end its processes, and then fail because they ended. They end with this one.
    for (const one of process.listeners('SIGINT')) if (!listening.includes(one)) process.off('SIGINT', one);
    signal.addEventListener('abort', () => {
      runner.abort();
      if (workers) done(runner.stats);
    });
  });
  return { stats, calls, reports };
}
