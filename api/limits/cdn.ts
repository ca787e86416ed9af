/**
 * CloudFront is one more proxy that appends to X-Forwarded-For, for those who come through it. Who asks API Gateway by
 * its own address could claim the same and choose an address for himself; so CloudFront sends a key that only it has.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What `generator/resources/distribution.ts` sends it as; CloudFront overwrites what a client sends under that name. */
const header = 'x-cdn-key';

/**
 * @param hops on the way to the API's own address
 * @param key undefined where there is no CloudFront
 * @returns how many proxies appended to the request's X-Forwarded-For
 */
export function hopsOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  hops: number,
  key: (() => Promise<string>) | undefined,
): number | Promise<number> {
  const given = headers[header];
  if (key === undefined || typeof given !== 'string') return hops;
  return key().then((its) => (isSame(given, its) ? hops + 1 : hops));
}

/** In a time that tells nothing; by their hashes, because lengths have to be the same. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a as Buffer, b as Buffer);
}
