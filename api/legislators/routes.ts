/** Legislators: who represents people in Congress and in a state's legislature. */
import * as z from 'zod/mini';
import type { Editable, EditingServices } from '../content/editable.ts';
import { editingRoutes } from '../content/editing.ts';
import { flag, id, link, oneOf, stateCode, text } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';

/** As both legislators and bills name them. */
export const chambers = [
  'house',
  'senate',
  'state_house',
  'state_senate',
  'assembly',
  'house_of_delegates',
  'house_of_representatives',
  'general_assembly',
] as const;

export const legislatorSchema = named('Legislator', () =>
  z.object({
    id: z.int(),
    level: z.string(),
    bioguide_id: z.nullable(z.string()),
    state_id: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    chamber: z.string(),
    state: z.string(),
    state_region: z.nullable(z.int()),
    district: z.string(),
    is_senior: z.nullable(z.boolean()),
    party: z.string(),
    in_office: z.boolean(),
    url: z.string(),
  }),
);

export const legislators: Editable = {
  noun: 'legislator',
  table: 'legislator',
  path: '/api/legislators',
  permission: 'content:write',
  answer: legislatorSchema,
  fields: {
    level: oneOf('federal', 'state'),
    bioguide_id: z.optional(
      z.nullable(z.string('is not text').check(z.regex(/^[A-Z]\d{6}$/, 'is not a Bioguide id, such as A000360'))),
    ),
    state_id: z.optional(text({ max: 50 })),
    first_name: text({ min: 1, max: 100 }),
    last_name: text({ min: 1, max: 100 }),
    chamber: oneOf(...chambers),
    state: stateCode,
    state_region: z.optional(z.nullable(id)),
    district: z.optional(text({ max: 10 })),
    is_senior: z.optional(z.nullable(flag)),
    party: z.optional(text({ max: 10 })),
    in_office: z.optional(flag),
    url: z.optional(link),
  },
  select: `
    select id, level, bioguide_id, state_id, first_name, last_name, chamber, state, state_region::integer, district,
           is_senior, party, in_office, url
      from legislator where $1::text is not null`,
};

const order = {
  keys: [
    ...(['state', 'chamber', 'last_name', 'first_name'] as const).map((sql) => ({ sql, type: 'text' as const })),
    { sql: 'id', type: 'integer' as const },
  ],
  direction: 'asc' as const,
};

export function legislatorRoutes(services: EditingServices): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/legislators',
      summary: 'Legislators by state, chamber and name, those out of office included',
      cache: publicCache,
      reads: ['legislator'],
      queryParameters: z.object(pageQuery),
      answers: () => ({ 200: z.array(legislatorSchema()) }),
      handle: ({ query }) =>
        listed(services.database.pool, {
          select: legislators.select,
          values: [''],
          order,
          path: '/api/legislators',
          page: query,
        }),
    }),
    ...editingRoutes(legislators, services),
  ];
}
