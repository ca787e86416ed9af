/** IPv4 ranges of private networks: read, compared, divided. */

export interface Cidr {
  /** First address, as an unsigned 32-bit number. */
  readonly first: number;
  /** How many addresses. */
  readonly size: number;
}

/** @returns undefined unless `text` is a range like `10.20.0.0/16` whose address is the first of the range */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const range = { first: ((a * 256 + b) * 256 + c) * 256 + d, size: 2 ** (32 - prefix) };
  return range.first % range.size === 0 ? range : undefined;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.first + inner.size <= outer.first + outer.size;
}

export function overlap(one: Cidr, other: Cidr): boolean {
  return one.first < other.first + other.size && other.first < one.first + one.size;
}

/**
 * The `index`th range of 256 addresses inside `network`.
 * @returns CIDR notation, like `10.20.16.0/24`
 */
export function subnet24(network: string, index: number): string {
  const outer = parseCidr(network);
  const inner = { first: (outer?.first ?? 0) + index * 256, size: 256 };
  if (!outer || !contains(outer, inner)) throw new RangeError(`${network} has no /24 number ${index}`);
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(inner.first / 2 ** shift) % 256);
  return `${octets.join('.')}/24`;
}
