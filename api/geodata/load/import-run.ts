/**
 * One run of the importer, as it happens: take the lock; bring each file in beside what is in force, each in a
 * transaction of its own; then switch to all of them in one. At any moment, also after a kill, a full disk or a lost
 * connection, a lookup sees either the boundaries from before or the new ones, whole. A run that was cut short is
 * started again, and finds the files that it had already brought in.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import type { Database } from '../../database/database.ts';
import { type BoundaryFile, describeFile } from '../catalogue/catalogue.ts';
import { FormatError, openLayer } from '../formats/layer.ts';
import { explainDatabaseError, ImportError } from './import-error.ts';
import { closeRun, type Outcome, openRun, recordFile } from './ledger.ts';
import { withRunLock } from './run-lock.ts';
import { type StageOptions, stageFile } from './stage.ts';
import { type Activation, isInForce, refuseImplausibleDrop, type Switched, switchTo } from './switch.ts';

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

export interface RunOptions extends StageOptions {
  /** Loads files that are already loaded, and switches although far fewer regions came than are in force. */
  readonly force?: boolean;
  /** Does everything, and takes it all back. */
  readonly dryRun?: boolean;
  /** Waits for another run to end. */
  readonly wait?: boolean;
  /** What was asked for, for the ledger. */
  readonly request?: unknown;
  /** @param index from 0, @param of how many there are, as far as is known */
  readonly onFile?: ((name: string, index: number, of: number) => void) | undefined;
  readonly onFileEnd?: ((report: FileReport) => void) | undefined;
}

interface Loaded {
  readonly name: string;
  readonly file: BoundaryFile;
  readonly sha256: string;
  readonly seconds: number;
}

export type FileReport =
  | (Loaded & {
      readonly kind: 'loaded';
      readonly regions: number;
      readonly undefinedDistricts: number;
      readonly repaired: number;
      readonly notices: readonly string[];
    })
  /** The same bytes are in the database already; `inForce` says whether they were in force, too. */
  | (Loaded & { readonly kind: 'unchanged'; readonly inForce: boolean })
  | { readonly kind: 'absent'; readonly name: string; readonly reason: string; readonly seconds: number }
  | { readonly kind: 'refused'; readonly name: string; readonly error: RefusedError; readonly seconds: number };

/** An error that is one file's own: the others are imported all the same. */
export type RefusedError = Error & { readonly remedy: string; readonly exitCode?: number };

export interface RunReport extends Switched {
  readonly outcome: Exclude<Outcome, 'interrupted'>;
  readonly files: readonly FileReport[];
  readonly seconds: number;
}

/**
 * @throws ImportError when another import runs (exit code 5) or the database fails; then lookups see what they saw before
 */
export async function importRun(
  database: Pick<Database, 'pool' | 'bulkRoad'>,
  jobs: readonly Job[],
  options: RunOptions = {},
): Promise<RunReport> {
  try {
    return await withRunLock(database, options, (client) =>
      options.dryRun
        ? rehearse(client, () => run(client, database, jobs, options))
        : run(client, database, jobs, options),
    );
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

async function run(
  client: pg.PoolClient,
  database: Pick<Database, 'bulkRoad'>,
  jobs: readonly Job[],
  options: RunOptions,
): Promise<RunReport> {
  const started = performance.now();
  const ledger = await openRun(client, options.request ?? { files: jobs.map(({ name }) => name) });
  try {
    const files: FileReport[] = [];
    const activations: Activation[] = [];
    const queue = [...jobs];
    for (let job = queue.shift(); job; job = queue.shift()) {
      options.signal?.throwIfAborted();
      options.onFile?.(job.name, files.length, files.length + 1 + queue.length);
      const broughtIn = await bringIn(client, database, job, options);
      if ('instead' in broughtIn) {
        queue.unshift(...broughtIn.instead);
        continue;
      }
      const { report, activation, origin, bytes } = broughtIn;
      if (activation) activations.push(activation);
      files.push(report);
      await recordFile(client, ledger, { ...entry(report), origin, bytes });
      options.onFileEnd?.(report);
    }
    options.signal?.throwIfAborted();
    const switched =
      activations.length === 0
        ? { changes: [], reassignments: [] }
        : await inOneStep(client, options, () => switchTo(client, database, activations, options));
    const refused = files.filter(({ kind }) => kind === 'refused').length;
    const outcome = refused === 0 ? 'done' : refused === files.length ? 'failed' : 'partly';
    await closeRun(client, ledger, outcome);
    return { outcome, files, ...switched, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    const outcome = options.signal?.aborted ? 'interrupted' : 'failed';
    // Where the connection is what failed, the next run closes this one in the ledger.
    await closeRun(client, ledger, outcome, (error as Error).message).catch(() => {});
    throw error;
  }
}

interface BroughtIn {
  readonly report: FileReport;
  readonly activation?: Activation;
  readonly origin: string | null;
  readonly bytes: number | null;
}

async function bringIn(
  client: pg.PoolClient,
  database: Pick<Database, 'bulkRoad'>,
  job: Job,
  options: RunOptions,
): Promise<BroughtIn | { readonly instead: readonly Job[] }> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let origin: string | null = null;
  let bytes: number | null = null;
  try {
    const fetched = await job.fetch(options);
    if (fetched.kind === 'instead') return { instead: fetched.jobs };
    if (fetched.kind === 'absent') {
      return { report: { kind: 'absent', name: job.name, reason: fetched.reason, seconds: seconds() }, origin, bytes };
    }
    origin = fetched.origin;
    const digested = await digest(fetched.path);
    bytes = digested.bytes;
    const { sha256 } = digested;
    const layer = await openLayer(fetched.path);
    refuseAnother(fetched, layer.name);
    const file = describeFile(
      layer.name,
      layer.fields.map(({ name }) => name),
    );
    const kept = options.force ? undefined : await loadedBefore(client, file, sha256);
    if (kept) {
      const activation = { boundarySetId: kept, states: job.states };
      const inForce = await isInForce(client, activation);
      if (!inForce) await refuseImplausibleDrop(client, layer.name, activation);
      const report = { kind: 'unchanged', name: layer.name, file, sha256, inForce, seconds: seconds() } as const;
      return { report, origin, bytes, ...(inForce ? {} : { activation }) };
    }
    return await inOneStep(client, options, async () => {
      const staged = await stageFile(client, database, layer, file, sha256, options);
      const activation = { boundarySetId: staged.boundarySetId, states: job.states };
      if (!options.force) await refuseImplausibleDrop(client, layer.name, activation);
      const notices = [...(fetched.notices ?? []), ...layer.notices];
      const report = {
        kind: 'loaded',
        name: layer.name,
        file,
        sha256,
        ...staged,
        notices,
        seconds: seconds(),
      } as const;
      return { report, activation, origin, bytes };
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { report: { kind: 'refused', name: job.name, error, seconds: seconds() }, origin, bytes };
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
function isRefusal(error: unknown): error is RefusedError {
  if (!(error instanceof Error && 'remedy' in error && typeof error.remedy === 'string')) return false;
  return !('endsRun' in error && error.endsRun);
}

async function loadedBefore(client: pg.ClientBase, file: BoundaryFile, sha256: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `select id from boundary_set
      where layer = $1 and coverage = $2 and vintage = $3 and resolution = $4 and source_sha256 = $5
      order by id desc limit 1`,
    [file.layer, file.coverage, file.vintage, file.resolution, sha256],
  );
  return rows[0]?.id;
}

/** A transaction; within a dry run, which is one already, a savepoint. */
async function inOneStep<T>(client: pg.ClientBase, { dryRun }: RunOptions, work: () => Promise<T>): Promise<T> {
  await client.query(dryRun ? 'savepoint step' : 'begin');
  try {
    // A server of the API gives up on slow statements; a large file may take longer than its patience.
    await client.query('set local statement_timeout = 0');
    const result = await work();
    await client.query(dryRun ? 'release savepoint step' : 'commit');
    return result;
  } catch (error) {
    await client.query(dryRun ? 'rollback to savepoint step' : 'rollback').catch(() => {});
    throw error;
  }
}

async function rehearse<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback').catch(() => {});
  }
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

function entry(report: FileReport) {
  const { name, kind: outcome, seconds } = report;
  const loaded = report.kind === 'loaded' ? report : undefined;
  return {
    name,
    outcome,
    seconds,
    sha256: 'sha256' in report ? report.sha256 : null,
    reason: report.kind === 'absent' ? report.reason : report.kind === 'refused' ? report.error.message : null,
    regions: loaded?.regions ?? null,
    undefinedDistricts: loaded?.undefinedDistricts ?? null,
    repaired: loaded?.repaired ?? null,
  };
}
