/** Ctrl-C, once and again. */
import { exitCode } from './exit-codes.ts';

/** Thrown through what was interrupted; prints nothing of its own. */
export class Interrupted extends Error {
  readonly exitCode = exitCode.interrupted;
  constructor() {
    super('Interrupted.');
    this.name = 'Interrupted';
  }
}

export interface Interruptions {
  readonly signal: AbortSignal;
  again(milliseconds: number): Promise<boolean>;
  stop(): void;
}

/** The terminal sends SIGINT to whoever runs in it, and npm hands it on: one press arrives twice. */
const onePressMs = 200;

/** Listens until it is told to stop. The first SIGINT or SIGTERM aborts the signal, another one ends the process. */
export function interruptions(): Interruptions {
  const controller = new AbortController();
  const { signal } = controller;
  let last: { readonly name: NodeJS.Signals; readonly at: number } | undefined;
  let first: NodeJS.Signals | undefined;
  let answer: ((isAgain: boolean) => void) | undefined;
  let asked: Promise<boolean> | undefined;

  const interrupt = (name: NodeJS.Signals) => {
    const now = performance.now();
    if (last?.name === name && now - last.at < onePressMs) return;
    last = { name, at: now };
    if (!signal.aborted) {
      first = name;
      controller.abort(new Interrupted());
    } else if (answer && name === 'SIGINT') {
      answer(true);
    } else {
      // Whoever sends SIGTERM wants it to end, and nothing else.
      process.exit(exitCode.interrupted);
    }
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return {
    signal,
    /** Whoever asks later is told the same. */
    again(milliseconds) {
      asked ??= new Promise((resolve) => {
        if (first !== 'SIGINT') return resolve(false);
        const timer = setTimeout(() => answer?.(false), milliseconds);
        answer = (isAgain) => {
          answer = undefined;
          clearTimeout(timer);
          resolve(isAgain);
        };
      });
      return asked;
    },
    stop: () => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt),
  };
}
