/** Secrets that a browser keeps: random, and signed so that what we did not make costs no look-up. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** @returns `<random>.<signature>`, both base64url: no character that a cookie or a header would have to quote */
export function seal(secret: string, purpose: string, random: string = randomBytes(32).toString('base64url')): string {
  const signature = createHmac('sha256', secret).update(`${purpose}:${random}`).digest('base64url');
  return `${random}.${signature}`;
}

export function isSealed(secret: string, purpose: string, value: string): boolean {
  const [random = ''] = value.split('.');
  return isSame(value, seal(secret, purpose, random));
}

/** In a time that does not tell how much of it is right. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What the database keeps of a secret with 256 random bits; such a one needs no slow hash. */
export function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
