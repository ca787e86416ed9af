/** Names that AWS would draw at random. Here they follow from what they name, so that two runs give the same answers. */
import { createHash } from 'node:crypto';

/** @returns a version 4 UUID in form, the digest of `parts` in fact */
export function uuid(...parts: readonly (string | number)[]): string {
  const hex = digest(parts);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** @returns `length` characters of the alphabet that CloudFormation ends its generated names with */
export function suffix(length: number, ...parts: readonly (string | number)[]): string {
  return BigInt(`0x${digest(parts)}`)
    .toString(36)
    .toUpperCase()
    .slice(0, length);
}

export function hex(length: number, ...parts: readonly (string | number)[]): string {
  return digest(parts).slice(0, length);
}

function digest(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
