/**
 * What `pg` takes for a socket: a stream whose other end is the engine's worker thread. The real driver runs over it,
 * with its types, error codes and prepared statements.
 */
import { Duplex } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from './worker.ts';

export class EmbeddedConnection extends Duplex {
  /** Tells its answers from those to the connection before it, which may still be on their way. */
  readonly #number = nextNumber();
  readonly #worker: Worker;
  readonly #listener: (message: FromWorker) => void;
  readonly #onExit: () => void;

  constructor(worker: Worker) {
    super();
    this.#worker = worker;
    this.#listener = (message) => {
      if (message.kind === 'bytes' && message.connection === this.#number)
        this.push(Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength));
      if (message.kind === 'failed') this.destroy(new Error(`The embedded database stopped: ${message.message}`));
    };
    worker.on('message', this.#listener);
    this.#onExit = () => this.destroy(new Error('The embedded database has ended.'));
    worker.once('exit', this.#onExit);
  }

  /** pg calls these on its socket; between two threads there is nothing to dial and nothing to keep alive. */
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this._writev([{ chunk }], done);
  }

  /** pg corks a parametrised statement's messages, Parse to Sync; they reach the engine together, as the worker expects. */
  override _writev(chunks: ReadonlyArray<{ readonly chunk: Buffer }>, done: (error?: Error) => void): void {
    // A copy, because pg reuses its buffers while the message is on its way to the other thread.
    const bytes = new Uint8Array(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    this.#worker.postMessage({ kind: 'bytes', connection: this.#number, bytes } satisfies ToWorker, [bytes.buffer]);
    done();
  }

  override _final(done: (error?: Error) => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#worker.off('message', this.#listener).off('exit', this.#onExit);
    done(error);
  }
}

let connections = 0;

function nextNumber(): number {
  connections += 1;
  return connections;
}
