/** Bills that a campaign is about, with who sponsors them. */
import type pg from 'pg';
import * as z from 'zod/mini';
import type { Editable, EditingServices } from '../content/editable.ts';
import { editingRoutes } from '../content/editing.ts';
import { day, flag, id, idText, link, oneOf, stateCode, text } from '../http/fields.ts';
import { listed, pageQuery } from '../http/paging.ts';
import { invalid, notFound } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { chambers } from '../legislators/routes.ts';
import { named } from '../openapi/named.ts';

export const billSchema = named('Bill', () =>
  z.object({
    id: z.int(),
    campaign: z.int(),
    level: z.string(),
    number: z.string(),
    /** As people write it: `H.R. 1234`, `MD SB 12`. */
    display_number: z.string(),
    title: z.string(),
    chamber: z.string(),
    session: z.string(),
    state: z.nullable(z.string()),
    introduced_date: z.iso.date(),
    status: z.string(),
    url: z.string(),
    is_primary: z.boolean(),
    related_bill: z.nullable(z.int()),
    /** Ids of legislators. */
    sponsors: z.array(z.int()),
    cosponsors: z.array(z.int()),
  }),
);

const sponsorRoles = { sponsors: 'sponsor', cosponsors: 'cosponsor' } as const;

/** As columns of a row of `bill`. */
const sponsorLists = Object.entries(sponsorRoles)
  .map(
    ([field, role]) =>
      `array(select legislator from bill_sponsor where bill = bill.id and role = '${role}' order by 1) as ${field}`,
  )
  .join(', ');

const legislatorIds = z.optional(z.array(id).check(z.maxLength(600, 'has more than 600 legislators')));

export const bills: Editable = {
  noun: 'bill',
  table: 'bill',
  path: '/api/bills',
  permission: 'content:write',
  answer: billSchema,
  fields: {
    campaign: id,
    level: oneOf('federal', 'state'),
    number: z.string('is not text').check(z.regex(/^\d{1,10}$/, 'takes digits only')),
    title: text({ min: 1, max: 255 }),
    chamber: oneOf(...chambers),
    session: text({ min: 1, max: 20 }),
    state: z.optional(z.nullable(stateCode)),
    introduced_date: day,
    status: z.optional(text({ max: 100 })),
    url: z.optional(link),
    is_primary: z.optional(flag),
    related_bill: z.optional(z.nullable(id)),
    sponsors: legislatorIds,
    cosponsors: legislatorIds,
  },
  spread: { fields: Object.keys(sponsorRoles), write: writeSponsors, read: readSponsors },
  select: `
    select bill.id, bill.campaign::integer, bill.level, bill.number,
           coalesce(bill.state || ' ', '') || case bill.chamber
             when 'house' then 'H.R.' when 'senate' then 'S.' when 'state_senate' then 'SB' when 'assembly' then 'AB'
             when 'general_assembly' then 'GA' else 'HB' end || ' ' || bill.number as display_number,
           bill.title, bill.chamber, bill.session, bill.state, bill.introduced_date::text, bill.status, bill.url,
           bill.is_primary, bill.related_bill,
           ${sponsorLists}
      from bill join campaign on campaign.id = bill.campaign
     where $1::text is not null`,
};

async function writeSponsors(client: pg.PoolClient, bill: number, values: Readonly<Record<string, unknown>>) {
  for (const [field, role] of Object.entries(sponsorRoles)) {
    const legislators = values[field];
    if (!Array.isArray(legislators)) continue;
    await client.query('delete from bill_sponsor where bill = $1 and role = $2', [bill, role]);
    const { rows } = await client.query<{ legislator: number }>(
      `select legislator from bill_sponsor where bill = $1 and legislator = any($2)`,
      [bill, legislators],
    );
    if (rows[0]) {
      const msg = `names legislator ${rows[0].legislator}, who already is on the other list`;
      throw invalid([{ loc: ['body', 'data', field], msg, type: 'duplicate' }]);
    }
    await client.query(
      'insert into bill_sponsor (bill, legislator, role) select distinct $1::integer, legislator, $3 from unnest($2::integer[]) legislator',
      [bill, legislators, role],
    );
  }
}

async function readSponsors(client: pg.PoolClient, bill: number): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await client.query<Record<string, unknown>>(`select ${sponsorLists} from bill where id = $1`, [
    bill,
  ]);
  return rows[0] ?? {};
}

export function billRoutes(services: EditingServices): readonly Route[] {
  const { pool } = services.database;
  const shared = {
    method: 'GET',
    cache: publicCache,
    reads: ['bill', 'bill_sponsor', 'campaign', 'legislator'],
  } as const;
  return [
    route({
      ...shared,
      path: '/api/bills',
      summary: 'Bills of active campaigns: primary ones first, then the most recently introduced',
      queryParameters: z.object({ ...pageQuery, campaign_id: z.optional(idText) }),
      answers: () => ({ 200: z.array(billSchema()) }),
      handle: ({ query }) =>
        listed(pool, {
          select: `${bills.select} and campaign.active${query.campaign_id ? ' and bill.campaign = $2' : ''}`,
          values: ['', ...(query.campaign_id ? [query.campaign_id] : [])],
          order: {
            keys: [
              { sql: 'bill.is_primary', type: 'boolean' },
              { sql: 'bill.introduced_date', type: 'date' },
              { sql: 'bill.id', type: 'integer' },
            ],
            direction: 'desc',
          },
          path: '/api/bills',
          page: query,
        }),
    }),
    route({
      ...shared,
      path: '/api/bills/{id}',
      summary: 'A bill of an active campaign',
      pathParameters: z.object({ id: idText }),
      answers: () => ({ 200: billSchema() }),
      async handle({ path }) {
        const { rows } = await pool.query<object>(`${bills.select} and campaign.active and bill.id = $2`, [
          '',
          path.id,
        ]);
        if (!rows[0]) throw notFound(`There is no bill ${path.id}.`);
        return { body: rows[0] };
      },
    }),
    ...editingRoutes(bills, services),
  ];
}
