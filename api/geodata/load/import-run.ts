/**
 * One run of the importer, as it happens: take the lock; bring each file in beside what is in force, each in a
 * transaction of its own; then switch to all of them in one. At any moment, also after a kill, a full disk or a lost
 * connection, a lookup sees either the boundaries from before or the new ones, whole. A run that was cut short is
 * started again, and finds the files that it had already brought in.
 */
import type pg from 'pg';
import type { Database } from '../../database/database.ts';
import type { BoundaryFile } from '../catalogue/catalogue.ts';
import { explainDatabaseError } from './import-error.ts';
import { closeRun, type Outcome, openRun, recordFile } from './ledger.ts';
import { withRunLock } from './run-lock.ts';
import { type StageOptions, stageFile } from './stage.ts';
import { type Activation, isInForce, refuseImplausibleDrop, type Switched, switchTo } from './switch.ts';
import { isRefusal, type Job, type Made, type RefusedError, type Upcoming, upcoming } from './upcoming.ts';

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
  let next: Upcoming | undefined;
  const ledger = await openRun(client, options.request ?? { files: jobs.map(({ name }) => name) });
  try {
    const files: FileReport[] = [];
    const activations: Activation[] = [];
    const queue = [...jobs];
    for (next = upcoming(queue, options); next; ) {
      const current: Upcoming = next;
      options.signal?.throwIfAborted();
      options.onFile?.(current.job.name, files.length, files.length + 1 + queue.length);
      const turn = performance.now();
      current.hasTurn = true;
      const ready = await current.file;
      if (ready.kind === 'instead') {
        queue.unshift(...ready.jobs);
        next = upcoming(queue, options);
        continue;
      }
      next = upcoming(queue, options);
      const { report, activation } = await bringIn(client, database, current.job, ready, secondsSince(turn), options);
      if (activation) activations.push(activation);
      files.push(report);
      await recordFile(client, ledger, { ...entry(report), origin: current.origin, bytes: current.bytes });
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
    return { outcome, files, ...switched, seconds: secondsSince(started)() };
  } catch (error) {
    const outcome = options.signal?.aborted ? 'interrupted' : 'failed';
    // Where the connection is what failed, the next run closes this one in the ledger.
    await closeRun(client, ledger, outcome, (error as Error).message).catch(() => {});
    throw error;
  } finally {
    next?.giveUp();
    await next?.file.catch(() => {});
  }
}

const secondsSince = (started: number) => () => (performance.now() - started) / 1000;

interface BroughtIn {
  readonly report: FileReport;
  readonly activation?: Activation;
}

async function bringIn(
  client: pg.PoolClient,
  database: Pick<Database, 'bulkRoad'>,
  { name, states }: Job,
  ready: Exclude<Made, { kind: 'instead' }>,
  seconds: () => number,
  options: RunOptions,
): Promise<BroughtIn> {
  if (ready.kind === 'absent') {
    return { report: { kind: 'absent', name, reason: ready.reason, seconds: seconds() } };
  }
  if (ready.kind === 'refused') return { report: { kind: 'refused', name, error: ready.error, seconds: seconds() } };
  try {
    const { fetched, sha256, layer, file } = ready;
    const kept = options.force ? undefined : await loadedBefore(client, file, sha256);
    if (kept) {
      const activation = { boundarySetId: kept, states };
      const inForce = await isInForce(client, activation);
      if (!inForce) await refuseImplausibleDrop(client, layer.name, activation);
      const report = { kind: 'unchanged', name: layer.name, file, sha256, inForce, seconds: seconds() } as const;
      return { report, ...(inForce ? {} : { activation }) };
    }
    return await inOneStep(client, options, async () => {
      const staged = await stageFile(client, database, layer, file, sha256, options);
      const activation = { boundarySetId: staged.boundarySetId, states };
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
      return { report, activation };
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { report: { kind: 'refused', name, error, seconds: seconds() } };
  }
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
