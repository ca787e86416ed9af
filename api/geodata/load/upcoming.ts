/**
 * Makes files ready for the database: fetched, digested, opened. While one goes into the database, the next is made ready:
 * from the Census's server, fetching takes longer than loading.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type BoundaryFile, describeFile } from '../catalogue/catalogue.ts';
import { FormatError, type Layer, openLayer } from '../formats/layer.ts';
import { ImportError } from './import-error.ts';
import type { StageOptions } from './stage.ts';

/** One file that is wanted. */
export interface Job {
  /** What it is called in reports: the file's name, or what was looked for. */
  readonly name: string;
  /** Which of its states are to be in force, as FIPS codes; all of them where undefined. */
  readonly states?: readonly string[] | undefined;
  /** Makes the file available; what is thrown with a `remedy` refuses this file, unless it has `endsRun`. */
  fetch(options: StageOptions): Promise<Fetched>;
}

export type Fetched =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly origin: string;
      /** The layer that was asked for, such as `tl_2024_27_sldu`: a zip that holds another one is refused. */
      readonly layer?: string;
      readonly notices?: readonly string[];
    }
  /** There is no such file, and that is as it should be. */
  | { readonly kind: 'absent'; readonly reason: string }
  /** There is no such file; these, instead, hold the same. */
  | { readonly kind: 'instead'; readonly jobs: readonly Job[] };

/** An error that is one file's own: the others are imported all the same. */
export type RefusedError = Error & { readonly remedy: string; readonly exitCode?: number };

/** A job whose file is being made ready, while the one before it still goes into the database. */
export interface Upcoming {
  readonly job: Job;
  readonly file: Promise<Made>;
  /** As far as they are known, also where `file` is refused. */
  origin: string | null;
  bytes: number | null;
  /** Progress is that of one file at a time. */
  hasTurn: boolean;
  giveUp(): void;
}

/** What became of a job before its turn. */
export type Made =
  | {
      readonly kind: 'ready';
      readonly fetched: Extract<Fetched, { kind: 'file' }>;
      readonly sha256: string;
      readonly layer: Layer;
      readonly file: BoundaryFile;
    }
  | { readonly kind: 'refused'; readonly error: RefusedError }
  | Exclude<Fetched, { kind: 'file' }>;

/** Takes the first of the queue. @returns undefined where there is none */
export function upcoming(queue: Job[], options: StageOptions): Upcoming | undefined {
  const job = queue.shift();
  if (!job) return undefined;
  const own = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, own.signal]) : own.signal;
  const onProgress: StageOptions['onProgress'] = (step, done) => begun.hasTurn && options.onProgress?.(step, done);
  const begun = { job, origin: null, bytes: null, hasTurn: false, giveUp: () => own.abort() } as Omit<Upcoming, 'file'>;
  const file = make(begun, { signal, onProgress });
  // Whose turn it is looks at it; until then it has not failed for anybody.
  file.catch(() => {});
  return Object.assign(begun, { file });
}

async function make(upcoming: Omit<Upcoming, 'file'>, options: StageOptions): Promise<Made> {
  try {
    const fetched = await upcoming.job.fetch(options);
    if (fetched.kind !== 'file') return fetched;
    upcoming.origin = fetched.origin;
    const { sha256, bytes } = await digest(fetched.path);
    upcoming.bytes = bytes;
    const layer = await openLayer(fetched.path);
    refuseAnother(fetched, layer.name);
    const file = describeFile(
      layer.name,
      layer.fields.map(({ name }) => name),
    );
    return { kind: 'ready', fetched, sha256, layer, file };
  } catch (error) {
    if (isRefusal(error)) return { kind: 'refused', error };
    throw error;
  }
}

/** Under the right name may lie another vintage, or another state's districts, and each is sound in itself. */
function refuseAnother({ path, layer }: Extract<Fetched, { kind: 'file' }>, found: string): void {
  if (layer === undefined || layer.toLowerCase() === found.toLowerCase()) return;
  throw new ImportError(
    `${basename(path)} holds ${found}, not the ${layer} that was asked for.`,
    'Fetch it again from the Census Bureau, or give it its own name and ask for that. What was in force stays in force.',
  );
}

/**
 * Errors that say what to do are this file's own, unless they are the source's. (The database's do not say it yet.)
 */
export function isRefusal(error: unknown): error is RefusedError {
  if (!(error instanceof Error && 'remedy' in error && typeof error.remedy === 'string')) return false;
  return !('endsRun' in error && error.endsRun);
}

async function digest(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    await pipeline(file, hash);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    const fault = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new FormatError({ file: basename(path) }, fault, `Check the path ${path} and its permissions.`, {
      cause: error,
    });
  }
  return { sha256: hash.digest('hex'), bytes: file.bytesRead };
}
