/** Images and videos: files with a title, words for who cannot see them, and whose work they are. */
import * as z from 'zod/mini';
import type { Editable } from '../content/editable.ts';
import { flag, html, link, oneOf, text, timestamp } from '../http/fields.ts';
import { invalid } from '../http/problem.ts';
import { named } from '../openapi/named.ts';
import { fileTypes } from './file-types.ts';
import type { MediaStore } from './store.ts';

const attribution = () => ({
  title: z.string(),
  alt_text: z.string(),
  description: z.string(),
  author: z.string(),
  license: z.string(),
  source_url: z.string(),
});

export const imageSchema = named('Image', () =>
  z.object({
    id: z.int(),
    image: z.string(),
    image_url: z.string(),
    content_type: z.string(),
    bytes: z.int(),
    ...attribution(),
    caption: z.string(),
    caption_display: z.string(),
    image_type: z.string(),
    created_at: timestamp(),
    updated_at: timestamp(),
  }),
);

export const videoSchema = named('Video', () =>
  z.object({
    id: z.int(),
    video: z.string(),
    video_url: z.string(),
    ...attribution(),
    video_type: z.string(),
    autoplay: z.boolean(),
    loop: z.boolean(),
    muted: z.boolean(),
    show_controls: z.boolean(),
    created_at: timestamp(),
    updated_at: timestamp(),
  }),
);

const key = z
  .string('is not text')
  .check(z.regex(/^(images|videos)\/[0-9a-f-]{36}\.[a-z0-9]{3,4}$/, 'is not a key that an upload gave'));

const shared = {
  file: key,
  title: text({ min: 1, max: 200 }),
  alt_text: text({ min: 1, max: 500 }),
  description: z.optional(text({ max: 5_000 })),
  author: z.optional(text({ max: 200 })),
  license: z.optional(text({ max: 200 })),
  source_url: z.optional(link),
};

export const images = {
  noun: 'image',
  table: 'image',
  path: '/api/images',
  permission: 'media:write',
  answer: imageSchema,
  fields: {
    ...shared,
    caption: z.optional(html({ max: 5_000 })),
    caption_display: z.optional(oneOf('below', 'overlay', 'tooltip', 'none')),
    image_type: z.optional(text({ max: 50 })),
  },
  fixed: ['file'],
  html: ['caption'],
  stampedBy: 'uploaded_by',
  select: `
    select image.id, file as image, $1 || file as image_url, content_type, bytes, title, alt_text, description, author,
           license, source_url, caption, caption_display, image_type, created_at, updated_at
      from image where true`,
} satisfies Editable;

export const videos = {
  noun: 'video',
  table: 'video',
  path: '/api/videos',
  permission: 'media:write',
  answer: videoSchema,
  fields: {
    ...shared,
    video_type: z.optional(text({ max: 50 })),
    autoplay: z.optional(flag),
    loop: z.optional(flag),
    muted: z.optional(flag),
    show_controls: z.optional(flag),
  },
  fixed: ['file'],
  stampedBy: 'uploaded_by',
  select: `
    select video.id, file as video, $1 || file as video_url, title, alt_text, description, author, license, source_url,
           video_type, autoplay, loop, muted, show_controls, created_at, updated_at
      from video where true`,
} satisfies Editable;

/**
 * Which files the public may see listed: those that another public answer shows. A draft's picture would tell what is
 * being prepared.
 */
export const shown = {
  image: `
    (exists (select from campaign where campaign.image = image.id and active)
     or exists (select from content_block where content_block.image = image.id and is_visible)
     or exists (select from homepage where hero_background_image = image.id)
     or exists (select from theme where logo = image.id)
     or exists (select from theme where favicon = image.id))`,
  video: 'exists (select from homepage where hero_background_video = video.id)',
};

/** A row takes a file only when the file is there, and is what its upload said. */
export function withFile(editable: Editable, store: MediaStore): Editable {
  return {
    ...editable,
    async complete({ file }) {
      const stored = await store.inspect(String(file));
      const fault = (msg: string) => invalid([{ loc: ['body', 'data', 'file'], msg, type: 'file' }]);
      if (!stored) throw fault('was not uploaded');
      const type = fileTypes[stored.contentType];
      if (!type?.begins(stored.head) || !stored.contentType.startsWith(editable.noun)) {
        throw fault(`is no ${editable.noun} of a kind that can be shown`);
      }
      if (stored.bytes > type.maxBytes) throw fault(`is larger than ${type.maxBytes / 1_000_000} MB`);
      return { content_type: stored.contentType, bytes: stored.bytes };
    },
    forget: ({ file }) => store.remove(String(file)),
  };
}
