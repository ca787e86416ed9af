/**
 * Adding, changing and deleting rows that staff edit. One description of a resource becomes its write routes and the
 * lists that show drafts; every change is validated, sanitised and audited in one transaction.
 */
import type pg from 'pg';
import * as z from 'zod/mini';
import { audit, type Change } from '../access/audit.ts';
import type { Permission } from '../access/permissions.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { idText } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { notFound } from '../http/problem.ts';
import { type Asked, type Route, route } from '../http/route.ts';
import { refusalOf } from './refusal.ts';
import { sanitize } from './sanitize.ts';

/** Its fields are columns of the table: the shape is what decides which columns can be written at all. */
export type Fields = Readonly<Record<string, z.ZodMiniType>>;

export interface Editable {
  /** As a person says it: `campaign`. */
  readonly noun: string;
  readonly table: string;
  /** Of the public collection: `/api/campaigns`. */
  readonly path: string;
  readonly permission: Permission;
  /** What a new row takes; a field that may be left out has its default in the table. */
  readonly fields: Fields;
  /** Those of `fields` that stay as they were created. */
  readonly fixed?: readonly string[];
  /** Those of `fields` that hold HTML. */
  readonly html?: readonly string[];
  /** The public shape of a row. */
  readonly answer: () => z.ZodMiniType;
  /** `select … from … where true`, one row for each row of the table; `$1` is the address of the media store. */
  readonly select: string;
  /** Filled from who asks, not from what they send. */
  readonly stampedBy?: string;
  /** Refuses a deletion. @throws Problem */
  mayDelete?(row: Readonly<Record<string, unknown>>): void;
  /** What a new row has that nobody sends, found out from what they do. @throws Problem */
  complete?(row: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Clears what a deleted row leaves behind outside the database. */
  forget?(row: Readonly<Record<string, unknown>>): Promise<void>;
  /** Writes what lies outside the table, such as a bill's sponsors, and takes it out of the values. */
  spread?: {
    readonly fields: readonly string[];
    write(client: pg.PoolClient, id: number, values: Readonly<Record<string, unknown>>): Promise<void>;
  };
}

export interface EditingServices {
  readonly database: Pick<Database, 'pool'>;
  readonly media: { readonly baseUrl: string };
}

type Values = Readonly<Record<string, unknown>>;
type Who = Pick<Asked<unknown, unknown, unknown>, 'caller' | 'requestId'>;

/** POST, PATCH and DELETE beside the public list, and everything including drafts below `/api/staff/`. */
export function editingRoutes(editable: Editable, services: EditingServices): readonly Route[] {
  const { noun, path, permission, fields, answer } = editable;
  const staffPath = path.replace('/api/', '/api/staff/');
  const create = z.strictObject(fields);
  const changeable = Object.entries(fields).filter(([name]) => !editable.fixed?.includes(name));
  const change = z.strictObject(Object.fromEntries(changeable.map(([name, field]) => [name, z.optional(field)])));
  const byId = z.object({ id: idText });
  const a = /^[aeiou]/.test(noun) ? 'an' : 'a';

  return [
    route({
      method: 'GET',
      path: staffPath,
      summary: `Every ${noun}, drafts included, newest first`,
      access: 'drafts:read',
      queryParameters: z.object(pageQuery),
      answers: () => ({ 200: z.array(answer() as z.ZodMiniType) }),
      handle: ({ query }) =>
        listed(services.database.pool, {
          select: editable.select,
          values: [services.media.baseUrl],
          order: { keys: [{ sql: `${editable.table}.id`, type: 'integer' }], direction: 'desc' },
          path: staffPath,
          page: { limit: query.limit ?? 100, cursor: query.cursor },
        }),
    }),
    route({
      method: 'GET',
      path: `${staffPath}/{id}`,
      summary: `One ${noun}, draft or not`,
      access: 'drafts:read',
      pathParameters: byId,
      answers: () => ({ 200: answer() }),
      handle: async ({ path: { id } }) => ({ body: await read(editable, services, services.database.pool, id) }),
    }),
    route({
      method: 'POST',
      path,
      summary: `Add ${a} ${noun}`,
      access: permission,
      requestBody: create,
      answers: () => ({ 201: answer() }),
      async handle({ body, ...who }) {
        const added = await add(editable, services, body as Values, who);
        return { status: 201, body: added, headers: { Location: `${path}/${(added as { id: number }).id}/` } };
      },
    }),
    route({
      method: 'PATCH',
      path: `${path}/{id}`,
      summary: `Change the fields of ${a} ${noun} that are sent`,
      access: permission,
      pathParameters: byId,
      requestBody: change,
      answers: () => ({ 200: answer() }),
      handle: async ({ path: { id }, body, ...who }) => ({
        body: await edit(editable, services, id, body as Values, who),
      }),
    }),
    route({
      method: 'DELETE',
      path: `${path}/{id}`,
      summary: `Delete ${a} ${noun}`,
      access: permission,
      pathParameters: byId,
      answers: () => ({ 200: z.object({ message: z.string() }) }),
      async handle({ path: { id }, ...who }) {
        await remove(editable, services, id, who);
        return { body: { message: `The ${noun} is deleted.` } };
      },
    }),
  ];
}

async function add(editable: Editable, services: EditingServices, sent: Values, who: Who): Promise<object> {
  const { own, spread } = split(editable, await cleaned(editable, sent));
  const stamp =
    editable.stampedBy && who.caller.kind !== 'anonymous' ? { [editable.stampedBy]: who.caller.account } : {};
  const row = { ...own, ...(await editable.complete?.(own)), ...stamp };
  const columns = Object.keys(row);
  return changing(editable, services, who, 'create', async (client) => {
    const { rows } = await client.query<{ id: number }>(
      columns.length === 0
        ? `insert into ${editable.table} default values returning id::integer`
        : `insert into ${editable.table} (${columns.map(quoted).join(', ')})
           values (${columns.map((_, index) => `$${index + 1}`).join(', ')}) returning id::integer`,
      Object.values(row),
    );
    const id = rows[0]?.id ?? 0;
    await editable.spread?.write(client, id, spread);
    return { id };
  });
}

export async function edit(
  editable: Editable,
  services: EditingServices,
  id: number,
  sent: Values,
  who: Who,
): Promise<object> {
  const { own, spread } = split(editable, await cleaned(editable, sent));
  const columns = Object.keys(own);
  return changing(editable, services, who, 'change', async (client) => {
    const before = await lockedRow(editable, client, id);
    if (columns.length > 0) {
      await client.query(
        `update ${editable.table} set ${columns.map((name, index) => `${quoted(name)} = $${index + 2}`).join(', ')} where id = $1`,
        [id, ...Object.values(own)],
      );
    }
    await editable.spread?.write(client, id, spread);
    return { id, before };
  });
}

/** Makes one row of a table the active one, and every other of `among` inactive; or changes nothing. */
export async function activate(
  editable: Editable,
  services: EditingServices,
  id: number,
  who: Who,
  among: (row: Values) => { readonly column: string; readonly value: unknown } | undefined = () => undefined,
): Promise<object> {
  return changing(editable, services, who, 'activate', async (client) => {
    // Two activations at once take turns; a row lock would let the second one miss what the first activated.
    await client.query(`lock table ${editable.table} in share row exclusive mode`);
    const before = await lockedRow(editable, client, id);
    const group = among(before);
    const where = group ? ` and ${quoted(group.column)} = $2` : '';
    await client.query(
      `update ${editable.table} set is_active = false where is_active and id <> $1${where}`,
      group ? [id, group.value] : [id],
    );
    await client.query(`update ${editable.table} set is_active = true where id = $1 and not is_active`, [id]);
    return { id, before };
  });
}

async function remove(editable: Editable, services: EditingServices, id: number, who: Who): Promise<void> {
  const deleted = await transaction(services.database, async (client) => {
    const before = await lockedRow(editable, client, id);
    editable.mayDelete?.(before);
    await client.query(`delete from ${editable.table} where id = $1`, [id]);
    await audit(client, who, { action: 'delete', resource: editable.table, id, before });
    return before;
  }).catch(refused(editable));
  await editable.forget?.(deleted);
}

/** Runs a change, audits it, and answers with the row as the public sees it. */
async function changing(
  editable: Editable,
  services: EditingServices,
  who: Who,
  action: Change['action'],
  work: (client: pg.PoolClient) => Promise<{ id: number; before?: object }>,
): Promise<object> {
  return transaction(services.database, async (client) => {
    const { id, before } = await work(client);
    const after = await lockedRow(editable, client, id);
    await audit(client, who, { action, resource: editable.table, id, ...(before ? { before } : {}), after });
    return read(editable, services, client, id);
  }).catch(refused(editable));
}

async function lockedRow({ table, noun }: Editable, client: pg.PoolClient, id: number): Promise<Values> {
  const { rows } = await client.query<Values>(`select * from ${table} where id = $1 for update`, [id]);
  if (!rows[0]) throw notFound(`There is no ${noun} ${id}.`);
  return rows[0];
}

async function read(
  { select, table, noun }: Editable,
  { media }: EditingServices,
  client: Pick<pg.Pool, 'query'> | pg.PoolClient,
  id: number,
): Promise<object> {
  const { rows } = await client.query<object>(`${select} and ${table}.id = $2`, [media.baseUrl, id]);
  if (!rows[0]) throw notFound(`There is no ${noun} ${id}.`);
  return rows[0];
}

async function cleaned({ html = [] }: Editable, sent: Values): Promise<Values> {
  const entries = Object.entries(sent)
    .filter(([, value]) => value !== undefined)
    .map(async ([name, value]) => [
      name,
      html.includes(name) && typeof value === 'string' ? await sanitize(value) : value,
    ]);
  return Object.fromEntries(await Promise.all(entries));
}

function split({ spread }: Editable, values: Values): { own: Values; spread: Values } {
  const outside = spread?.fields ?? [];
  const pick = (keep: boolean) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => outside.includes(name) === keep));
  return { own: pick(false), spread: pick(true) };
}

function refused({ noun }: Editable) {
  return (error: unknown): never => {
    throw refusalOf(error, noun);
  };
}

/** `order` is a word of SQL too. */
function quoted(column: string): string {
  return `"${column}"`;
}
