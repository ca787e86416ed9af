/** The homepage: who the coalition is, its opening picture and its call to action. One configuration is active. */
import * as z from 'zod/mini';
import { colour, flag, html, id, idText, link, number, text, timestamp } from '../http/fields.ts';
import { notFound, Problem } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { videoSchema, videos } from '../media/media.ts';
import { named } from '../openapi/named.ts';
import { themeSchema, themes } from '../themes/theme.ts';
import type { Editable, EditingServices } from './editable.ts';
import { editingRoutes } from './editing.ts';
import { activate } from './rows.ts';

const columns = () => ({
  id: z.int(),
  organization_name: z.string(),
  tagline: z.string(),
  hero_title: z.string(),
  hero_subtitle: z.string(),
  hero_background_image: z.nullable(z.int()),
  /** Empty without an image. */
  hero_background_image_url: z.string(),
  hero_background_video: z.nullable(z.int()),
  hero_background_video_url: z.nullable(z.string()),
  hero_overlay_enabled: z.boolean(),
  hero_overlay_color: z.string(),
  hero_overlay_opacity: z.number(),
  cta_title: z.string(),
  cta_content: z.string(),
  cta_button_text: z.string(),
  cta_button_url: z.string(),
  facebook_url: z.string(),
  twitter_url: z.string(),
  instagram_url: z.string(),
  linkedin_url: z.string(),
  campaigns_section_title: z.string(),
  campaigns_section_subtitle: z.string(),
  show_campaigns_section: z.boolean(),
  is_active: z.boolean(),
  created_at: timestamp(),
  updated_at: timestamp(),
});

/** As staff edit it: the theme by its id, which is null for whichever is active. */
const homepageDraftSchema = named('HomePageDraft', () => z.object({ ...columns(), theme: z.nullable(z.int()) }));

/** As the site reads it: with the theme and the video in full. */
export const homepageSchema = named('HomePage', () =>
  z.object({
    ...columns(),
    hero_background_video_data: z.nullable(videoSchema()),
    theme: z.nullable(themeSchema()),
  }),
);

type Draft = z.infer<ReturnType<typeof homepageDraftSchema>>;
type HomePage = z.infer<ReturnType<typeof homepageSchema>>;

export const homepages: Editable = {
  noun: 'homepage',
  table: 'homepage',
  path: '/api/homepage',
  permission: 'content:write',
  answer: homepageDraftSchema,
  fields: {
    organization_name: text({ min: 1, max: 200 }),
    tagline: z.optional(text({ max: 500 })),
    hero_title: z.optional(text({ max: 300 })),
    hero_subtitle: z.optional(text({ max: 5_000 })),
    hero_background_image: z.optional(z.nullable(id)),
    hero_background_video: z.optional(z.nullable(id)),
    hero_overlay_enabled: z.optional(flag),
    hero_overlay_color: z.optional(colour.check(z.length(7, 'is not a colour such as #2563eb'))),
    hero_overlay_opacity: z.optional(number(0, 1)),
    cta_title: z.optional(text({ max: 200 })),
    cta_content: z.optional(html()),
    cta_button_text: z.optional(text({ max: 100 })),
    cta_button_url: z.optional(link),
    facebook_url: z.optional(link),
    twitter_url: z.optional(link),
    instagram_url: z.optional(link),
    linkedin_url: z.optional(link),
    campaigns_section_title: z.optional(text({ max: 200 })),
    campaigns_section_subtitle: z.optional(text({ max: 5_000 })),
    show_campaigns_section: z.optional(flag),
    theme: z.optional(z.nullable(id)),
  },
  html: ['cta_content'],
  select: `
    select homepage.id, organization_name, tagline, hero_title, hero_subtitle,
           hero_background_image, coalesce($1 || image.file, '') as hero_background_image_url,
           hero_background_video, $1 || video.file as hero_background_video_url,
           hero_overlay_enabled, hero_overlay_color, hero_overlay_opacity,
           cta_title, cta_content, cta_button_text, cta_button_url,
           facebook_url, twitter_url, instagram_url, linkedin_url,
           campaigns_section_title, campaigns_section_subtitle, show_campaigns_section,
           is_active, homepage.created_at, homepage.updated_at, theme
      from homepage
      left join image on image.id = hero_background_image
      left join video on video.id = hero_background_video
     where true`,
  mayDelete(row) {
    if (row.is_active === true) {
      throw new Problem(400, 'In use', 'The active homepage cannot be deleted; activate another one first.');
    }
  },
};

/** Before anybody has written one: a page that can be shown, the table's own defaults, and no row is made for it. */
const unwritten: Draft = {
  id: 0,
  organization_name: 'Coalition Builder',
  tagline: '',
  hero_title: 'Welcome',
  hero_subtitle: '',
  hero_background_image: null,
  hero_background_image_url: '',
  hero_background_video: null,
  hero_background_video_url: null,
  hero_overlay_enabled: true,
  hero_overlay_color: '#000000',
  hero_overlay_opacity: 0.4,
  cta_title: 'Get Involved',
  cta_content: '',
  cta_button_text: 'Learn More',
  cta_button_url: '',
  facebook_url: '',
  twitter_url: '',
  instagram_url: '',
  linkedin_url: '',
  campaigns_section_title: 'Policy Campaigns',
  campaigns_section_subtitle: '',
  show_campaigns_section: true,
  is_active: false,
  created_at: new Date(0).toISOString(),
  updated_at: new Date(0).toISOString(),
  theme: null,
};

const shared = { method: 'GET', cache: publicCache, reads: ['homepage', 'theme', 'image', 'video'] } as const;

export function homepageRoutes(services: EditingServices): readonly Route[] {
  const { database, media } = services;
  const one = async <T extends object>(text: string, ...values: readonly unknown[]) =>
    (await database.pool.query<T>(text, [media.baseUrl, ...values])).rows[0];

  async function complete(draft: Draft): Promise<HomePage> {
    const { theme, hero_background_video: video } = draft;
    return {
      ...draft,
      hero_background_video_data:
        video === null ? null : ((await one(`${videos.select} and video.id = $2`, video)) ?? null),
      theme:
        (theme === null
          ? await one<HomePage['theme'] & object>(`${themes.select} and theme.is_active`)
          : await one<HomePage['theme'] & object>(`${themes.select} and theme.id = $2`, theme)) ?? null,
    };
  }

  return [
    route({
      ...shared,
      path: '/api/homepage',
      summary: 'The active homepage; one with defaults and id 0 before anybody has written one',
      answers: () => ({ 200: homepageSchema() }),
      handle: async () => ({
        body: await complete((await one<Draft>(`${homepages.select} and homepage.is_active`)) ?? unwritten),
      }),
    }),
    route({
      ...shared,
      path: '/api/homepage/{id}',
      summary: 'A homepage, active or not',
      pathParameters: z.object({ id: idText }),
      answers: () => ({ 200: homepageSchema() }),
      async handle({ path }) {
        const draft = await one<Draft>(`${homepages.select} and homepage.id = $2`, path.id);
        if (!draft) throw notFound(`There is no homepage ${path.id}.`);
        return { body: await complete(draft) };
      },
    }),
    ...editingRoutes(homepages, services),
    route({
      method: 'PATCH',
      path: '/api/homepage/{id}/activate',
      summary: 'Make a homepage the active one',
      access: homepages.permission,
      pathParameters: z.object({ id: idText }),
      answers: () => ({ 200: homepageDraftSchema() }),
      handle: async ({ path, ...who }) => ({ body: await activate(homepages, services, path.id, who) }),
    }),
  ];
}
