/** What is loaded, and its outlines. */
import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import { notFound } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { type LayerId, layerIds } from './layers.ts';
import { type Excerpt, featureCollection, isNational, loadedLayers, oneFeature, versionOf } from './outlines.ts';
import { collectionSchema, loadedLayersSchema, regionSchema } from './schemas.ts';
import { stateByFips, states } from './states.ts';

const geoJson = 'application/geo+json';
const collectionCache = 'public, max-age=300, stale-while-revalidate=86400';
/** A vintage that is named does not change: another one has another name. */
const forEver = 'public, max-age=31536000, immutable';

/** Layers, and the states of one, that are kept assembled. */
const mostKept = 24;

const state = z.pipe(
  z.string().check(z.refine<string>((text) => fipsOf(text) !== undefined, 'is no state, such as MN or 27')),
  z.transform((text) => fipsOf(text) ?? ''),
);

const vintage = z.pipe(z.string().check(z.regex(/^20\d\d$/, 'is not a year such as 2024')), z.transform(Number));

/** West, south, east, north; west may lie east of east, across the antimeridian. */
const bbox = z.pipe(
  z.pipe(
    z.string().check(z.regex(/^(-?\d+(\.\d+)?,){3}-?\d+(\.\d+)?$/, 'is not west,south,east,north in degrees')),
    z.transform((text) => text.split(',').map(Number) as [number, number, number, number]),
  ),
  z
    .tuple([z.number(), z.number(), z.number(), z.number()])
    .check(
      z.refine<[number, number, number, number]>(
        ([west, south, east, north]) =>
          Math.abs(west) <= 180 &&
          Math.abs(east) <= 180 &&
          Math.abs(south) <= 90 &&
          Math.abs(north) <= 90 &&
          south < north,
        'is not a box on the earth: west,south,east,north, with south below north',
      ),
    ),
);

export function regionRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  /** The last version of each, kept because it takes half a second to assemble and is asked for by every visitor. */
  const kept = new Map<string, { readonly version: string; readonly body: Buffer }>();

  return [
    route({
      method: 'GET',
      path: '/api/regions',
      summary: 'The layers of regions that are loaded, with source and vintage',
      cache: 'public, max-age=0, s-maxage=60',
      answers: () => ({ 200: loadedLayersSchema() }),
      handle: async () => ({ body: { layers: await loadedLayers(database), source: 'U.S. Census Bureau' } }),
    }),
    route({
      method: 'GET',
      path: '/api/regions/{layer}',
      summary:
        'The outlines of a layer as GeoJSON, simplified for maps, with shared borders intact: all of it, a state’s, or those in a box',
      pathParameters: z.object({ layer: z.string() }),
      queryParameters: z.object({ state: z.optional(state), vintage: z.optional(vintage), bbox: z.optional(bbox) }),
      cache: collectionCache,
      answers: () => ({ 200: { type: geoJson, schema: collectionSchema() } }),
      async handle({ path, query }, matches) {
        const layer = known(path.layer);
        const excerpt: Excerpt = { layer, ...query };
        const version = await versionOf(database, excerpt);
        if (!version) throw notLoaded(path.layer, query);
        const name = JSON.stringify([layer, query.state, query.vintage]);
        const headers = (await isFinal(query, layer)) ? { 'Cache-Control': forEver } : {};
        const tag = (of: string) => (query.bbox ? `${of}-${query.bbox.join('_')}` : of);
        const etag = tag(version);
        if (matches(etag)) return { body: '', type: geoJson, etag, headers };
        let body = query.bbox ? undefined : kept.get(name);
        if (body?.version !== version) {
          const { version, text } = await featureCollection(database, excerpt);
          body = { version, body: Buffer.from(text) };
          if (!query.bbox) keep(name, body);
        }
        return { body: body.body, type: geoJson, etag: tag(body.version), headers };
      },
    }),
    route({
      method: 'GET',
      path: '/api/regions/{layer}/{geoid}',
      summary: 'One region as a GeoJSON Feature with its box: simplified, or with detail=full as the Census has it',
      pathParameters: z.object({
        layer: z.string(),
        geoid: z
          .string()
          .check(z.maxLength(20, 'is longer than 20 characters'), z.regex(/^[^\0]*$/, 'has a character that is none')),
      }),
      queryParameters: z.object({
        vintage: z.optional(vintage),
        detail: z.optional(z.enum(['simplified', 'full'], { error: 'is neither simplified nor full' })),
      }),
      cache: collectionCache,
      answers: () => ({ 200: { type: geoJson, schema: regionSchema() } }),
      async handle({ path, query: { vintage, detail = 'simplified' } }) {
        const feature = await oneFeature(database, { layer: known(path.layer), geoid: path.geoid, vintage, detail });
        if (!feature) {
          throw notFound(`No ${path.layer} ${path.geoid}${vintage === undefined ? '' : ` of ${vintage}`} is loaded.`);
        }
        const headers = vintage === undefined ? {} : { 'Cache-Control': forEver };
        return { body: feature, type: geoJson, headers };
      },
    }),
  ];

  /** Of a layer that comes by states more may be loaded later, of the same vintage. */
  async function isFinal({ state, vintage }: Pick<Excerpt, 'state' | 'vintage'>, layer: LayerId): Promise<boolean> {
    return vintage !== undefined && (state !== undefined || (await isNational(database, layer, vintage)));
  }

  /** Drops what was asked for longest ago. */
  function keep(name: string, body: { readonly version: string; readonly body: Buffer }): void {
    kept.delete(name);
    kept.set(name, body);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  }
}

function known(text: string): LayerId {
  const layer = layerIds.find((id) => id === text);
  if (!layer) throw notLoaded(text, {});
  return layer;
}

function notLoaded(layer: string, { state, vintage }: { state?: string | undefined; vintage?: number | undefined }) {
  const of = [state && stateByFips(state)?.name, vintage].filter((part) => part !== undefined);
  return notFound(
    `No layer "${layer}"${of.length > 0 ? ` of ${of.join(', ')}` : ''} is loaded. GET /api/regions/ lists those that are.`,
  );
}

/** @returns two digits, from two digits or two letters */
function fipsOf(text: string): string | undefined {
  return states.find(({ fips, postal }) => fips === text || postal === text.toUpperCase())?.fips;
}
