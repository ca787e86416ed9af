/** What the frontend's address field calls while somebody types. */
import * as z from 'zod/mini';
import { notFound, Problem } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import type { Limit } from '../limits/limiter.ts';
import { named } from '../openapi/named.ts';
import { tidy } from './address.ts';
import { type Geocoder, GeocoderError } from './geocoder.ts';

/** Each call may be paid for: as many as somebody types in a minute, and none that is not counted. */
export const suggestionsLimit: Limit = {
  action: 'address-suggestions',
  requests: 40,
  windowSeconds: 60,
  uncounted: 'refuse',
};

const suggestions = named('AddressSuggestions', () =>
  z.object({ suggestions: z.array(z.object({ text: z.string(), place_id: z.string() })), count: z.int() }),
);

const address = named('Address', () =>
  z.object({
    street_address: z.string(),
    city: z.string(),
    state: z.string(),
    zip_code: z.string(),
    country: z.string(),
  }),
);

/** One line, as somebody types it. */
export const typedAddress = (most: number) =>
  z.string().check(
    z.trim(),
    z.maxLength(most, `is longer than ${most} characters`),
    z.refine<string>((text) => text.isWellFormed() && !text.includes('\0'), 'has characters that are none'),
  );

export interface GeocodingServices {
  /** Undefined where the environment has none. */
  readonly geocoder: Geocoder | undefined;
}

export function addressRoutes({ geocoder }: GeocodingServices): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/address/suggestions',
      summary: 'Addresses that somebody may mean who has typed this much',
      queryParameters: z.object({
        q: typedAddress(200),
        limit: z.optional(
          z.pipe(
            z.string().check(z.regex(/^\d{1,4}$/, 'is not a whole number')),
            z.transform((digits) => Number(digits)),
          ),
        ),
      }),
      answers: () => ({ 200: suggestions() }),
      limit: suggestionsLimit,
      async handle({ query: { q, limit = 5 } }) {
        if (q.length < 3) {
          throw new Problem(400, 'Bad request', 'Please type at least 3 characters of the address.');
        }
        const found = await answered(geocoder, (asked) => asked.suggest(tidy(q), Math.min(10, Math.max(1, limit))));
        return { body: { suggestions: found, count: found.length } };
      },
    }),
    route({
      method: 'GET',
      path: '/api/address/place/{place_id}',
      summary: 'The address that a suggestion stands for',
      pathParameters: z.object({ place_id: z.string().check(z.maxLength(2_000, 'is longer than 2000 characters')) }),
      answers: () => ({ 200: address() }),
      limit: suggestionsLimit,
      async handle({ path }) {
        const found = await answered(geocoder, (asked) => asked.place(path.place_id));
        if (!found) throw notFound('No suggestion has this place_id.');
        const { street, city, state, zip } = found;
        return { body: { street_address: street, city, state, zip_code: zip, country: 'USA' } };
      },
    }),
  ];
}

/** A geocoder that is off or away is an error that monitoring sees, never an empty list. */
export async function answered<T>(geocoder: Geocoder | undefined, ask: (geocoder: Geocoder) => Promise<T>): Promise<T> {
  const away = (cause?: unknown) =>
    new Problem(
      503,
      'No addresses at the moment',
      'Addresses cannot be looked up right now. Please type yours in full.',
      {
        headers: { 'Retry-After': '60' },
        cause,
      },
    );
  if (!geocoder) throw away();
  try {
    return await ask(geocoder);
  } catch (error) {
    throw error instanceof GeocoderError ? away(error) : error;
  }
}
