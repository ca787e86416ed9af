/** A legislator's constituents, for staff to take along. */
import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import { textCell } from '../endorsements/export/spreadsheet.ts';
import { idText } from '../http/fields.ts';
import { notFound } from '../http/problem.ts';
import { type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';
import { layerIds } from '../regions/layers.ts';
import { type Briefing, type Gathered, gather } from './briefing.ts';
import { briefingPage, pageHeaders } from './page.ts';

const briefing = named('Briefing', () =>
  z.object({
    legislator: z.object({
      id: z.int(),
      name: z.string(),
      chamber: z.string(),
      state: z.string(),
      district: z.string(),
      party: z.string(),
    }),
    region: z.object({
      layer: z.enum(layerIds),
      geoid: z.string(),
      name: z.nullable(z.string()),
      vintage: z.nullable(z.int()),
    }),
    campaign: z.object({ id: z.int(), name: z.string(), title: z.string(), summary: z.string() }),
    endorsements: z.int(),
    new_this_week: z.int(),
    organizations: z.array(z.string()),
    constituents: z.array(
      z.object({
        name: z.string(),
        organization: z.string(),
        role: z.string(),
        city: z.string(),
        type: z.string(),
        org_authorized: z.boolean(),
        statement: z.string(),
        endorsed_on: z.iso.date(),
      }),
    ),
    bills: z.array(
      z.object({
        number: z.string(),
        title: z.string(),
        status: z.string(),
        url: z.string(),
        sponsorship: z.enum(['sponsor', 'cosponsor', 'none']),
        sponsors: z.int(),
      }),
    ),
    as_of: z.iso.datetime(),
  }),
);

const missing: Readonly<Record<Extract<Gathered, string>, string>> = {
  'no legislator': 'There is no such legislator.',
  'no campaign': 'There is no such campaign.',
  'no district': 'What this legislator’s entry says of chamber and district names no district; correct it first.',
};

export function briefingRoutes({ database }: { readonly database: Pick<Database, 'pool'> }): readonly Route[] {
  const shared = {
    method: 'GET',
    access: 'stakeholders:read',
    pathParameters: z.object({ id: idText }),
    queryParameters: z.object({ campaign_id: idText }),
  } as const;
  async function of(asked: {
    readonly path: { readonly id: number };
    readonly query: { readonly campaign_id: number };
  }): Promise<Briefing> {
    const gathered = await gather(database, asked.path.id, asked.query.campaign_id);
    if (typeof gathered === 'string') throw notFound(missing[gathered]);
    return gathered;
  }

  return [
    route({
      ...shared,
      path: '/api/legislators/{id}/briefing',
      summary: 'How many constituents of a legislator endorsed, who and what they say, and the bills',
      answers: () => ({ 200: briefing() }),
      handle: async (asked) => ({ body: await of(asked) }),
    }),
    route({
      ...shared,
      path: '/api/legislators/{id}/briefing/print',
      summary: 'The same as a page that prints well',
      answers: () => ({ 200: { type: 'text/html' } }),
      handle: async (asked) => ({
        body: briefingPage(await of(asked)),
        type: 'text/html; charset=utf-8',
        headers: pageHeaders,
      }),
    }),
    route({
      ...shared,
      path: '/api/legislators/{id}/briefing/csv',
      summary: 'The constituents who agreed to be named, for a spreadsheet',
      answers: () => ({ 200: { type: 'text/csv' } }),
      async handle(asked) {
        const { constituents, campaign, region } = await of(asked);
        const name = `briefing_${campaign.name}_${region.geoid}.csv`;
        return {
          body: await csv(database, constituents),
          type: 'text/csv; charset=utf-8',
          headers: { 'Content-Disposition': `attachment; filename="${name}"` },
        };
      },
    }),
  ];
}

const cells = ['name', 'organization', 'role', 'city', 'type', 'on_behalf', 'statement', 'endorsed_on'];
const titles = 'Name,Organization,Role,City,Type,On Behalf Of Organization,Statement,Endorsed On';

/** Cells are made by PostgreSQL, as those of an export are: what is safe in a spreadsheet is said once. */
async function csv({ pool }: Pick<Database, 'pool'>, constituents: Briefing['constituents']): Promise<string> {
  const people = constituents.map((person) => ({ ...person, on_behalf: person.org_authorized ? 'Yes' : 'No' }));
  const { rows } = await pool.query<{ line: string }>(
    `select ${cells.map((cell) => textCell(`(person ->> '${cell}')`)).join(" || ',' || ")} as line
       from jsonb_array_elements($1::jsonb) with ordinality as given (person, position) order by position`,
    [JSON.stringify(people)],
  );
  return [titles, ...rows.map(({ line }) => line)].map((line) => `${line}\r\n`).join('');
}
