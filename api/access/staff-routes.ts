/** What administrators do: accounts, API keys, and reading who changed what. */
import * as z from 'zod/mini';
import { transaction } from '../database/transaction.ts';
import { idText, instant, oneOf, text, timestamp } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { invalid, notFound, Problem } from '../http/problem.ts';
import { refusalOf } from '../http/refusal.ts';
import { type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';
import type { AccessOptions } from './access.ts';
import { type Account, accountColumns, addAccount, changedAccount, newAccount, refuseGuessable } from './accounts.ts';
import { audit } from './audit.ts';
import { newKey } from './keys.ts';
import { hashPassword } from './password.ts';
import { scopes } from './permissions.ts';
import { closeAllSessions } from './sessions.ts';

const accountSchema = named('Account', () =>
  z.object({
    id: z.int(),
    email: z.string(),
    name: z.string(),
    role: z.string(),
    active: z.boolean(),
    created_at: timestamp(),
    last_login_at: z.nullable(timestamp()),
  }),
);

const keySchema = named('ApiKey', () =>
  z.object({
    id: z.int(),
    name: z.string(),
    scopes: z.array(z.string()),
    /** Id of who made it. */
    account: z.int(),
    created_at: timestamp(),
    expires_at: z.nullable(timestamp()),
    revoked_at: z.nullable(timestamp()),
    last_used_at: z.nullable(timestamp()),
  }),
);

const auditSchema = named('AuditEntry', () =>
  z.object({
    id: z.int(),
    at: timestamp(),
    account: z.nullable(z.int()),
    api_key: z.nullable(z.int()),
    action: z.string(),
    resource: z.string(),
    resource_id: z.nullable(z.int()),
    before: z.nullable(z.record(z.string(), z.unknown())),
    after: z.nullable(z.record(z.string(), z.unknown())),
    request_id: z.nullable(z.string()),
  }),
);

const keyColumns = 'id, name, scopes, account, created_at, expires_at, revoked_at, last_used_at';
const byId = z.object({ id: idText });

export function staffRoutes({ database }: Pick<AccessOptions, 'database'>): readonly Route[] {
  const manages = { access: 'accounts:manage' } as const;
  const newestFirst = { keys: [{ sql: 'id', type: 'integer' }], direction: 'desc' } as const;

  return [
    route({
      ...manages,
      method: 'GET',
      path: '/api/staff/accounts',
      summary: 'Accounts of staff',
      answers: () => ({ 200: z.array(accountSchema()) }),
      async handle() {
        const { rows } = await database.pool.query<Account>(`select ${accountColumns} from account order by id`);
        return { body: rows };
      },
    }),
    route({
      ...manages,
      method: 'POST',
      path: '/api/staff/accounts',
      summary: 'Add an account',
      requestBody: newAccount,
      answers: () => ({ 201: accountSchema() }),
      async handle({ body, ...who }) {
        const account = await transaction(database, async (client) => {
          const added = await addAccount(client, body);
          await audit(client, who, { action: 'create', resource: 'account', id: added.id, after: added });
          return added;
        }).catch((error) => {
          throw refusalOf(error, 'account');
        });
        return { status: 201, body: account };
      },
    }),
    route({
      ...manages,
      method: 'PATCH',
      path: '/api/staff/accounts/{id}',
      summary: 'Change an account; without `active` its sessions and keys end',
      pathParameters: byId,
      requestBody: changedAccount,
      answers: () => ({ 200: accountSchema() }),
      async handle({ path: { id }, body: { password, ...sent }, ...who }) {
        const hash = password === undefined ? undefined : await hashPassword(password);
        const account = await transaction(database, async (client) => {
          // Two administrators who remove each other at the same moment take turns.
          await client.query('lock table account in share row exclusive mode');
          const before = await client.query<Account>(`select ${accountColumns} from account where id = $1`, [id]);
          const [was] = before.rows;
          if (!was) throw notFound(`There is no account ${id}.`);
          if (password !== undefined) refuseGuessable(password, was);
          const { rows } = await client.query<Account>(
            `update account set name = coalesce($2, name), role = coalesce($3, role), active = coalesce($4, active),
                    password_hash = coalesce($5, password_hash) where id = $1 returning ${accountColumns}`,
            [id, sent.name ?? null, sent.role ?? null, sent.active ?? null, hash ?? null],
          );
          const [is] = rows;
          if (!is) throw notFound(`There is no account ${id}.`);
          await keepAnAdministrator(client);
          if (!is.active || hash) await closeAllSessions(client, id);
          if (!is.active) {
            await client.query('update api_key set revoked_at = now() where account = $1 and revoked_at is null', [id]);
          }
          const after = hash ? { ...is, password: 'changed' } : is;
          await audit(client, who, { action: 'change', resource: 'account', id, before: was, after });
          return is;
        });
        return { body: account };
      },
    }),
    route({
      ...manages,
      method: 'GET',
      path: '/api/staff/keys',
      summary: 'API keys, without their secrets',
      answers: () => ({ 200: z.array(keySchema()) }),
      async handle() {
        const { rows } = await database.pool.query<object>(`select ${keyColumns} from api_key order by id`);
        return { body: rows };
      },
    }),
    route({
      ...manages,
      method: 'POST',
      path: '/api/staff/keys',
      summary: 'Make an API key; its secret is shown this once',
      requestBody: z.strictObject({
        name: text({ min: 1, max: 100 }),
        scopes: z.array(oneOf(...scopes)).check(z.minLength(1, 'is empty'), z.maxLength(20, 'has more than 20 scopes')),
        expires_at: z.optional(instant),
      }),
      answers: () => ({ 201: z.object({ ...keySchema().shape, secret: z.string() }) }),
      async handle({ body, ...who }) {
        const { caller } = who;
        if (caller.kind !== 'staff') throw new Problem(403, 'Not allowed', 'A key cannot make keys.');
        if (body.expires_at && body.expires_at <= new Date()) {
          throw invalid([{ loc: ['body', 'data', 'expires_at'], msg: 'is in the past', type: 'past' }]);
        }
        const { secret, hash } = newKey();
        const key = await transaction(database, async (client) => {
          const { rows } = await client.query<{ id: number }>(
            `insert into api_key (name, scopes, account, secret_hash, expires_at) values ($1, $2, $3, $4, $5)
             returning ${keyColumns}`,
            [body.name, [...new Set(body.scopes)], caller.account, hash, body.expires_at ?? null],
          );
          const [made] = rows;
          await audit(client, who, {
            action: 'create',
            resource: 'api_key',
            ...(made ? { id: made.id, after: made } : {}),
          });
          return made;
        });
        return { status: 201, body: { ...key, secret } };
      },
    }),
    route({
      ...manages,
      method: 'DELETE',
      path: '/api/staff/keys/{id}',
      summary: 'Revoke an API key, at once and for good',
      pathParameters: byId,
      answers: () => ({ 204: undefined }),
      async handle({ path: { id }, ...who }) {
        await transaction(database, async (client) => {
          const { rowCount } = await client.query(
            'update api_key set revoked_at = now() where id = $1 and revoked_at is null',
            [id],
          );
          if (rowCount === 0) throw notFound(`There is no key ${id} that could be revoked.`);
          await audit(client, who, { action: 'delete', resource: 'api_key', id });
        });
        return {};
      },
    }),
    route({
      method: 'GET',
      path: '/api/staff/audit',
      summary: 'Who changed what, newest first',
      access: 'audit:read',
      queryParameters: z.object({ ...pageQuery, resource: z.optional(z.string()), resource_id: z.optional(idText) }),
      answers: () => ({ 200: z.array(auditSchema()) }),
      handle: ({ query: { resource, resource_id, ...page } }) => {
        const values = [resource?.replaceAll('\0', '') ?? null, resource_id ?? null];
        return listed(database.pool, {
          select: `
            select id::integer, at, account, api_key, action, resource, resource_id, before, after, request_id
              from audit_entry
             where ($1::text is null or resource = $1) and ($2::integer is null or resource_id = $2)`,
          values,
          order: newestFirst,
          path: '/api/staff/audit',
          page: { resource, resource_id, limit: page.limit ?? 100, cursor: page.cursor },
        });
      },
    }),
  ];
}

/** A coalition that locks itself out needs somebody with the database's password. */
async function keepAnAdministrator(client: {
  query(text: string): Promise<{ rowCount: number | null }>;
}): Promise<void> {
  const { rowCount } = await client.query(`select from account where role = 'administrator' and active limit 1`);
  if (rowCount === 0) {
    throw new Problem(409, 'Not possible now', 'This is the last active administrator; make another one first.');
  }
}
