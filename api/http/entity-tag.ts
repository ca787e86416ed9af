/** ETags: making them from what an answer depends on, and comparing them weakly (RFC 9110, 8.8.3.2). */
import { createHash } from 'node:crypto';

/** @returns 27 characters, without quotes */
export function entityTag(...dependencies: readonly string[]): string {
  return createHash('sha256').update(dependencies.join('\n')).digest('base64url').slice(0, 27);
}

/** @param ifNoneMatch the header's value; empty where it is absent */
export function tagMatcher(ifNoneMatch: string): (etag: string) => boolean {
  if (ifNoneMatch === '') return () => false;
  const given = ifNoneMatch.split(',').map(bare);
  return (etag) => given.includes('*') || given.includes(etag);
}

function bare(etag: string): string {
  return etag.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
}
