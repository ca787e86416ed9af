/**
 * Calls at a time, where it is nearly always called off before: one timer for all, set for the first of them and left
 * alone until it rings. To make and clear one for each request would take longer than all of its headers.
 */

interface Call {
  readonly time: number;
  readonly make: () => void;
}

const waiting = new Set<Call>();
let timer: NodeJS.Timeout | undefined;
let rings = Number.POSITIVE_INFINITY;

/**
 * @param time on the clock of `performance.now()`
 * @returns calls it off
 */
export function at(time: number, make: () => void): () => void {
  const call = { time, make };
  waiting.add(call);
  if (time < rings) set(time);
  // A process stays for whom it has to call, and for nobody else.
  else if (waiting.size === 1) timer?.ref();
  return () => {
    if (waiting.delete(call) && waiting.size === 0) timer?.unref();
  };
}

function set(time: number): void {
  clearTimeout(timer);
  rings = time;
  timer = setTimeout(ring, Math.max(1, time - performance.now()));
}

function ring(): void {
  rings = Number.POSITIVE_INFINITY;
  timer = undefined;
  // A timer may be a millisecond early.
  const now = performance.now() + 1;
  for (const call of waiting) {
    if (call.time > now) continue;
    waiting.delete(call);
    call.make();
  }
  if (waiting.size > 0) set(Math.min(rings, ...[...waiting].map(({ time }) => time)));
}
