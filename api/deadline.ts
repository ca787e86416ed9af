/**
 * When the request under way has to be over. Whoever waits for something outside (a database, AWS, a geocoder) asks
 * here for the signal, and hands it on; nobody has to be told about it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** The end of one request. Its signal is made for the first who asks: much is answered without anybody. */
export class Deadline {
  #controller: AbortController | undefined;
  isOver = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  end(): void {
    this.isOver = true;
    this.#controller?.abort();
  }
}

const underWay = new AsyncLocalStorage<Deadline>();

/** The time of a request is up: nothing new is begun for it. */
export class DeadlineError extends Error {
  constructor() {
    super('The time of this request is up.');
    this.name = 'DeadlineError';
  }
}

/** @returns the signal of the request under way; undefined outside of one, where nothing presses */
export function deadline(): AbortSignal | undefined {
  return underWay.getStore()?.signal;
}

/** For clients of AWS: `client.send(command, untilDeadline())`. */
export function untilDeadline(): { readonly abortSignal?: AbortSignal } {
  const abortSignal = deadline();
  return abortSignal ? { abortSignal } : {};
}

/** Runs the work of one request. */
export function withDeadline<T>(ends: Deadline, work: () => Promise<T>): Promise<T> {
  return underWay.run(ends, work);
}
