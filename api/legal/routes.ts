/** Terms, privacy policy and their like. One version of each kind is in force, and what is in force is not edited. */
import * as z from 'zod/mini';
import type { Editable, EditingServices } from '../content/editable.ts';
import { editingRoutes } from '../content/editing.ts';
import { activate } from '../content/rows.ts';
import { html, idText, instant, oneOf, text, timestamp } from '../http/fields.ts';
import { Problem } from '../http/problem.ts';
import { publicCache, type Route, route } from '../http/route.ts';
import { named } from '../openapi/named.ts';

const kinds = {
  terms: 'Terms of Use',
  privacy: 'Privacy Policy',
  cookies: 'Cookie Policy',
  acceptable_use: 'Acceptable Use Policy',
};

const common = () => ({
  id: z.int(),
  title: z.string(),
  version: z.string(),
  effective_date: timestamp(),
  document_type: z.string(),
});

const inForceSchema = named('LegalDocument', () => z.object({ ...common(), content: z.string() }));
const listedSchema = named('LegalDocumentTitle', () => z.object({ ...common(), document_type_display: z.string() }));
const draftSchema = named('LegalDocumentDraft', () =>
  z.object({
    ...common(),
    content: z.string(),
    is_active: z.boolean(),
    created_at: timestamp(),
    updated_at: timestamp(),
  }),
);

export const legalDocuments: Editable = {
  noun: 'legal document',
  table: 'legal_document',
  path: '/api/legal/documents',
  permission: 'legal:write',
  answer: draftSchema,
  fields: {
    document_type: oneOf('terms', 'privacy', 'cookies', 'acceptable_use'),
    title: text({ min: 1, max: 200 }),
    content: html().check(z.minLength(1, 'is empty')),
    version: text({ min: 1, max: 20 }),
    effective_date: z.optional(instant),
  },
  html: ['content'],
  stampedBy: 'created_by',
  select: `
    select id, document_type, title, content, version, effective_date, is_active, created_at, updated_at
      from legal_document where $1::text is not null`,
  mayDelete(row) {
    if (row.is_active === true) {
      throw new Problem(400, 'In use', 'A document in force cannot be deleted; activate another version first.');
    }
  },
};

const shared = { method: 'GET', cache: publicCache, reads: ['legal_document'] } as const;

export function legalRoutes(services: EditingServices): readonly Route[] {
  const { pool } = services.database;

  const inForce = (kind: 'terms' | 'privacy') =>
    route({
      ...shared,
      path: `/api/legal/${kind}`,
      summary: `The ${kinds[kind]} in force`,
      answers: () => ({ 200: inForceSchema() }),
      async handle() {
        const { rows } = await pool.query<object>(
          `select id, title, content, version, effective_date, document_type
             from legal_document where is_active and document_type = $1`,
          [kind],
        );
        if (rows[0]) return { body: rows[0] };
        const message = `No ${kinds[kind]} is in force.`;
        throw new Problem(404, 'Not found', message, { members: { error: 'Document not found', message } });
      },
    });

  return [
    inForce('terms'),
    inForce('privacy'),
    route({
      ...shared,
      path: '/api/legal/documents',
      summary: 'The documents in force, without their text',
      answers: () => ({ 200: z.array(listedSchema()) }),
      async handle() {
        const { rows } = await pool.query<{ document_type: keyof typeof kinds }>(
          `select id, title, version, effective_date, document_type
             from legal_document where is_active order by document_type`,
        );
        return { body: rows.map((row) => ({ ...row, document_type_display: kinds[row.document_type] })) };
      },
    }),
    ...editingRoutes(legalDocuments, services),
    route({
      method: 'PATCH',
      path: '/api/legal/documents/{id}/activate',
      summary: 'Put a version in force, in place of the one that is',
      access: legalDocuments.permission,
      pathParameters: z.object({ id: idText }),
      answers: () => ({ 200: draftSchema() }),
      handle: async ({ path, ...who }) => ({
        body: await activate(legalDocuments, services, path.id, who, ({ effective_date, document_type }) => {
          if (effective_date instanceof Date && effective_date > new Date()) {
            throw new Problem(
              409,
              'Not possible now',
              'Its effective date lies ahead; until then the version before it holds.',
            );
          }
          return { column: 'document_type', value: document_type };
        }),
      }),
    }),
  ];
}
