/** The people who endorse, with their contact details: for staff, never for the public. */
import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { type Route, route } from '../http/route.ts';
import { type StakeholderRow, selectStakeholders, stakeholderSchema, withAbbreviations } from './stakeholder.ts';

export function stakeholderRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/stakeholders',
      summary: 'Everybody who endorsed, with contact details and districts',
      access: 'stakeholders:read',
      queryParameters: z.object(pageQuery),
      answers: () => ({ 200: z.array(stakeholderSchema()) }),
      async handle({ query }) {
        const reply = await listed<StakeholderRow>(database.pool, {
          select: selectStakeholders,
          values: [],
          order: { keys: [{ sql: 'stakeholder.id', type: 'integer' }], direction: 'asc' },
          path: '/api/stakeholders',
          page: query,
        });
        return { ...reply, body: reply.body.map(withAbbreviations) };
      },
    }),
  ];
}
