/** JSON from a service that may be slow, down, or answer with a page about it. */
import type { Fetch } from '../http/fetch-outside.ts';
import { GeocoderError } from './geocoder.ts';

/** An answer is a few kilobytes; what is larger is something else. */
const mostBytes = 1_000_000;

export interface FetchOptions {
  readonly geocoder: string;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** @throws GeocoderError, whose message holds neither the address asked for nor what was answered */
export async function fetchJson(url: URL, { geocoder, fetch, timeoutMs, signal }: FetchOptions): Promise<unknown> {
  const late = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      headers: { Accept: 'application/json' },
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    text = await readText(response, geocoder);
  } catch (error) {
    if (error instanceof GeocoderError) throw error;
    signal?.throwIfAborted();
    throw new GeocoderError(geocoder, late.aborted ? `did not answer within ${timeoutMs / 1000} s` : 'is away', {
      cause: error,
    });
  }
  if (!response.ok) throw new GeocoderError(geocoder, `answered ${response.status}`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const type = response.headers.get('content-type')?.split(';')[0] ?? 'something without a type';
    throw new GeocoderError(geocoder, `answered ${type} where JSON was asked for`, { cause });
  }
}

async function readText(response: Response, geocoder: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new GeocoderError(geocoder, 'answered with more than a megabyte');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
