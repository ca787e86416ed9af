/** Who is asking, for counting: an address that the client cannot choose. */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * The client's address. Each trusted proxy appends the address that it saw to X-Forwarded-For, so with `hops` of them
 * the client is the entry `hops` from the right; whatever is further left was written by the client itself.
 * @returns an IPv4 address, or the /64 network of an IPv6 one: a household gets that many addresses and is one client
 */
export function clientOf(request: IncomingMessage, hops: number): string {
  const peer = request.socket.remoteAddress ?? 'unknown';
  if (hops === 0) return group(peer);
  const chain = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  return group(chain.at(-hops) ?? peer);
}

function group(entry: string): string {
  // Most often it is no more than an IPv4 address, and that costs nothing.
  if (!/[:[]/.test(entry)) return entry.slice(0, 45);
  // Some proxies add the port, which is another one with each connection.
  const address = /^\[(.+)\](?::\d+)?$/.exec(entry)?.[1] ?? entry.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  // The colon first: Node's expression for addresses takes longer to compile than all the rest of a first request.
  return address.includes(':') && isIPv6(address) ? `${firstFour(address)}::/64` : address.slice(0, 45);
}

function firstFour(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const all = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return all
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':');
}
