/** Adding, changing, activating and deleting a row: sanitised before, and audited in the same transaction. */
import type pg from 'pg';
import { audit, type Change } from '../access/audit.ts';
import { transaction } from '../database/transaction.ts';
import { notFound } from '../http/problem.ts';
import { refusalOf } from '../http/refusal.ts';
import type { Editable, EditingServices, Values, Who } from './editable.ts';
import { sanitize } from './sanitize.ts';

export async function add(editable: Editable, services: EditingServices, sent: Values, who: Who): Promise<object> {
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

export async function remove(editable: Editable, services: EditingServices, id: number, who: Who): Promise<void> {
  const deleted = await transaction(services.database, (client) => removeRow(editable, client, id, who)).catch(
    refused(editable),
  );
  await editable.forget?.(deleted);
}

async function removeRow(editable: Editable, client: pg.PoolClient, id: number, who: Who): Promise<Values> {
  const before = await lockedRow(editable, client, id);
  editable.mayDelete?.(before);
  if (editable.takesAlong) {
    const { column, editable: whose } = editable.takesAlong;
    const { rows } = await client.query<{ id: number }>(
      `select id::integer from ${whose.table} where ${quoted(column)} = $1 order by id`,
      [id],
    );
    for (const row of rows) await removeRow(whose, client, row.id, who);
  }
  await client.query(`delete from ${editable.table} where id = $1`, [id]);
  await audit(client, who, { action: 'delete', resource: editable.table, id, before });
  return before;
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

/** The whole row, with what of it lies outside the table. */
async function lockedRow({ table, noun, spread }: Editable, client: pg.PoolClient, id: number): Promise<Values> {
  const { rows } = await client.query<Values>(`select * from ${table} where id = $1 for update`, [id]);
  if (!rows[0]) throw notFound(`There is no ${noun} ${id}.`);
  return { ...rows[0], ...(await spread?.read(client, id)) };
}

/** The row as the public sees it. @throws Problem 404 */
export async function read(
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
