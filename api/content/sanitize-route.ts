/** What would stay of HTML, before it is stored: for whoever writes it. */
import * as z from 'zod/mini';
import { html } from '../http/fields.ts';
import { type Route, route } from '../http/route.ts';
import { sanitize } from './sanitize.ts';

export function sanitizeRoutes(): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/staff/sanitized-html',
      summary: 'What would stay of HTML if it were stored; stores nothing',
      access: 'content:write',
      requestBody: z.strictObject({ html: html() }),
      answers: () => ({ 200: z.object({ html: z.string() }) }),
      handle: async ({ body }) => ({ body: { html: await sanitize(body.html) } }),
    }),
  ];
}
