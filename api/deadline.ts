/**
 * When the request under way has to be over. Whoever waits for something outside (a database, AWS, a geocoder) asks
 * here for the signal, and hands it on; nobody has to be told about it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const underWay = new AsyncLocalStorage<AbortSignal>();

/** The time of a request is up: nothing new is begun for it. */
export class DeadlineError extends Error {
  constructor() {
    super('The time of this request is up.');
    this.name = 'DeadlineError';
  }
}

/** @returns the signal of the request under way; undefined outside of one, where nothing presses */
export function deadline(): AbortSignal | undefined {
  return underWay.getStore();
}

/** For clients of AWS: `client.send(command, untilDeadline())`. */
export function untilDeadline(): { readonly abortSignal?: AbortSignal } {
  const abortSignal = deadline();
  return abortSignal ? { abortSignal } : {};
}

/** Runs the work of one request. */
export function withDeadline<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return underWay.run(signal, work);
}
