/** How many endorsed, for everybody: never so few that it could be told who. */
import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import { stakeholderTypes } from '../endorsements/submitted.ts';
import { day, idText, oneOf } from '../http/fields.ts';
import { invalid, notFound } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';
import { type LayerId, layerIds } from '../regions/layers.ts';
import { byDistrict, type Sum, total, totals } from './counts.ts';
import { fewest } from './suppress.ts';

/** What is left out of a sum makes it "at least" that much. */
const sum = { count: z.nullable(z.int()), at_least: z.optional(z.literal(true)) };
const period = z.object({ from: z.iso.date(), to: z.iso.date() });

const counts = named('EndorsementCounts', () =>
  z.object({
    /** Null for all active campaigns together. */
    campaign_id: z.nullable(z.int()),
    /** Everybody's, of this kind, wherever they live and in whichever week; null where they are fewer than `fewest`. */
    total: z.nullable(z.int()),
    total_at_least: z.optional(z.literal(true)),
    /** A number below this, or one that another such number follows from, is null, or left out of a sum. */
    fewest: z.int(),
    layer: z.optional(z.enum([...layerIds] as [LayerId, ...LayerId[]])),
    type: z.optional(z.string()),
    /** The weeks that the districts' numbers are of; null where that is none. Absent where it is all of them. */
    period: z.optional(z.nullable(period)),
    /** Weeks are put together by fours; these have endorsements. `from` and `to` are widened to whole ones. */
    periods: z.optional(z.array(period)),
    /** Those that have any; from every other one in force there is none. */
    districts: z.optional(z.array(z.object({ geoid: z.string(), name: z.nullable(z.string()), ...sum }))),
    types: z.optional(z.array(z.object({ type: z.string(), ...sum }))),
    /** By the Monday that a week begins with, in UTC. */
    weeks: z.optional(z.array(z.object({ week: z.string(), ...sum }))),
  }),
);

export function countRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/endorsements/counts',
      summary:
        'How many endorsed a campaign, or all: from each district of a layer (of one kind, within some weeks), of each kind, or in each week',
      cache: publicCache,
      queryParameters: z.object({
        campaign_id: z.optional(idText),
        layer: z.optional(oneOf(...layerIds)),
        type: z.optional(oneOf(...stakeholderTypes)),
        by: z.optional(oneOf('district', 'type', 'week')),
        from: z.optional(day),
        to: z.optional(day),
      }),
      answers: () => ({ 200: counts() }),
      async handle({ query: { campaign_id, layer, type, by = layer ? 'district' : 'type', from, to } }) {
        if ((by === 'district') !== (layer !== undefined))
          throw conflict('layer', 'goes with by=district, and with nothing else');
        // A kind, week by week, would tell what the others hide.
        for (const [name, value] of Object.entries({ type, from, to })) {
          if (value !== undefined && by !== 'district') throw conflict(name, 'goes with a layer only');
        }
        if (from !== undefined && to !== undefined && from > to) throw conflict('from', 'is after to');
        const campaigns = await activeCampaigns(database, campaign_id);
        const all =
          type === undefined ? await total(database, campaigns) : (await totals(database, campaigns, 'type')).get(type);
        return {
          body: {
            campaign_id: campaign_id ?? null,
            total: all === undefined ? 0 : all.count,
            ...(all?.atLeast ? { total_at_least: true } : {}),
            fewest,
            ...(type === undefined ? {} : { type }),
            ...(layer
              ? await districts(database, { campaigns, layer, type, from, to })
              : await parts(database, campaigns, by as 'type' | 'week')),
          },
        };
      },
    }),
  ];
}

async function districts(database: Pick<Database, 'pool'>, asked: Parameters<typeof byDistrict>[1]) {
  const { districts, periods, counted } = await byDistrict(database, asked);
  const isOfWeeks = asked.from !== undefined || asked.to !== undefined;
  return {
    layer: asked.layer,
    ...(isOfWeeks ? { period: counted ?? null } : {}),
    periods,
    districts: districts.map(({ geoid, name, ...sum }) => ({ geoid, name, ...worded(sum) })),
  };
}

async function parts(database: Pick<Database, 'pool'>, campaigns: readonly number[], by: 'type' | 'week') {
  const found = [...(await totals(database, campaigns, by))];
  return by === 'type'
    ? { types: found.map(([type, sum]) => ({ type, ...worded(sum) })) }
    : { weeks: found.map(([week, sum]) => ({ week, ...worded(sum) })) };
}

function worded({ count, atLeast }: Sum) {
  return atLeast ? { count, at_least: true } : { count };
}

function conflict(parameter: string, msg: string) {
  return invalid([{ loc: ['query', parameter], msg, type: 'conflict' }]);
}

/** @param campaign undefined for all of them */
async function activeCampaigns(
  { pool }: Pick<Database, 'pool'>,
  campaign: number | undefined,
): Promise<readonly number[]> {
  const { rows } = await pool.query<{ id: number }>({
    name: 'active-campaign-ids',
    text: 'select id::int from campaign where active and ($1::bigint is null or id = $1) order by id',
    values: [campaign],
  });
  if (campaign !== undefined && rows.length === 0) throw notFound(`There is no campaign ${campaign}.`);
  return rows.map(({ id }) => id);
}
