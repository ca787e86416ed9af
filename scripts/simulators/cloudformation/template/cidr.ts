/** `Fn::Cidr`: the first ranges, each of 2^bits addresses, of an IPv4 or IPv6 block. */
import { invalid } from '../fault.ts';

export function cidrBlocks(block: string, count: number, bits: number): string[] {
  const [address = '', prefix = ''] = block.split('/');
  const width = address.includes(':') ? 128 : 32;
  const capacity = 2 ** Math.max(0, width - bits - Number(prefix));
  if (prefix === '' || count < 1 || count > Math.min(256, capacity)) {
    throw invalid(`Template error: Fn::Cidr cannot take ${count} ranges of ${bits} bits out of ${block}`);
  }
  const first = width === 32 ? readIPv4(address) : readIPv6(address);
  const show = width === 32 ? showIPv4 : showIPv6;
  return Array.from({ length: count }, (_, i) => `${show(first + (BigInt(i) << BigInt(bits)))}/${width - bits}`);
}

function readIPv4(address: string): bigint {
  return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
}

function readIPv6(address: string): bigint {
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = Array(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((sum, part) => (sum << 16n) + BigInt(`0x${part}`), 0n);
}

function showIPv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
}

function showIPv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((address >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return groups.join(':').replace(/(?:^|:)0(?::0)+(?::|$)/, '::');
}
