/** Content blocks: the pieces that the pages of the site are made of, in order. */
import * as z from 'zod/mini';
import { colour, flag, html, id, idText, oneOf, text, timestamp, whole } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { notFound } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';
import type { Editable, EditingServices } from './editable.ts';
import { editingRoutes } from './editing.ts';

export const contentBlockSchema = named('ContentBlock', () =>
  z.object({
    id: z.int(),
    page_type: z.string(),
    block_type: z.string(),
    title: z.string(),
    content: z.string(),
    image: z.nullable(z.int()),
    /** These are empty without an image. */
    image_url: z.string(),
    image_alt_text: z.string(),
    image_title: z.string(),
    image_author: z.string(),
    image_license: z.string(),
    image_source_url: z.string(),
    image_caption: z.string(),
    image_caption_display: z.string(),
    layout_option: z.string(),
    vertical_alignment: z.string(),
    css_classes: z.string(),
    background_color: z.string(),
    animation_type: z.string(),
    /** Milliseconds. */
    animation_delay: z.int(),
    order: z.int(),
    is_visible: z.boolean(),
    created_at: timestamp(),
    updated_at: timestamp(),
  }),
);

type ContentBlock = z.infer<ReturnType<typeof contentBlockSchema>>;

export const contentBlocks: Editable = {
  noun: 'content block',
  table: 'content_block',
  path: '/api/content-blocks',
  permission: 'content:write',
  answer: contentBlockSchema,
  fields: {
    page_type: oneOf('homepage', 'about', 'campaigns', 'contact'),
    block_type: oneOf('text', 'image', 'text_image', 'quote', 'stats', 'custom_html'),
    title: z.optional(text({ max: 200 })),
    content: z.optional(html()),
    image: z.optional(z.nullable(id)),
    layout_option: z.optional(oneOf('default', 'reversed', 'stacked', 'stacked_reversed')),
    vertical_alignment: z.optional(oneOf('top', 'middle', 'bottom')),
    css_classes: z.optional(
      text({ max: 200 }).check(z.regex(/^[A-Za-z0-9_ :/.-]*$/, 'takes names of classes, separated by spaces')),
    ),
    background_color: z.optional(z.union([z.literal(''), colour])),
    animation_type: z.optional(oneOf('fade-in', 'slide-up', 'slide-left', 'slide-right', 'scale', 'none')),
    animation_delay: z.optional(whole(0, 2_000)),
    order: z.optional(whole(-1_000_000, 1_000_000)),
    is_visible: z.optional(flag),
  },
  html: ['content'],
  select: `
    select content_block.id, page_type, block_type, content_block.title, content, content_block.image,
           coalesce($1 || image.file, '') as image_url, coalesce(image.alt_text, '') as image_alt_text,
           coalesce(image.title, '') as image_title, coalesce(image.author, '') as image_author,
           coalesce(image.license, '') as image_license, coalesce(image.source_url, '') as image_source_url,
           coalesce(image.caption, '') as image_caption, coalesce(image.caption_display, 'below') as image_caption_display,
           layout_option, vertical_alignment, css_classes, background_color, animation_type, animation_delay,
           "order", is_visible, content_block.created_at, content_block.updated_at
      from content_block left join image on image.id = content_block.image
     where true`,
};

const shared = { method: 'GET', cache: publicCache, reads: ['content_block', 'image'] } as const;

export function contentBlockRoutes(services: EditingServices): readonly Route[] {
  const { database, media } = services;
  return [
    route({
      ...shared,
      path: '/api/content-blocks',
      summary: 'Visible content blocks, in order; of one kind of page, or of all',
      queryParameters: z.object({ ...pageQuery, page_type: z.optional(z.string()) }),
      answers: () => ({ 200: z.array(contentBlockSchema()) }),
      handle: ({ query }) =>
        listed<ContentBlock>(database.pool, {
          select: `${contentBlocks.select} and is_visible${query.page_type === undefined ? '' : ' and page_type = $2'}`,
          values: [media.baseUrl, ...(query.page_type === undefined ? [] : [query.page_type.replaceAll('\0', '')])],
          order: {
            keys: [
              { sql: '"order"', type: 'integer' },
              { sql: 'content_block.id', type: 'integer' },
            ],
            direction: 'asc',
          },
          path: '/api/content-blocks',
          page: query,
        }),
    }),
    route({
      ...shared,
      path: '/api/content-blocks/{id}',
      summary: 'A visible content block',
      pathParameters: z.object({ id: idText }),
      answers: () => ({ 200: contentBlockSchema() }),
      async handle({ path }) {
        const { rows } = await database.pool.query<ContentBlock>(
          `${contentBlocks.select} and is_visible and content_block.id = $2`,
          [media.baseUrl, path.id],
        );
        if (!rows[0]) throw notFound(`No content block ${path.id} is visible.`);
        return { body: rows[0] };
      },
    }),
    ...editingRoutes(contentBlocks, services),
  ];
}
