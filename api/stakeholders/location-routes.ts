/** Addresses that no geocoder could place: what staff do about them. */
import * as z from 'zod/mini';
import { audit } from '../access/audit.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { idText, number } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { notFound, Problem } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';
import { layerIds } from '../regions/layers.ts';
import { boundariesLock } from '../regions/turn.ts';
import { reassign } from './reassign.ts';

const notLocated = named('NotLocated', () =>
  z.object({
    id: z.int(),
    name: z.string(),
    street_address: z.string(),
    city: z.string(),
    state: z.nullable(z.string()),
    zip_code: z.string(),
    /** `waiting`, or why the address has no place: `not found`, `too vague`, `unanswered`. */
    problem: z.enum(['waiting', 'not found', 'too vague', 'unanswered']),
    attempts: z.int(),
    /** When it is looked up next; null: not until the address changes or somebody asks for it. */
    next_attempt_at: z.nullable(z.iso.datetime()),
  }),
);

const byId = z.object({ id: idText });

export function locationRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/stakeholders/not-located',
      summary: 'Whose address has no place on the map yet, and so no districts, and why',
      access: 'stakeholders:read',
      queryParameters: z.object(pageQuery),
      answers: () => ({ 200: z.array(notLocated()) }),
      handle: ({ query }) =>
        listed(database.pool, {
          select: `select id, first_name || ' ' || last_name as name, street_address, city, state, zip_code,
                          coalesce(locate_problem, 'waiting') as problem, locate_attempts as attempts,
                          locate_after as next_attempt_at
                     from stakeholder where location is null`,
          values: [],
          order: { keys: [{ sql: 'id', type: 'integer' }], direction: 'asc' },
          path: '/api/stakeholders/not-located',
          page: { limit: query.limit ?? 100, cursor: query.cursor },
        }),
    }),
    route({
      method: 'POST',
      path: '/api/stakeholders/{id}/locate',
      summary: 'Have an address looked up again',
      access: 'endorsements:review',
      pathParameters: byId,
      answers: () => ({ 204: undefined }),
      async handle({ path: { id } }) {
        const { rowCount } = await database.pool.query(
          `update stakeholder set locate_after = now(), locate_attempts = 0, locate_problem = null
            where id = $1 and location is null`,
          [id],
        );
        if (rowCount === 0) throw notFound(`There is no person ${id} whose address has no place.`);
        return {};
      },
    }),
    route({
      method: 'PUT',
      path: '/api/stakeholders/{id}/location',
      summary: 'Say by hand where an address is; the districts follow',
      access: 'endorsements:review',
      pathParameters: byId,
      requestBody: z.strictObject({ lat: number(-90, 90), lng: number(-180, 180) }),
      answers: () => ({ 204: undefined }),
      async handle({ path: { id }, body: { lat, lng }, caller, requestId }) {
        await transaction(database, async (client) => {
          await takeTurn(client);
          const { rows } = await client.query<{ located: boolean }>(
            'select location is not null as located from stakeholder where id = $1 for update',
            [id],
          );
          if (!rows[0]) throw notFound(`There is no person ${id}.`);
          await client.query(
            `update stakeholder set location = st_setsrid(st_makepoint($2, $3), 4326)::geography,
                    location_quality = 'staff', location_confidence = 1, location_source = 'staff',
                    locate_after = null, locate_problem = null
              where id = $1`,
            [id, lng, lat],
          );
          await reassign(client, layerIds, [id]);
          const change = {
            action: 'change',
            resource: 'stakeholder',
            id,
            // Where somebody lives goes when they do, and the audit stays: it says that the place was set, not which.
            before: rows[0],
            after: { located: true },
          } as const;
          await audit(client, { caller, requestId }, change);
        });
        return {};
      },
    }),
  ];
}

/** Districts that are being replaced at this moment are given to nobody. */
async function takeTurn(client: { query(text: string, values: unknown[]): Promise<{ rows: { free?: boolean }[] }> }) {
  const { rows } = await client.query('select pg_try_advisory_xact_lock_shared($1) as free', [boundariesLock]);
  if (rows[0]?.free) return;
  throw new Problem(503, 'Not at the moment', 'New boundaries are being loaded. Please try again in a few minutes.', {
    headers: { 'Retry-After': '60' },
  });
}
