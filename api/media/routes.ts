import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Editable, EditingServices } from '../content/editable.ts';
import { editingRoutes } from '../content/editing.ts';
import { idText, whole } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { invalid, notFound } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { fileTypes } from './file-types.ts';
import { images, shown, videos, withFile } from './media.ts';
import type { MediaStore } from './store.ts';

export function mediaRoutes(services: EditingServices & { readonly media: MediaStore }): readonly Route[] {
  const { media } = services;
  return [
    route({
      method: 'POST',
      path: '/api/media/uploads',
      summary: 'Get an address to upload one file to: PUT it there with these headers, then add the image or video',
      access: 'media:write',
      requestBody: z.strictObject({
        content_type: z.enum(Object.keys(fileTypes)),
        bytes: whole(1, 100_000_000),
      }),
      answers: () => ({
        201: z.object({
          file: z.string(),
          method: z.literal('PUT'),
          url: z.string(),
          headers: z.record(z.string(), z.string()),
          expires_at: z.string(),
        }),
      }),
      limit: { action: 'media-upload', requests: 60, windowSeconds: 60 },
      async handle({ body: { content_type: contentType, bytes } }) {
        const type = fileTypes[contentType];
        if (!type || bytes > type.maxBytes) {
          const msg = `is above ${(type?.maxBytes ?? 0) / 1_000_000} MB`;
          throw invalid([{ loc: ['body', 'data', 'bytes'], msg, type: 'too_big' }]);
        }
        // A new name each time: nothing is ever overwritten, so caches may keep files for ever.
        const folder = contentType.startsWith('video/') ? 'videos' : 'images';
        const key = `${folder}/${randomUUID()}.${type.extension}`;
        const { url, headers, expiresAt } = await media.allowUpload({ key, contentType, bytes });
        return { status: 201, body: { file: key, method: 'PUT', url, headers, expires_at: expiresAt } };
      },
    }),
    ...publicRoutes(images, shown.image, ['image', 'campaign', 'content_block', 'homepage', 'theme'], services),
    ...editingRoutes(withFile(images, media), services),
    ...publicRoutes(videos, shown.video, ['video', 'homepage'], services),
    ...editingRoutes(withFile(videos, media), services),
  ];
}

/** What the site shows, with whose work it is: a page of credits in one call. */
function publicRoutes(
  { noun, table, path, answer, select }: Editable,
  isShown: string,
  reads: readonly string[],
  { database, media }: EditingServices,
): readonly Route[] {
  const shared = { method: 'GET', cache: publicCache, reads } as const;
  return [
    route({
      ...shared,
      path,
      summary: `Every ${noun} that the site shows, with its attribution, newest first`,
      queryParameters: z.object(pageQuery),
      answers: () => ({ 200: z.array(answer()) }),
      handle: ({ query }) =>
        listed(database.pool, {
          select: `${select} and ${isShown}`,
          values: [media.baseUrl],
          order: { keys: [{ sql: `${table}.id`, type: 'integer' }], direction: 'desc' },
          path,
          page: query,
        }),
    }),
    route({
      ...shared,
      path: `${path}/{id}`,
      summary: `One ${noun} that the site shows`,
      pathParameters: z.object({ id: idText }),
      answers: () => ({ 200: answer() }),
      async handle({ path: { id } }) {
        const { rows } = await database.pool.query<object>(`${select} and ${isShown} and ${table}.id = $2`, [
          media.baseUrl,
          id,
        ]);
        if (!rows[0]) throw notFound(`No ${noun} ${id} is shown.`);
        return { body: rows[0] };
      },
    }),
  ];
}
