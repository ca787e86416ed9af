/** How often one client, and one address from wherever, may do what endorsing is made of; each action counts apart. */
import { digest } from '../access/sealed.ts';
import { tooMany } from '../http/too-many.ts';
import type { Limit, RateLimiter } from '../limits/limiter.ts';
import type { Log } from '../telemetry/log.ts';

/** Counted once the form is in order: whoever corrects a field has used up nothing. */
export const submitLimit: Limit = { action: 'endorse', requests: 10, windowSeconds: 300 };
export const verifyLimit: Limit = { action: 'endorse-verify', requests: 30, windowSeconds: 300 };
export const resendLimit: Limit = { action: 'endorse-resend', requests: 5, windowSeconds: 300 };
export const ownLinkLimit: Limit = { action: 'endorse-own', requests: 30, windowSeconds: 300 };

/** However many clients send it, known or unknown: a mailbox gets no flood from us. */
export const addressLimit: Limit = { action: 'endorse-address', requests: 6, windowSeconds: 3_600 };

export interface Counting {
  readonly limiter: RateLimiter;
  readonly log: Log;
}

/** @throws Problem 429 */
export async function count({ limiter, log }: Counting, limit: Limit, client: string): Promise<void> {
  const verdict = await limiter.take(limit, client).catch((error) => {
    log('error', 'A request was not counted.', { error });
  });
  if (verdict && !verdict.allowed) throw tooMany(verdict.resetSeconds);
}

/** @throws Problem 429 */
export function countAddress(counting: Counting, email: string): Promise<void> {
  return count(counting, addressLimit, digest(email).toString('base64url'));
}
