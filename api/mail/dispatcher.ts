/** Empties the outbox for as long as a process runs: at once when told that there is something, and now and then. */
import { type Delivery, deliverDue, tidyOutbox } from './deliver.ts';

export interface Dispatcher {
  /** There is something new. */
  wake(): void;
  /** Ends once what is in hand is delivered. */
  stop(): Promise<void>;
}

export interface DispatcherOptions {
  /** Between two looks for what has become due. */
  readonly everyMs?: number;
  readonly workers?: number;
}

export function startDispatcher(
  delivery: Delivery,
  { everyMs = 5_000, workers = 1 }: DispatcherOptions = {},
): Dispatcher {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;

  const run = async () => {
    do {
      again = false;
      try {
        await deliverDue(delivery, { signal: stopping.signal, workers });
      } catch (error) {
        if (!stopping.signal.aborted) delivery.log('error', 'The outbox could not be read.', { error });
      }
    } while (again && !stopping.signal.aborted);
  };
  const wake = () => {
    if (stopping.signal.aborted) return;
    again = true;
    running ??= run().finally(() => {
      running = undefined;
    });
  };
  const looking = setInterval(wake, everyMs).unref();
  const tidying = setInterval(() => void tidyOutbox(delivery).catch(() => {}), 3_600_000).unref();
  wake();

  return {
    wake,
    async stop() {
      clearInterval(looking);
      clearInterval(tidying);
      stopping.abort();
      await running;
    },
  };
}
