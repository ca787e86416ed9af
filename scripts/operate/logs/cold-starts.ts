/** What cold starts cost: how many of how many, how long, and with how much memory. */
import { duration } from '../../terminal/style.ts';
import type { Report } from './entry.ts';

export interface ColdStarts {
  readonly invocations: number;
  readonly coldStarts: number;
  /** Milliseconds of initialization; absent where nothing was cold. */
  readonly init?: { readonly median: number; readonly p95: number; readonly longest: number };
  /** MB; of all invocations. */
  readonly memoryUsed: number;
  readonly memory: number;
}

export function summarize(reports: readonly Report[]): ColdStarts {
  const inits = reports.flatMap(({ init }) => init ?? []).sort((a, b) => a - b);
  return {
    invocations: reports.length,
    coldStarts: inits.length,
    ...(inits.length > 0 && {
      init: { median: percentile(inits, 0.5), p95: percentile(inits, 0.95), longest: percentile(inits, 1) },
    }),
    memoryUsed: Math.max(0, ...reports.map(({ memoryUsed }) => memoryUsed)),
    memory: Math.max(0, ...reports.map(({ memory }) => memory)),
  };
}

/** Nearest rank: a time that really was. @param sorted ascending, not empty */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function sentence({ invocations, coldStarts, init, memoryUsed, memory }: ColdStarts): string {
  if (invocations === 0) return 'No invocations, so no cold starts.';
  const share = ((100 * coldStarts) / invocations).toFixed(1);
  const times = init
    ? `: initialization ${duration(init.median)} at the median, ${duration(init.p95)} at p95, ${duration(init.longest)} at most`
    : '';
  return `${coldStarts} cold ${coldStarts === 1 ? 'start' : 'starts'} in ${invocations} invocations (${share} %)${times}; up to ${memoryUsed} of ${memory} MB used.`;
}
