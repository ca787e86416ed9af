import type { Verdict } from '../limits/limiter.ts';
import { Problem } from './problem.ts';

/** The answer to a request that its limit does not allow: one too many, or not to be counted. */
export function refused({ counted, resetSeconds }: Verdict): Problem {
  const headers = { 'Retry-After': String(resetSeconds) };
  return counted
    ? new Problem(429, 'Too many requests', `Please wait ${resetSeconds} seconds and try again.`, { headers })
    : new Problem(503, 'Not at the moment', 'Attempts cannot be counted right now. Please try again later.', {
        headers,
      });
}
