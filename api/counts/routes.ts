/** How many endorsed, for everybody: never so few that it could be told who. */
import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import { stakeholderTypes } from '../endorsements/submitted.ts';
import { idText, oneOf } from '../http/fields.ts';
import { invalid, notFound } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';
import { type LayerId, layerIds } from '../regions/layers.ts';
import { byDistrict, total, totals } from './counts.ts';
import { fewest } from './suppress.ts';

const counts = named('EndorsementCounts', () =>
  z.object({
    campaign_id: z.int(),
    /** Everybody's, of this kind, wherever they live; null where they are fewer than `fewest`. */
    total: z.nullable(z.int()),
    /** A number below this, or one that another such number follows from, is null. */
    fewest: z.int(),
    layer: z.optional(z.enum([...layerIds] as [LayerId, ...LayerId[]])),
    type: z.optional(z.string()),
    districts: z.optional(
      z.array(z.object({ geoid: z.string(), name: z.nullable(z.string()), count: z.nullable(z.int()) })),
    ),
    types: z.optional(z.array(z.object({ type: z.string(), count: z.nullable(z.int()) }))),
    /** By the Monday that a week begins with, in UTC. */
    weeks: z.optional(z.array(z.object({ week: z.string(), count: z.nullable(z.int()) }))),
  }),
);

export function countRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/endorsements/counts',
      summary: 'How many endorsed a campaign: from each district of a layer, of each kind, or in each week',
      cache: publicCache,
      queryParameters: z.object({
        campaign_id: idText,
        layer: z.optional(oneOf(...layerIds)),
        type: z.optional(oneOf(...stakeholderTypes)),
        by: z.optional(oneOf('district', 'type', 'week')),
      }),
      answers: () => ({ 200: counts() }),
      async handle({ query: { campaign_id: campaign, layer, type, by = layer ? 'district' : 'type' } }) {
        if ((by === 'district') !== (layer !== undefined)) {
          throw invalid([
            { loc: ['query', 'layer'], msg: 'goes with by=district, and with nothing else', type: 'conflict' },
          ]);
        }
        if (type !== undefined && by !== 'district') {
          // A kind, week by week, would tell what the others hide.
          throw invalid([{ loc: ['query', 'type'], msg: 'goes with a layer only', type: 'conflict' }]);
        }
        await refuseUnknown(database, campaign);
        const all = await total(database, { campaign, type });
        return {
          body: {
            campaign_id: campaign,
            total: all === 0 || all >= fewest ? all : null,
            fewest,
            ...(type === undefined ? {} : { type }),
            ...(layer
              ? {
                  layer,
                  districts: await withNames(database, layer, await byDistrict(database, { campaign, type }, layer)),
                }
              : await parts(database, campaign, by as 'type' | 'week')),
          },
        };
      },
    }),
  ];
}

async function parts(database: Pick<Database, 'pool'>, campaign: number, by: 'type' | 'week') {
  const found = [...(await totals(database, { campaign }, by))];
  return by === 'type'
    ? { types: found.map(([type, count]) => ({ type, count })) }
    : { weeks: found.map(([week, count]) => ({ week, count })) };
}

async function refuseUnknown({ pool }: Pick<Database, 'pool'>, campaign: number): Promise<void> {
  const { rowCount } = await pool.query({
    name: 'is-campaign-active',
    text: 'select from campaign where id = $1 and active',
    values: [campaign],
  });
  if (rowCount === 0) throw notFound(`There is no campaign ${campaign}.`);
}

/** A district that is no longer in force keeps its number and has no name. */
async function withNames<T extends { readonly geoid: string }>(
  { pool }: Pick<Database, 'pool'>,
  layer: LayerId,
  districts: readonly T[],
): Promise<ReadonlyArray<T & { readonly name: string | null }>> {
  const { rows } = await pool.query<{ geoid: string; name: string }>({
    name: 'district-names',
    text: 'select geoid, name from region where active and layer = $1 and geoid = any ($2)',
    values: [layer, districts.map(({ geoid }) => geoid)],
  });
  const names = new Map(rows.map(({ geoid, name }) => [geoid, name]));
  return districts.map((district) => ({ ...district, name: names.get(district.geoid) ?? null }));
}
