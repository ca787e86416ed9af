/** What DNS says of a record that is wanted. */
import { Resolver } from 'node:dns/promises';
import { bare, type Wanted } from './records.ts';

export type Found =
  | { readonly state: 'there' }
  | { readonly state: 'missing' }
  /** Something else stands there. */
  | { readonly state: 'other'; readonly value: string }
  /** DNS did not say. */
  | { readonly state: 'unknown'; readonly why: string };

/** @param server `1.1.1.1` or `127.0.0.1:5353`; those of this machine where it is left out */
export function resolver(server?: string): Resolver {
  const made = new Resolver({ timeout: 3000, tries: 2 });
  if (server !== undefined) made.setServers([server]);
  return made;
}

export async function look(dns: Resolver, wanted: Wanted): Promise<Found> {
  const found = await (wanted.type === 'TXT' ? texts(dns, wanted.name) : names(dns, wanted.name));
  if ('state' in found) return isPointer(wanted) ? leadsThere(dns, wanted, found) : found;
  const same = (value: string) =>
    wanted.type === 'TXT' ? /^v=DMARC1\b/i.test(value) : value.toLowerCase() === wanted.value.toLowerCase();
  if (found.values.some(same)) return { state: 'there' };
  return { state: 'other', value: found.values.join(', ') };
}

type Answer = Found | { readonly values: readonly string[] };

const names = (dns: Resolver, name: string): Promise<Answer> =>
  asked(async () => (await dns.resolveCname(name)).map(bare));

/** DNS cuts texts into pieces. A domain may have others beside ours. */
const texts = (dns: Resolver, name: string): Promise<Answer> =>
  asked(async () => (await dns.resolveTxt(name)).map((pieces) => pieces.join('')));

async function asked(ask: () => Promise<readonly string[]>): Promise<Answer> {
  try {
    return { values: await ask() };
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    if (['ENOTFOUND', 'ENODATA', 'NOTFOUND', 'NODATA'].includes(code)) return { state: 'missing' };
    return { state: 'unknown', why: code || message };
  }
}

const isPointer = ({ purpose }: Wanted) => purpose.startsWith('leads to');

/** At the top of a domain there can be no CNAME: providers have an ALIAS of their own, of which DNS shows addresses. */
async function leadsThere(dns: Resolver, { name, value }: Wanted, otherwise: Found): Promise<Found> {
  if (otherwise.state !== 'missing') return otherwise;
  const addresses = async (host: string) =>
    (
      await Promise.all(
        [dns.resolve4(host), dns.resolve6(host)].map((answer) => answer.catch((): readonly string[] => [])),
      )
    ).flat();
  const [own, wanted] = await Promise.all([addresses(name), addresses(value)]);
  if (own.length === 0) return otherwise;
  return own.some((address) => wanted.includes(address))
    ? { state: 'there' }
    : { state: 'other', value: own.join(', ') };
}
