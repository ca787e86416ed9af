/** One description of a resource becomes its write routes, and the lists that show drafts. */
import * as z from 'zod/mini';
import { idText } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { type Route, route } from '../http/route.ts';
import type { Editable, EditingServices, Values } from './editable.ts';
import { add, edit, read, remove } from './rows.ts';

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
