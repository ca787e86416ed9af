/**
 * Only what anybody on the internet could reach is called: an address of our own network, of this machine or of the
 * cloud's metadata is refused, also where a public name leads to it. What was looked up is what is connected to.
 */
import { type LookupAddress, lookup as lookUp } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** IANA's special-purpose registries, as far as they are not globally reachable (RFC 6890). */
const inner = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  inner.addSubnet(network, prefix, 'ipv4');
}

/** Global unicast is 2000::/3; these parts of it are not for everybody. */
const outer6 = new BlockList();
outer6.addSubnet('2000::', 3, 'ipv6');
const inner6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 wraps an IPv4 address, also an inner one.
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  inner6.addSubnet(network, prefix, 'ipv6');
}

export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !inner.check(address, 'ipv4');
  // Mapped (::ffff:10.0.0.1) and translated (64:ff9b::) forms are outside 2000::/3.
  return version === 6 && outer6.check(address, 'ipv6') && !inner6.check(address, 'ipv6');
}

/** How long a name may take to be looked up where a person waits for it. */
const patienceMs = 2_000;

/**
 * Whether an address is seen to be refused before it is ever called. A name that leads nowhere (yet), or takes its time,
 * is not: it is looked up again at each call.
 */
export async function leadsInside({ hostname }: URL): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return !isPublicAddress(host);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const late = setTimeout(resolve, patienceMs, false);
  publicLookup(host, {}, (error) => resolve(error?.code === 'EINNER'));
  return promise.finally(() => clearTimeout(late));
}

/** For `lookup` of a request: fails where any of a name's addresses is inner, so that none of them is tried. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const found = addresses as LookupAddress[];
    if (found.length === 0 || found.some(({ address }) => !isPublicAddress(address))) {
      const refused = Object.assign(new Error(`${hostname} leads to an address that is not public.`), {
        code: 'EINNER',
      });
      return callback(refused, []);
    }
    if (options.all) return callback(null, found);
    const [first] = found;
    return callback(null, first?.address ?? '', first?.family);
  });
};
