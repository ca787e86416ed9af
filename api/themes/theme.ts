/** A theme: colours, fonts and marks of the site, and CSS of its own. One is active. */
import * as z from 'zod/mini';
import type { Editable } from '../content/editable.ts';
import { colour, id, number, text, timestamp } from '../http/fields.ts';
import { Problem } from '../http/problem.ts';
import { named } from '../openapi/named.ts';
import { isHarmlessCss } from './harmless-css.ts';

export const colourNames = [
  'primary_color',
  'secondary_color',
  'accent_color',
  'background_color',
  'section_background_color',
  'card_background_color',
  'heading_color',
  'body_text_color',
  'muted_text_color',
  'link_color',
  'link_hover_color',
] as const;

type ColourName = (typeof colourNames)[number];

function eachColour<T>(value: T): Record<ColourName, T> {
  return Object.fromEntries(colourNames.map((name) => [name, value])) as Record<ColourName, T>;
}

export const themeSchema = named('Theme', () =>
  z.object({
    id: z.int(),
    name: z.string(),
    description: z.string(),
    ...eachColour(z.string()),
    heading_font_family: z.string(),
    body_font_family: z.string(),
    google_fonts: z.array(z.string()),
    /** In rem, as are the others. */
    font_size_base: z.number(),
    font_size_small: z.number(),
    font_size_large: z.number(),
    logo: z.nullable(z.int()),
    logo_url: z.nullable(z.string()),
    logo_alt_text: z.string(),
    favicon: z.nullable(z.int()),
    favicon_url: z.nullable(z.string()),
    custom_css: z.string(),
    is_active: z.boolean(),
    created_at: timestamp(),
    updated_at: timestamp(),
  }),
);

export type Theme = z.infer<ReturnType<typeof themeSchema>>;

/** Families and their quotes; nothing that could end the declaration they are put into. */
const fontStack = text({ min: 1, max: 200 }).check(
  z.regex(/^[\p{L}\p{N} ,"'._-]*$/u, 'takes font families, separated by commas'),
);

export const themes: Editable = {
  noun: 'theme',
  table: 'theme',
  path: '/api/themes',
  permission: 'content:write',
  answer: themeSchema,
  fields: {
    name: text({ min: 1, max: 100 }),
    description: z.optional(text({ max: 5_000 })),
    ...eachColour(z.optional(colour)),
    heading_font_family: z.optional(fontStack),
    body_font_family: z.optional(fontStack),
    google_fonts: z.optional(
      z
        .array(text({ min: 1, max: 100 }).check(z.regex(/^[A-Za-z0-9 +-]*$/, 'is not the name of a font')))
        .check(z.maxLength(20, 'has more than 20 fonts')),
    ),
    font_size_base: z.optional(number(0.5, 2)),
    font_size_small: z.optional(number(0.5, 2)),
    font_size_large: z.optional(number(0.5, 2)),
    logo: z.optional(z.nullable(id)),
    logo_alt_text: z.optional(text({ max: 500 })),
    favicon: z.optional(z.nullable(id)),
    custom_css: z.optional(
      text({ max: 50_000 }).check(
        z.refine(isHarmlessCss, 'may not import or load anything from elsewhere, run scripts, or leave a brace open'),
      ),
    ),
  },
  select: `
    select theme.id, theme.name, theme.description, ${colourNames.map((name) => `theme.${name}`).join(', ')},
           theme.heading_font_family, theme.body_font_family, theme.google_fonts,
           theme.font_size_base, theme.font_size_small, theme.font_size_large,
           theme.logo, $1 || logo.file as logo_url, theme.logo_alt_text,
           theme.favicon, $1 || favicon.file as favicon_url,
           theme.custom_css, theme.is_active, theme.created_at, theme.updated_at
      from theme
      left join image logo on logo.id = theme.logo
      left join image favicon on favicon.id = theme.favicon
     where true`,
  mayDelete(row) {
    if (row.is_active === true) {
      throw new Problem(400, 'In use', 'The active theme cannot be deleted; activate another one first.');
    }
  },
};
