import * as z from 'zod/mini';
import type { EditingServices } from '../content/editable.ts';
import { editingRoutes } from '../content/editing.ts';
import { activate, edit } from '../content/rows.ts';
import { idText } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { notFound } from '../http/problem.ts';
import { publicCache, type Reply, type Route, route } from '../http/route.ts';
import { cssVariables, stylesheet } from './css.ts';
import { type Theme, themeSchema, themes } from './theme.ts';

const shared = { method: 'GET', cache: publicCache, reads: ['theme', 'image'] } as const;
const byId = z.object({ id: idText });
const css = () => ({ 200: z.object({ css_variables: z.string(), custom_css: z.nullable(z.string()) }) });

export function themeRoutes(services: EditingServices): readonly Route[] {
  const { database, media } = services;

  async function first(where: string, ...values: readonly unknown[]): Promise<Theme | undefined> {
    const { rows } = await database.pool.query<Theme>(`${themes.select} and ${where}`, [media.baseUrl, ...values]);
    return rows[0];
  }
  const active = () => first('theme.is_active');
  async function byNumber(id: number): Promise<Theme> {
    const theme = await first('theme.id = $2', id);
    if (!theme) throw notFound(`There is no theme ${id}.`);
    return theme;
  }

  return [
    route({
      ...shared,
      path: '/api/themes',
      summary: 'Themes: the active one, then the most recently changed',
      queryParameters: z.object(pageQuery),
      answers: () => ({ 200: z.array(themeSchema()) }),
      handle: ({ query }) =>
        listed<Theme>(database.pool, {
          select: themes.select,
          values: [media.baseUrl],
          order: {
            keys: [
              { sql: 'theme.is_active', type: 'boolean' },
              { sql: 'theme.updated_at', type: 'timestamptz' },
              { sql: 'theme.id', type: 'integer' },
            ],
            direction: 'desc',
          },
          path: '/api/themes',
          page: query,
        }),
    }),
    route({
      ...shared,
      path: '/api/themes/active',
      summary: 'The active theme; null where none is',
      answers: () => ({ 200: z.nullable(themeSchema()) }),
      handle: async () => ({ body: (await active()) ?? null }),
    }),
    route({
      ...shared,
      path: '/api/themes/active/css',
      summary: 'The active theme as CSS',
      answers: css,
      handle: async () => ({ body: cssOf(await active()) }),
    }),
    route({
      ...shared,
      path: '/api/themes/{id}',
      summary: 'A theme',
      pathParameters: byId,
      answers: () => ({ 200: themeSchema() }),
      handle: async ({ path }) => ({ body: await byNumber(path.id) }),
    }),
    route({
      ...shared,
      path: '/api/themes/{id}/css',
      summary: 'A theme as CSS',
      pathParameters: byId,
      answers: css,
      handle: async ({ path }) => ({ body: cssOf(await byNumber(path.id)) }),
    }),
    ...editingRoutes(themes, services),
    route({
      method: 'PUT',
      path: '/api/themes/{id}',
      summary: 'Change the fields of a theme that are sent; the name has to be',
      access: themes.permission,
      pathParameters: byId,
      requestBody: z.strictObject(themes.fields),
      answers: () => ({ 200: themeSchema() }),
      handle: async ({ path, body, ...who }) => ({ body: await edit(themes, services, path.id, body, who) }),
    }),
    route({
      method: 'PATCH',
      path: '/api/themes/{id}/activate',
      summary: 'Make a theme the active one',
      access: themes.permission,
      pathParameters: byId,
      answers: () => ({ 200: themeSchema() }),
      handle: async ({ path, ...who }) => ({ body: await activate(themes, services, path.id, who) }),
    }),
    route({
      ...shared,
      path: '/theme.css',
      summary: 'The active theme as a stylesheet; empty where none is',
      answers: () => ({ 200: { type: 'text/css' } }),
      handle: async () => sheet(await active()),
    }),
    route({
      ...shared,
      path: '/theme/{id}.css',
      summary: 'A theme as a stylesheet; empty where there is none of that number',
      pathParameters: z.object({ id: z.string() }),
      answers: () => ({ 200: { type: 'text/css' } }),
      handle: async ({ path }) =>
        sheet(/^[1-9]\d{0,8}$/.test(path.id) ? await first('theme.id = $2', path.id) : undefined),
    }),
  ];
}

function cssOf(theme: Theme | undefined) {
  return theme
    ? { css_variables: cssVariables(theme), custom_css: theme.custom_css || null }
    : { css_variables: '', custom_css: null };
}

function sheet(theme: Theme | undefined): Reply {
  return { body: theme ? stylesheet(theme) : '', type: 'text/css; charset=utf-8' };
}
