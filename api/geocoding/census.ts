/**
 * The Census Bureau's geocoder: free, without a key, the United States and its territories, interpolated along street
 * segments. https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html
 */
import * as z from 'zod/mini';
import type { Fetch } from '../http/fetch-outside.ts';
import { type Trace, untraced } from '../telemetry/trace.ts';
import { telling } from './address.ts';
import { fetchJson } from './fetch-json.ts';
import { type Address, type Geocoder, GeocoderError, isOnEarth, type Match, unambiguous } from './geocoder.ts';

const answer = z.object({
  result: z.object({
    addressMatches: z.array(
      z.object({
        matchedAddress: z.string(),
        coordinates: z.object({ x: z.number(), y: z.number() }),
        addressComponents: z.object({ city: z.string(), state: z.string(), zip: z.string() }),
      }),
    ),
  }),
});

type Found = z.infer<typeof answer>['result']['addressMatches'][number];

export interface CensusOptions {
  readonly url?: string;
  readonly timeoutMs?: number;
  /** Speaks IPv4 only, so that it may have to be fetched from elsewhere. */
  readonly fetch?: Fetch;
  readonly trace?: Trace;
}

export function censusGeocoder({
  url,
  timeoutMs = 6_000,
  fetch: fetchIt = fetch,
  trace = untraced,
}: CensusOptions = {}): Geocoder {
  const base = new URL(url ?? 'https://geocoding.geo.census.gov/geocoder/locations/onelineaddress');

  async function ask(text: string, signal?: AbortSignal): Promise<readonly Found[]> {
    const asked = new URL(base);
    // "Current" is the newest edition of the streets; names of others end.
    asked.search = new URLSearchParams({ address: text, benchmark: 'Public_AR_Current', format: 'json' }).toString();
    const json = await trace('Census geocoder', { namespace: 'remote' }, () =>
      fetchJson(asked, { geocoder: 'census', fetch: fetchIt, timeoutMs, signal }),
    );
    const given = answer.safeParse(json);
    if (!given.success) throw new GeocoderError('census', 'answered JSON of another form', { cause: given.error });
    return given.data.result.addressMatches.filter(({ coordinates: { x, y } }) => isOnEarth(y, x));
  }

  return {
    name: 'census',
    async locate(text, signal) {
      return unambiguous((await ask(text, signal)).map((found) => matchOf(text, found)));
    },
    async suggest(text, limit, signal) {
      return (await ask(text, signal)).slice(0, limit).map((found) => ({
        text: found.matchedAddress,
        place_id: Buffer.from(JSON.stringify(addressOf(found))).toString('base64url'),
      }));
    },
    // The Bureau keeps no ids; a suggestion carries what it stands for.
    place: async (id) => readPlace(id),
  };
}

/** The Bureau says nothing about how sure it is; that house number and ZIP code are the ones asked for does. */
function matchOf(asked: string, { matchedAddress, coordinates: { x, y } }: Found): Match {
  const [wanted, found] = [telling(asked), telling(matchedAddress)];
  const agreeing = (['house', 'zip'] as const).filter(
    (part) => wanted[part] === undefined || wanted[part] === found[part],
  );
  const confidence = [0.6, 0.8, 1][agreeing.length] ?? 0;
  return {
    lat: y,
    lng: x,
    quality: wanted.house !== undefined && wanted.house === found.house ? 'address' : 'street',
    confidence,
    matched: matchedAddress,
  };
}

/** The street is what stands before the city. */
function addressOf({ matchedAddress, addressComponents: { city, state, zip } }: Found): Address {
  return { street: matchedAddress.split(',')[0]?.trim() ?? '', city, state, zip };
}

const place = z.strictObject({
  street: z.string().check(z.maxLength(255)),
  city: z.string().check(z.maxLength(100)),
  state: z.string().check(z.maxLength(2)),
  zip: z.string().check(z.maxLength(10)),
});

/** Comes from the client: any text, not only what was suggested. */
function readPlace(id: string): Address | undefined {
  try {
    return place.parse(JSON.parse(Buffer.from(id, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}
