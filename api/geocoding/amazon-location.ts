/**
 * Amazon Location's places (`geo-places`). Results that are kept are asked for with IntendedUse Storage: its terms, and
 * a price of their own. https://docs.aws.amazon.com/location/latest/developerguide/places-intended-use.html
 */
import type {
  Address as AmazonAddress,
  GeocodeResultItem,
  GeoPlacesClient,
  PlaceType,
} from '@aws-sdk/client-geo-places';
import { dualStack } from '../http/dual-stack.ts';
import { type Trace, untraced } from '../telemetry/trace.ts';
import { tidyZip } from './address.ts';
import {
  type Address,
  type Geocoder,
  GeocoderError,
  isOnEarth,
  type Match,
  type Quality,
  unambiguous,
} from './geocoder.ts';

const name = 'amazon-location';

const countries = ['USA', 'PRI', 'VIR', 'GUM', 'ASM', 'MNP'];

const qualityOf: Partial<Record<PlaceType, Quality>> = {
  PointAddress: 'address',
  SecondaryAddress: 'address',
  InferredSecondaryAddress: 'address',
  InterpolatedAddress: 'address',
  Intersection: 'street',
  Street: 'street',
  PostalCode: 'postcode',
  Locality: 'place',
  District: 'place',
};

/** @param client made on the first request, as everywhere: loading it costs */
export function amazonLocation(
  client: () => Promise<GeoPlacesClient> = defaultClient,
  trace: Trace = untraced,
): Geocoder {
  let connected: Promise<GeoPlacesClient> | undefined;

  /** Runs one operation, and calls every failure what it is to the caller: an answer that may come later. */
  async function call<T>(operation: string, work: (client: GeoPlacesClient) => Promise<T>): Promise<T> {
    connected ??= client();
    const places = await connected;
    try {
      return await trace('GeoPlaces', { namespace: 'aws', operation }, () => work(places));
    } catch (error) {
      throw new GeocoderError(name, `answered ${(error as Error).name}`, { cause: error });
    }
  }

  return {
    name,
    async locate(text, signal) {
      const { GeocodeCommand } = await import('@aws-sdk/client-geo-places');
      const command = new GeocodeCommand({
        QueryText: text,
        MaxResults: 5,
        Filter: { IncludeCountries: countries },
        Language: 'en',
        IntendedUse: 'Storage',
      });
      const { ResultItems = [] } = await call('Geocode', (places) => places.send(command, abortedBy(signal)));
      return unambiguous(ResultItems.flatMap((item) => matchOf(item) ?? []));
    },
    async suggest(text, limit, signal) {
      const { AutocompleteCommand } = await import('@aws-sdk/client-geo-places');
      const command = new AutocompleteCommand({
        QueryText: text,
        MaxResults: limit,
        Filter: { IncludeCountries: countries, IncludePlaceTypes: ['PointAddress', 'InterpolatedAddress', 'Street'] },
        Language: 'en',
      });
      const { ResultItems = [] } = await call('Autocomplete', (places) => places.send(command, abortedBy(signal)));
      return ResultItems.flatMap(({ PlaceId, Title, Address }) =>
        PlaceId ? [{ text: Address?.Label ?? Title ?? '', place_id: PlaceId }] : [],
      );
    },
    async place(id, signal) {
      const { GetPlaceCommand } = await import('@aws-sdk/client-geo-places');
      const found = await call('GetPlace', async (places) => {
        try {
          return await places.send(new GetPlaceCommand({ PlaceId: id, Language: 'en' }), abortedBy(signal));
        } catch (error) {
          // An id that nobody suggested is the client's mistake, not a failure of the service's.
          if (/^(ValidationException|ResourceNotFoundException)$/.test((error as Error).name)) return undefined;
          throw error;
        }
      });
      return found?.Address && addressOf(found.Address);
    },
  };
}

function matchOf({ Position, PlaceType, MatchScores, Address, Title }: GeocodeResultItem): Match | undefined {
  // Longitude first.
  const [lng, lat] = Position ?? [];
  const quality = PlaceType && qualityOf[PlaceType];
  if (!quality || lat === undefined || lng === undefined || !isOnEarth(lat, lng)) return undefined;
  return { lat, lng, quality, confidence: MatchScores?.Overall ?? 0, matched: Address?.Label ?? Title ?? '' };
}

function addressOf({ AddressNumber, Street, Locality, Region, PostalCode }: AmazonAddress): Address {
  return {
    street: [AddressNumber, Street].filter(Boolean).join(' '),
    city: Locality ?? '',
    state: Region?.Code ?? '',
    zip: tidyZip(PostalCode ?? ''),
  };
}

function abortedBy(signal: AbortSignal | undefined) {
  return signal ? { abortSignal: signal } : {};
}

async function defaultClient(): Promise<GeoPlacesClient> {
  const { GeoPlacesClient } = await import('@aws-sdk/client-geo-places');
  return new GeoPlacesClient({
    ...dualStack('GEO_PLACES'),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
  });
}
