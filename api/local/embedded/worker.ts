/**
 * The embedded PostgreSQL itself. It runs in a worker thread because one heavy statement (a spatial index, a
 * subdivision) holds its thread for seconds, and the server must go on answering meanwhile.
 *
 * Messages in: bytes of the wire protocol, or `close`. Messages out: `open` once, then the answer's bytes, `failed`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { postgis } from '@electric-sql/pglite-postgis';

export type FromWorker =
  | { readonly kind: 'open' }
  | { readonly kind: 'bytes'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly kind: 'answered' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly message: string };

export type ToWorker =
  | { readonly kind: 'bytes'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly kind: 'close' };

export interface WorkerOptions {
  readonly folder: string;
}

const port = parentPort;
if (!port) throw new Error('worker.ts runs in a worker thread only');
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

try {
  const { folder } = workerData as WorkerOptions;
  const database = await PGlite.create({ dataDir: folder, extensions: { postgis } });
  // One statement after the other: the engine has one session, and answers must keep the order of the questions.
  let queue = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    queue = queue.then(() => handle(database, message)).catch(fail);
  });
  send({ kind: 'open' });
} catch (error) {
  fail(error);
}

/** Whose messages the engine got last. */
let connection: number | undefined;

/** Types of messages of the protocol: https://www.postgresql.org/docs/18/protocol-message-formats.html */
const sync = 'S'.charCodeAt(0);
const readyForQuery = 'Z'.charCodeAt(0);
const terminate = 'X'.charCodeAt(0);

/**
 * After a parametrised statement that failed, the engine says that it is ready at once, and again at the Sync that ends
 * the statement's messages. PostgreSQL says it once, and pg would take the second one for the next statement's: so of
 * the messages up to a Sync only the last ReadyForQuery is passed on.
 */
async function handle(database: PGlite, message: ToWorker): Promise<void> {
  if (message.kind === 'close') {
    await database.close();
    send({ kind: 'closed' });
    return;
  }
  // Ends a connection; the session goes on, for the next one.
  if (message.bytes.length === 5 && message.bytes[0] === terminate) return;
  if (message.connection !== connection) {
    // pg gives a connection up after an error, and opens another; here that is the same session, with what was left.
    if (connection !== undefined) {
      await database.exec('rollback');
      await database.exec('discard all');
    }
    connection = message.connection;
  }
  const isSync = message.bytes.at(-5) === sync;
  let ready: Uint8Array | undefined;
  const forward = (bytes: Uint8Array) => {
    const copy = bytes.slice();
    send({ kind: 'bytes', connection: message.connection, bytes: copy }, [copy.buffer]);
  };
  // syncToFs: the files are real ones and written as PostgreSQL writes them; there is nothing to flush besides.
  await database.execProtocolRawStream(message.bytes, {
    syncToFs: false,
    onRawData: (bytes) => {
      if (isSync && bytes[0] === readyForQuery && bytes.length === 6) ready = bytes.slice();
      else forward(bytes);
    },
  });
  if (ready) forward(ready);
  send({ kind: 'answered' });
}

function fail(error: unknown): void {
  // The engine's file system throws objects that are no errors, with a number of errno.h.
  const { message, errno } = (error ?? {}) as { message?: string; errno?: number };
  send({ kind: 'failed', message: message || (errno === undefined ? String(error) : `file system error ${errno}`) });
}
