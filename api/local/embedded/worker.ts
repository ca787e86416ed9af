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
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'answered' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly message: string };

export type ToWorker = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'close' };

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

async function handle(database: PGlite, message: ToWorker): Promise<void> {
  if (message.kind === 'close') {
    await database.close();
    send({ kind: 'closed' });
    return;
  }
  // syncToFs: the files are real ones and written as PostgreSQL writes them; there is nothing to flush besides.
  await database.execProtocolRawStream(message.bytes, {
    syncToFs: false,
    onRawData: (bytes) => {
      const copy = bytes.slice();
      send({ kind: 'bytes', bytes: copy }, [copy.buffer]);
    },
  });
  send({ kind: 'answered' });
}

function fail(error: unknown): void {
  send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
