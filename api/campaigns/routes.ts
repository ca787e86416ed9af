import * as z from 'zod/mini';
import type { EditingServices } from '../content/editable.ts';
import { editingRoutes } from '../content/editing.ts';
import { idText } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { notFound } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { type Campaign, campaignSchema, campaigns } from './campaign.ts';

const shared = { cache: publicCache, reads: ['campaign', 'image'] } as const;

export function campaignRoutes(services: EditingServices): readonly Route[] {
  const { database, media } = services;

  async function active(column: 'id' | 'name', value: number | string): Promise<{ body: Campaign }> {
    const { rows } = await database.pool.query<Campaign>({
      name: `active-campaign-by-${column}`,
      text: `${campaigns.select} and campaign.active and campaign.${column} = $2`,
      values: [media.baseUrl, value],
    });
    if (!rows[0]) throw notFound(`No campaign ${value} is active.`);
    return { body: rows[0] };
  }

  return [
    route({
      ...shared,
      method: 'GET',
      path: '/api/campaigns',
      summary: 'Active campaigns, newest first',
      queryParameters: z.object(pageQuery),
      answers: () => ({ 200: z.array(campaignSchema()) }),
      handle: ({ query }) =>
        listed<Campaign>(database.pool, {
          name: 'active-campaigns',
          select: `${campaigns.select} and campaign.active`,
          values: [media.baseUrl],
          order: {
            keys: [
              { sql: 'campaign.created_at', type: 'timestamptz' },
              { sql: 'campaign.id', type: 'bigint' },
            ],
            direction: 'desc',
          },
          path: '/api/campaigns',
          page: query,
        }),
    }),
    route({
      ...shared,
      method: 'GET',
      path: '/api/campaigns/{id}',
      summary: 'An active campaign',
      pathParameters: z.object({ id: idText }),
      answers: () => ({ 200: campaignSchema() }),
      handle: ({ path }) => active('id', path.id),
    }),
    route({
      ...shared,
      method: 'GET',
      path: '/api/campaigns/by-name/{name}',
      summary: 'An active campaign, by the name in its public address',
      pathParameters: z.object({ name: z.string() }),
      answers: () => ({ 200: campaignSchema() }),
      handle: ({ path }) => active('name', path.name.replaceAll('\0', '')),
    }),
    ...editingRoutes(campaigns, services),
  ];
}
