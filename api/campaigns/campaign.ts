/** A campaign: what the public sees of it, and what staff write. */
import * as z from 'zod/mini';
import { bills } from '../bills/routes.ts';
import type { Editable } from '../content/editable.ts';
import { flag, html, id, slug, text, timestamp } from '../http/fields.ts';
import { named } from '../openapi/named.ts';

/** Field by field as the site's frontend reads it; `null` where a campaign has no image. */
export const campaignSchema = named('Campaign', () =>
  z.object({
    id: z.int(),
    /** Slug, part of public URLs. */
    name: z.string(),
    title: z.string(),
    summary: z.string(),
    /** HTML, sanitised when it was stored, as are the form's instructions. */
    description: z.string(),
    endorsement_statement: z.string(),
    allow_endorsements: z.boolean(),
    endorsement_form_instructions: z.string(),
    created_at: timestamp(),
    active: z.boolean(),
    image: z.nullable(z.int()),
    image_url: z.nullable(z.string()),
    image_alt_text: z.nullable(z.string()),
    image_author: z.nullable(z.string()),
    image_license: z.nullable(z.string()),
    image_source_url: z.nullable(z.string()),
    image_caption: z.nullable(z.string()),
    image_caption_display: z.nullable(z.string()),
  }),
);

export type Campaign = z.infer<ReturnType<typeof campaignSchema>>;

export const campaigns: Editable = {
  noun: 'campaign',
  table: 'campaign',
  path: '/api/campaigns',
  permission: 'content:write',
  answer: campaignSchema,
  fields: {
    name: slug,
    title: text({ min: 1, max: 200 }),
    summary: z.optional(text({ max: 5_000 })),
    description: z.optional(html()),
    endorsement_statement: z.optional(text({ max: 5_000 })),
    allow_endorsements: z.optional(flag),
    endorsement_form_instructions: z.optional(html()),
    active: z.optional(flag),
    image: z.optional(z.nullable(id)),
  },
  html: ['description', 'endorsement_form_instructions'],
  takesAlong: { column: 'campaign', editable: bills },
  select: `
    select campaign.id::integer, campaign.name, campaign.title, campaign.summary, campaign.description,
           campaign.endorsement_statement, campaign.allow_endorsements, campaign.endorsement_form_instructions,
           campaign.created_at, campaign.active, campaign.image,
           $1 || image.file as image_url, image.alt_text as image_alt_text, image.author as image_author,
           image.license as image_license, image.source_url as image_source_url, image.caption as image_caption,
           image.caption_display as image_caption_display
      from campaign left join image on image.id = campaign.image
     where true`,
};
