/** Everybody who endorsed, as a file: for a spreadsheet, or for a program. It is written while it is read. */
import { Readable } from 'node:stream';
import * as z from 'zod/mini';
import { audit } from '../../access/audit.ts';
import type { Who } from '../../content/editable.ts';
import type { Database } from '../../database/database.ts';
import { idText } from '../../http/fields.ts';
import { notFound, Problem } from '../../http/problem.ts';
import { type Reply, type Route, route } from '../../http/route.ts';
import { named } from '../../openapi/named.ts';
import { columns, reviewColumns } from './columns.ts';
import { csv } from './csv.ts';
import { json } from './json.ts';
import { type Exported, select } from './rows.ts';

export interface ExportServices {
  readonly database: Pick<Database, 'pool'>;
  /** What one answer may hold; Lambda hands on six megabytes. Unset, there is no end. */
  readonly largestAnswerBytes?: number | undefined;
}

const answer = z.pipe(
  z.enum(['true', 'false', '1', '0']),
  z.transform((text) => text === 'true' || text === '1'),
);
const count = z.pipe(z.string().check(z.regex(/^\d{1,7}$/, 'is not a number')), z.transform(Number));

const wanted = {
  campaign_id: z.optional(idText),
  /** Names, e-mail addresses, streets and coordinates; without them it can be handed on. */
  contact: z.optional(answer),
  /** What reviewers noted, for those who may review. */
  review: z.optional(answer),
  limit: z.optional(count),
  offset: z.optional(count),
};

const exportedJson = named('EndorsementExport', () =>
  z.object({
    export_info: z.object({
      exported_at: z.string(),
      total_count: z.int(),
      campaign_filter: z.nullable(z.string()),
    }),
    endorsements: z.array(z.looseObject({ id: z.int() })),
  }),
);

type Wanted = z.infer<z.ZodMiniObject<typeof wanted>>;

const rowBytes = 600;

export function exportRoutes(services: ExportServices): readonly Route[] {
  const { database } = services;
  const shared = { method: 'GET', access: 'stakeholders:read' } as const;

  async function begin(query: Wanted, who: Who, format: string): Promise<{ exported: Exported; slug: string | null }> {
    if (query.review && (who.caller.kind === 'anonymous' || !who.caller.permissions.includes('endorsements:review'))) {
      throw new Problem(403, 'Not allowed', 'The columns of reviewers take the permission endorsements:review.');
    }
    const slug = query.campaign_id === undefined ? null : await nameOf(database, query.campaign_id);
    const { campaign_id: campaign, limit, offset } = query;
    const exported = await select(database, { campaign, limit, offset });
    refuseTooMuch(exported, services.largestAnswerBytes);
    // Everybody's address leaves with it: who took it is kept.
    await audit(database.pool, who, {
      action: 'export',
      resource: 'endorsement',
      after: { format, rows: exported.ids.length, campaign: slug, contact: query.contact ?? true },
    });
    return { exported, slug };
  }

  return [
    route({
      ...shared,
      path: '/api/endorsements/export/csv',
      summary: 'Approved endorsements as CSV that no spreadsheet takes for formulas; `bom=true` for Excel',
      queryParameters: z.object({ ...wanted, bom: z.optional(answer) }),
      answers: () => ({ 200: { type: 'text/csv' } }),
      async handle({ query, ...who }) {
        const { exported, slug } = await begin(query, who, 'csv');
        const chosen = [
          ...columns.filter(({ isContact }) => query.contact !== false || !isContact),
          ...(query.review ? reviewColumns : []),
        ];
        const text = csv(database, exported, chosen, { bom: query.bom ?? false });
        return file(text, 'text/csv; charset=utf-8', `endorsements_${slug ?? 'all'}.csv`);
      },
    }),
    route({
      ...shared,
      path: '/api/endorsements/export/json',
      summary: 'Approved endorsements as JSON',
      queryParameters: z.object(wanted),
      answers: () => ({ 200: exportedJson() }),
      async handle({ query, ...who }) {
        const { exported, slug } = await begin(query, who, 'json');
        const { contact = true, review = false } = query;
        const text = json(database, exported, { at: new Date(), campaign: slug, contact, review });
        return file(text, 'application/json; charset=utf-8', `endorsements_${slug ?? 'all'}.json`);
      },
    }),
  ];
}

function file(text: AsyncIterable<string | Buffer>, type: string, name: string): Reply {
  return {
    body: Readable.from(text, { objectMode: false, highWaterMark: 64 * 1024 }),
    type,
    headers: { 'Content-Disposition': `attachment; filename="${name}"` },
  };
}

async function nameOf({ pool }: Pick<Database, 'pool'>, campaign: number): Promise<string> {
  const { rows } = await pool.query<{ name: string }>('select name from campaign where id = $1', [campaign]);
  if (!rows[0]) throw notFound(`There is no campaign ${campaign}.`);
  return rows[0].name;
}

function refuseTooMuch({ ids, characters }: Exported, largest: number | undefined): void {
  const bytes = ids.length * rowBytes + characters;
  if (largest === undefined || bytes <= largest) return;
  const rows = Math.max(100, Math.floor((ids.length * largest) / bytes / 1.5 / 100) * 100);
  throw new Problem(
    413,
    'Content too large',
    `This export would have about ${Math.ceil(bytes / 1e6)} MB, more than can be answered here at once. Ask for it in parts: limit=${rows}&offset=0, then offset=${rows}, and so on.`,
  );
}
