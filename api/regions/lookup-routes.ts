/** Whose district is this? Of a point, of an address, of many points at once. */
import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import type { Geocoder } from '../geocoding/geocoder.ts';
import { kept } from '../geocoding/kept.ts';
import { answered, typedAddress } from '../geocoding/routes.ts';
import { number } from '../http/fields.ts';
import { invalid, notFound } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { refused } from '../http/too-many.ts';
import { sittingLegislators } from '../legislators/sitting.ts';
import type { Limit, RateLimiter } from '../limits/limiter.ts';
import { named } from '../openapi/named.ts';
import { lookUp, lookUpMany, mostPoints } from './lookup.ts';
import { replyAt, saidOf } from './said.ts';
import { layer } from './schemas.ts';

export const lookupLimit: Limit = { action: 'region-lookup', requests: 600, windowSeconds: 60 };
/** Each address is asked of a geocoder, who may want money. */
export const addressLimit: Limit = {
  action: 'address-lookup',
  requests: 20,
  windowSeconds: 60,
  uncounted: 'refuse',
};
export const batchLimit: Limit = { action: 'region-batch', requests: 12, windowSeconds: 60 };

export interface LookupServices {
  readonly database: Pick<Database, 'pool'>;
  readonly geocoder: Geocoder | undefined;
  readonly limiter: RateLimiter;
}

/** Plain decimal notation only: `1e2`, `0x1f` and ` 7` are more likely a mistake than a place. */
const degrees = (most: number, hint = '') =>
  z.optional(
    z.pipe(
      z.string().check(z.regex(/^[+-]?(\d+\.?\d*|\.\d+)$/, 'is not a number of degrees, such as 44.95')),
      z.pipe(
        z.transform(Number),
        z
          .number()
          .check(z.gte(-most, `is below -${most} degrees${hint}`), z.lte(most, `is above ${most} degrees${hint}`)),
      ),
    ),
  );

const foundRegion = named('FoundRegion', () =>
  z.object({
    layer,
    layer_label: z.string(),
    geoid: z.string(),
    name: z.string(),
    vintage: z.int(),
    source: z.string(),
    resolution: z.nullable(z.string()),
    session: z.nullable(z.string()),
  }),
);

const sitting = named('SittingLegislator', () =>
  z.object({
    id: z.int(),
    name: z.string(),
    level: z.string(),
    chamber: z.string(),
    party: z.string(),
    url: z.string(),
    layer,
    geoid: z.string(),
  }),
);

const lookup = named('RegionLookup', () =>
  z.object({
    lat: z.number(),
    lng: z.number(),
    regions: z.array(foundRegion()),
    /** Who sits for these regions today, in their order. */
    legislators: z.array(sitting()),
    notes: z.array(z.string()),
    /** How an address was matched: which one, how near, and how much of it agrees (0 to 1). */
    match: z.optional(
      z.object({ address: z.string(), quality: z.string(), confidence: z.number(), geocoder: z.string() }),
    ),
  }),
);

export function lookupRoutes({ database, geocoder, limiter }: LookupServices): readonly Route[] {
  const seated = sittingLegislators(database);
  const addresses = geocoder && kept(geocoder, database);

  async function say(lat: number, lng: number) {
    const regions = await lookUp(database, lat, lng);
    return saidOf(regions, await seated());
  }

  return [
    route({
      method: 'GET',
      path: '/api/regions/lookup',
      summary:
        'The districts of a point or an address: state, county, congressional and legislative districts, each with its vintage, and who sits for them',
      queryParameters: z.object({
        lat: degrees(90, ': are lat and lng swapped?'),
        lng: degrees(180),
        address: z.optional(typedAddress(300)),
      }),
      answers: () => ({ 200: lookup() }),
      limit: lookupLimit,
      countsAlongside: true,
      cache: 'public, max-age=0, s-maxage=300',
      async handle(asked) {
        const { lat, lng, address } = asked.query;
        if (address === undefined) {
          const missing = Object.entries({ lat, lng }).flatMap(([name, value]) =>
            value === undefined ? [{ loc: ['query', name], msg: 'is missing', type: 'missing' }] : [],
          );
          if (lat === undefined || lng === undefined) throw invalid(missing);
          return replyAt(lat, lng, await say(lat, lng));
        }
        if (lat !== undefined || lng !== undefined) {
          throw invalid([{ loc: ['query', 'address'], msg: 'goes without lat and lng', type: 'conflict' }]);
        }
        if (address.length < 5) throw invalid([{ loc: ['query', 'address'], msg: 'is too short', type: 'too_small' }]);
        const verdict = await limiter.take(addressLimit, asked.client);
        if (!verdict.allowed) throw refused(verdict);
        const match = await answered(addresses, (chosen) => chosen.locate(address));
        if (!match)
          throw notFound('No place has this address, or several have. Say the street, the city and the state.');
        const { quality, confidence, matched } = match;
        const { said } = await say(match.lat, match.lng);
        const isVague = quality === 'postcode' || quality === 'place';
        const vague = `Only the ${quality === 'place' ? 'town' : 'ZIP code'} was found, not the street: its districts may be others.`;
        return {
          body: {
            lat: match.lat,
            lng: match.lng,
            ...said,
            notes: isVague ? [vague, ...said.notes] : said.notes,
            match: { address: matched, quality, confidence, geocoder: geocoder?.name ?? '' },
          },
          // Where somebody lives is kept by nobody on the way.
          headers: { 'Cache-Control': 'private, no-store' },
        };
      },
    }),
    route({
      method: 'POST',
      path: '/api/regions/lookup',
      summary: `The districts of up to ${mostPoints.toLocaleString('en')} points, in their order`,
      access: 'everybody',
      requestBody: z.strictObject({
        points: z
          .array(z.strictObject({ lat: number(-90, 90), lng: number(-180, 180) }))
          .check(z.minLength(1, 'has no points'), z.maxLength(mostPoints, `has more than ${mostPoints} points`)),
      }),
      answers: () => ({
        200: z.object({
          /** Each region once; points name them by their place in this list. */
          regions: z.array(foundRegion()),
          points: z.array(z.array(z.int())),
        }),
      }),
      limit: batchLimit,
      async handle({ body: { points } }) {
        const found = await lookUpMany(database, points);
        const regions = [
          ...new Map(found.flat().map((region) => [`${region.layer} ${region.geoid}`, region])).values(),
        ];
        const places = new Map(regions.map(({ layer, geoid }, place) => [`${layer} ${geoid}`, place]));
        return {
          body: {
            regions,
            points: found.map((own) => own.map(({ layer, geoid }) => places.get(`${layer} ${geoid}`) ?? -1)),
          },
        };
      },
    }),
  ];
}
