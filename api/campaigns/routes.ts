import type { Database } from '../database/database.ts';
import { type Route, route } from '../http/route.ts';
import { activeCampaigns } from './campaign.ts';

export function campaignRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/campaigns',
      summary: 'Active campaigns, newest first',
      cache: 'public, max-age=0, s-maxage=60, stale-while-revalidate=300',
      handle: async () => ({ body: await activeCampaigns(database) }),
    }),
  ];
}
