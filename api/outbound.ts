/**
 * What Lambda calls outside the VPC: a request in, its answer out, for functions whose way out is IPv6 and hosts that
 * speak IPv4 only. It asks the hosts that it is given, over HTTPS, and follows nobody anywhere else.
 */
import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { readOutboundSettings, SettingsError } from './settings.ts';

const asked = z.object({
  url: z.string(),
  method: z._default(z.enum(['GET', 'POST']), 'GET'),
  headers: z._default(z.record(z.string(), z.string()), {}),
  body: z.optional(z.string()),
});
export type Asked = z.input<typeof asked>;

export interface Answered {
  readonly status: number;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text. */
  readonly body: string;
}

/** Whoever invokes waits at most 29 seconds for everything. */
const patienceMs = 10_000;
/** A geocoder's answer has a few kilobytes; Lambda hands on six megabytes at most. */
const mostBytes = 1_000_000;

/**
 * @param send for tests
 * @throws SettingsError for what may not be asked; whatever `fetch` throws where nobody answers
 */
export async function handler(given: unknown, _?: unknown, send: typeof fetch = fetch): Promise<Answered> {
  const read = asked.safeParse(given);
  if (!read.success) throw new SettingsError(['The event takes url, method (GET or POST), headers and body.']);
  const { url, method, headers, body } = read.data;
  refuse(url, readOutboundSettings().OUTBOUND_HOSTS.split(','));
  const response = await send(url, {
    method,
    headers,
    body: body ?? null,
    // To be judged, and asked again, by whoever wanted it.
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await text(response),
  };
}

/** Certificates are of names, so an address that answers over HTTPS is nobody's who should be asked. */
function refuse(url: string, hosts: readonly string[]): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:') throw new SettingsError(['Only addresses that start with https:// are asked.']);
  const host = parsed.hostname;
  const isName = host.includes('.') && isIP(host) === 0;
  if (!isName || !(hosts.includes('*') || hosts.includes(host)))
    throw new SettingsError([`${host} is none of the hosts that may be asked: ${hosts.join(', ')}.`]);
}

async function text(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error(`${new URL(response.url).host} answered with more than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
