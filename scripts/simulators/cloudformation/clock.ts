/** The simulator's time: real by default; a test may hold it in its hand. */
import { setImmediate, setTimeout } from 'node:timers/promises';

export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** Time as it passes. Sleepers do not keep the process alive. */
export const realClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds) => setTimeout(milliseconds, undefined, { ref: false }),
};

export interface ManualClock extends Clock {
  /** Moves time on; resolves when everything that was due has run. */
  advance(milliseconds: number): Promise<void>;
}

/** Time that stands still until it is advanced. It begins on 1 January 2026, so that answers are the same on every run. */
export function manualClock(): ManualClock {
  let now = Date.UTC(2026, 0, 1);
  const sleepers: { due: number; wake: () => void }[] = [];
  return {
    now: () => new Date(now),
    sleep: (milliseconds) => new Promise((wake) => sleepers.push({ due: now + milliseconds, wake })),
    async advance(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        sleepers.sort((a, b) => a.due - b.due);
        const next = sleepers[0];
        if (!next || next.due > end) break;
        sleepers.shift();
        now = next.due;
        next.wake();
        // Whoever woke may go to sleep again within this advance.
        await setImmediate();
      }
      now = end;
    },
  };
}
