import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { type LayerId, layerIds } from './layers.ts';
import { lookUp, notesOn } from './lookup.ts';
import { featureCollection, loadedLayers, versionOf } from './outlines.ts';

export const lookupLimit = { action: 'region-lookup', requests: 600, windowSeconds: 60 } as const;

/** Plain decimal notation only: `1e2`, `0x1f` and ` 7` are more likely a mistake than a place. */
const degrees = (most: number) =>
  z.pipe(
    z.string().check(z.regex(/^[+-]?(\d+\.?\d*|\.\d+)$/, 'is not a number of degrees, such as 44.95')),
    z.pipe(
      z.transform(Number),
      z.number().check(z.gte(-most, `is below -${most} degrees`), z.lte(most, `is above ${most} degrees`)),
    ),
  );

export function regionRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  /** The last version of each layer, kept because it takes half a second to assemble and is asked for by every visitor. */
  const kept = new Map<LayerId, { readonly version: string; readonly body: Buffer }>();

  return [
    route({
      method: 'GET',
      path: '/api/regions',
      summary: 'The layers of regions that are loaded, with source and vintage',
      cache: 'public, max-age=0, s-maxage=60',
      handle: async () => ({ body: { layers: await loadedLayers(database), source: 'U.S. Census Bureau' } }),
    }),
    route({
      method: 'GET',
      path: '/api/regions/lookup',
      summary:
        'The districts of a point: state, county, congressional and legislative districts, each with its vintage',
      queryParameters: z.object({ lat: degrees(90), lng: degrees(180) }),
      limit: lookupLimit,
      cache: 'public, max-age=0, s-maxage=300',
      async handle({ query: { lat, lng } }) {
        const regions = await lookUp(database, lat, lng);
        return { body: { lat, lng, regions, notes: notesOn(regions) } };
      },
    }),
    route({
      method: 'GET',
      path: '/api/regions/{layer}',
      summary: 'The outlines of a layer as GeoJSON, simplified for maps, with shared borders intact',
      pathParameters: z.object({ layer: z.string() }),
      cache: 'public, max-age=300, stale-while-revalidate=86400',
      async handle({ path }, matches) {
        const layer = layerIds.find((id) => id === path.layer);
        const version = layer && (await versionOf(database, layer));
        if (!layer || !version) {
          throw new Problem(
            404,
            'Not found',
            `No layer "${path.layer}" is loaded. GET /api/regions/ lists those that are.`,
          );
        }
        let body = kept.get(layer);
        if (!matches(version) && body?.version !== version) {
          body = { version, body: Buffer.from(await featureCollection(database, layer)) };
          kept.set(layer, body);
        }
        return { body: body?.body ?? '', type: 'application/geo+json', etag: version };
      },
    }),
  ];
}
