/** PostgreSQL with PostGIS inside this process: PGlite in a worker thread, behind an ordinary `pg` pool. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { type Database, DatabaseError } from '../../database/database.ts';
import { EmbeddedConnection } from './connection.ts';
import { lockFolder } from './folder-lock.ts';
import type { FromWorker, ToWorker, WorkerOptions } from './worker.ts';

/** Where the engine sees its own data folder; PGlite mounts it there. */
const folderSeenByDatabase = '/pglite/data';

/** How long closing waits for the statement that is running; past that, PostgreSQL's own log recovers at the next start. */
const patienceMs = 3_000;

/**
 * Opens (or creates) the database in `folder`.
 * One session: the pool has one connection, and whatever needs two at once is for a server.
 * @param signal gives up the opening, which takes seconds
 * @throws FolderInUse, or DatabaseError when the folder cannot be written or read
 */
export async function openEmbeddedDatabase(folder: string, signal?: AbortSignal): Promise<Database> {
  const unlock = await claim(folder);
  if (!existsSync(createdMark(folder))) {
    // A creation that was cut short left half a database behind, which nobody has ever used.
    deleteOwn(folder, unlock);
    writeFileSync(creatingMark(folder), '');
  }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { folder } satisfies WorkerOptions,
  });
  try {
    await firstMessage(worker, 'open', signal);
    if (existsSync(creatingMark(folder))) renameSync(creatingMark(folder), createdMark(folder));
  } catch (error) {
    await worker.terminate();
    unlock();
    signal?.throwIfAborted();
    throw new DatabaseError(
      `The data in ${folder} cannot be opened: ${(error as Error).message}.`,
      `npm start -- --reset (with the same LOCAL_FOLDER) deletes it and starts over. Census boundaries and the demo come back by themselves; what you entered does not.`,
      { cause: error },
    );
  }
  const pool = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    // pg asks its stream for what net.Socket has; EmbeddedConnection has the part of it that pg calls.
    stream: () => new EmbeddedConnection(worker) as never,
  });
  pool.on('error', () => {});
  return {
    pool,
    bulkRoad: { kind: 'file', folder, folderSeenByDatabase },
    name: `the embedded database in ${folder}`,
    async close() {
      const patience = AbortSignal.timeout(patienceMs);
      await Promise.race([closeGently(pool, worker), new Promise((done) => patience.addEventListener('abort', done))]);
      await worker.terminate();
      unlock();
    },
  };
}

/** Deletes the database in `folder`, unless a process has it open. */
export async function deleteEmbeddedDatabase(folder: string): Promise<void> {
  const unlock = await claim(folder);
  deleteOwn(folder, unlock);
  unlock();
}

/** Deletes what was created here, and nothing else: a folder without our mark is somebody's. */
function deleteOwn(folder: string, unlock: () => void): void {
  const isOurs = existsSync(createdMark(folder)) || existsSync(creatingMark(folder));
  if (!isOurs && readdirSync(folder).length > 0) {
    unlock();
    throw new DatabaseError(
      `The folder ${folder} holds files that npm start did not put there.`,
      `Move them away, or name another folder: LOCAL_FOLDER=/some/folder npm start. (A database that was copied here also needs the empty file ${basename(createdMark(folder))} beside it.)`,
    );
  }
  // The mark goes last: what is cut short here is still known to be ours.
  rmSync(folder, { recursive: true, force: true });
  rmSync(createdMark(folder), { force: true });
  rmSync(creatingMark(folder), { force: true });
}

/** Whether a database exists in `folder`, or `openEmbeddedDatabase` would create one. */
export function embeddedDatabaseExists(folder: string): boolean {
  return existsSync(createdMark(folder));
}

/** An empty file beside the folder that says its creation came to an end. */
function createdMark(folder: string): string {
  return `${folder}.created`;
}

/** The same, for a creation that has begun. */
function creatingMark(folder: string): string {
  return `${folder}.creating`;
}

async function claim(folder: string): Promise<() => void> {
  try {
    mkdirSync(folder, { recursive: true });
    return await lockFolder(folder, join(dirname(folder), `${basename(folder)}.lock`));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw new DatabaseError(
      `The data folder ${folder} cannot be written (${code}).`,
      'Make it writable for this user, free some disk space, or name another one: LOCAL_FOLDER=/some/folder npm start.',
      { cause: error },
    );
  }
}

async function closeGently(pool: pg.Pool, worker: Worker): Promise<void> {
  await pool.end();
  const closed = firstMessage(worker, 'closed');
  worker.postMessage({ kind: 'close' } satisfies ToWorker);
  await closed.catch(() => {});
}

function firstMessage(worker: Worker, kind: 'open' | 'closed', signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      worker.off('message', onMessage).off('error', settle).off('exit', onExit);
      signal?.removeEventListener('abort', onAbort);
      if (error) reject(error);
      else resolve();
    };
    const onMessage = (message: FromWorker) => {
      if (message.kind === kind) settle();
      if (message.kind === 'failed') settle(new Error(message.message));
    };
    const onExit = () => settle(new Error('the engine ended'));
    const onAbort = () => settle(new Error('interrupted'));
    worker.on('message', onMessage).once('error', settle).once('exit', onExit);
    signal?.addEventListener('abort', onAbort);
  });
}
