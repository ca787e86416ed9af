/** Programs that hear what happens to endorsements: they are named by an administrator, who is given what signs. */
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { audit } from '../access/audit.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { webhookEvents } from '../endorsements/announce.ts';
import { idText, oneOf, timestamp } from '../http/fields.ts';
import { invalid, notFound, Problem } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';
import { leadsInside } from './public-address.ts';
import { webhookSecret } from './signature.ts';

const webhookSchema = named('Webhook', () =>
  z.object({
    id: z.int(),
    url: z.string(),
    events: z.array(z.string()),
    active: z.boolean(),
    created_at: timestamp(),
    /** Calls that nobody answers any more; deactivate it, or mend what is behind the address. */
    failed: z.int(),
    waiting: z.int(),
  }),
);

const address = z.string('is not text').check(
  z.maxLength(500, 'is longer than 500 characters'),
  z.refine<string>((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === '';
  }, 'is not an https address, without a name or password in it'),
);

const select = `
  select webhook.id, url, events, active, webhook.created_at,
         (select count(*)::integer from outbox where outbox.webhook = webhook.id and state = 'dead') as failed,
         (select count(*)::integer from outbox where outbox.webhook = webhook.id and state = 'waiting') as waiting
    from webhook`;

export function webhookRoutes({
  database,
  secret,
}: {
  readonly database: Pick<Database, 'pool'>;
  readonly secret: () => Promise<string>;
}): readonly Route[] {
  const access = 'accounts:manage';
  const byId = z.object({ id: idText });
  return [
    route({
      method: 'GET',
      path: '/api/staff/webhooks',
      summary: 'Programs that hear of endorsements',
      access,
      answers: () => ({ 200: z.array(webhookSchema()) }),
      handle: async () => ({ body: (await database.pool.query<object>(`${select} order by id`)).rows }),
    }),
    route({
      method: 'POST',
      path: '/api/staff/webhooks',
      summary: 'Have a program called; what its calls are signed with is shown this once',
      access,
      requestBody: z.strictObject({
        url: address,
        events: z
          .array(oneOf(...webhookEvents))
          .check(z.minLength(1, 'is empty'), z.maxLength(20, 'has more than 20 events')),
      }),
      answers: () => ({ 201: z.object({ ...webhookSchema().shape, secret: z.string() }) }),
      async handle({ body: { url, events }, ...who }) {
        const { caller } = who;
        if (caller.kind !== 'staff') throw new Problem(403, 'Not allowed', 'A key cannot add webhooks.');
        if (await leadsInside(new URL(url))) {
          const msg = 'leads to an address that is not on the internet; name a host that everybody can reach';
          throw invalid([{ loc: ['body', 'data', 'url'], msg, type: 'value' }]);
        }
        const salt = randomBytes(16).toString('base64url');
        const added = await transaction(database, async (client) => {
          const { rows } = await client.query<{ id: number }>(
            'insert into webhook (url, events, salt, account) values ($1, $2, $3, $4) returning id',
            [url, [...new Set(events)], salt, caller.account],
          );
          const id = rows[0]?.id ?? 0;
          await audit(client, who, { action: 'create', resource: 'webhook', id, after: { url, events } });
          return (await client.query<{ id: number }>(`${select} where webhook.id = $1`, [id])).rows[0];
        });
        return { status: 201, body: { ...added, secret: webhookSecret(await secret(), added?.id ?? 0, salt) } };
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/staff/webhooks/{id}',
      summary: 'Call a program no more; what waits for it is dropped',
      access,
      pathParameters: byId,
      answers: () => ({ 204: undefined }),
      async handle({ path: { id }, ...who }) {
        await transaction(database, async (client) => {
          const { rows } = await client.query<{ url: string }>('delete from webhook where id = $1 returning url', [id]);
          if (!rows[0]) throw notFound(`There is no webhook ${id}.`);
          await audit(client, who, { action: 'delete', resource: 'webhook', id, before: { url: rows[0].url } });
        });
        return {};
      },
    }),
  ];
}
