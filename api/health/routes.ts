/** Two questions that load balancers, smoke tests and people ask. Neither answer says what runs inside. */
import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import { timestamp } from '../http/fields.ts';
import { type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';

const health = named('Health', () =>
  z.object({
    status: z.enum(['healthy', 'unhealthy']),
    timestamp: timestamp(),
    database: z.optional(z.object({ status: z.string() })),
  }),
);

export function healthRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/health',
      summary: 'Liveness: this process answers',
      answers: () => ({ 200: health() }),
      handle: async () => ({ body: { status: 'healthy', timestamp: new Date().toISOString() } }),
    }),
    route({
      method: 'GET',
      path: '/api/health/ready',
      summary: 'Readiness: what it needs answers too',
      answers: () => ({ 200: health(), 503: health() }),
      async handle() {
        const ready = await database.pool.query('select 1').then(
          () => true,
          () => false,
        );
        const status = ready ? 'healthy' : 'unhealthy';
        return {
          status: ready ? 200 : 503,
          body: { status, timestamp: new Date().toISOString(), database: { status } },
        };
      },
    }),
  ];
}
