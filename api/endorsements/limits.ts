/** How often one client, and one address from wherever, may do what endorsing is made of; each action counts apart. */
import { digest } from '../access/sealed.ts';
import { refused } from '../http/too-many.ts';
import type { Limit, RateLimiter } from '../limits/limiter.ts';

/**
 * Counted once the form is in order: whoever corrects a field has used up nothing. While nothing can be counted, people
 * can still sign.
 */
export const submitLimit: Limit = { action: 'endorse', requests: 10, windowSeconds: 300 };
export const verifyLimit: Limit = { action: 'endorse-verify', requests: 30, windowSeconds: 300 };
export const ownLinkLimit: Limit = { action: 'endorse-own', requests: 30, windowSeconds: 300 };

/** A link that is asked for again can wait; a mailbox that is flooded meanwhile cannot be helped. */
export const resendLimit: Limit = { action: 'endorse-resend', requests: 5, windowSeconds: 300, uncounted: 'refuse' };

/** However many clients send it, known or unknown: a mailbox gets no flood from us. */
export const addressLimit: Limit = { action: 'endorse-address', requests: 6, windowSeconds: 3_600 };

/** @throws Problem 429, or 503 while nothing can be counted and the limit says so */
export async function count(limiter: RateLimiter, limit: Limit, client: string): Promise<void> {
  const verdict = await limiter.take(limit, client);
  if (!verdict.allowed) throw refused(verdict);
}

export function countAddress(limiter: RateLimiter, email: string): Promise<void> {
  // One mailbox has any number of addresses with a plus (RFC 5233), and with dots at providers that look past them. Only
  // here: at others those are different people, who may all sign.
  const mailbox = email.replace(/\+[^@]*@/, '@').replace(/\.(?=[^@]*@)/g, '');
  return count(limiter, addressLimit, digest(mailbox).toString('base64url'));
}
