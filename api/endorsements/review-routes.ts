/** What the review desk calls. Reading takes the permission to see contact details, deciding the one to review. */
import * as z from 'zod/mini';
import { audit } from '../access/audit.ts';
import type { EditingServices, Who } from '../content/editable.ts';
import { transaction } from '../database/transaction.ts';
import { flag, id, idText, oneOf, text } from '../http/fields.ts';
import { pageQuery } from '../http/paging.ts';
import { notFound, Problem } from '../http/problem.ts';
import { refusalOf } from '../http/refusal.ts';
import { type Route, route } from '../http/route.ts';
import { endorsementSchema, reviewedEndorsementSchema } from './endorsement.ts';
import {
  countPiles,
  endorsementFile,
  oneEndorsementSchema,
  pendingQueue,
  pileNames,
  pilesSchema,
  reviewQueue,
} from './queue.ts';
import { type Action, actions, type Decided, type Decision, decide } from './review.ts';
import { queueLink } from './verify.ts';

const byId = z.object({ id: idText });
const reason = z.optional(text({ max: 500 }));
const version = z.optional(
  z.int('is not a whole number').check(z.gte(1, 'is below 1'), z.lte(2_147_483_647, 'is too large')),
);

const decided = () =>
  z.object({
    id: z.int(),
    status: z.string(),
    display_publicly: z.boolean(),
    version: z.int(),
    changed: z.boolean(),
    message: z.string(),
  });

const summaries: Readonly<Record<Action, string>> = {
  approve:
    'Approve an endorsement, and with `display` show it; the person hears of it when it cannot be undone any more',
  reject: 'Reject an endorsement; nobody else sees it then',
  show: 'Show an approved endorsement on the public list',
  hide: 'Take an endorsement off the public list',
  release: 'Send the mail that was held back because the submission looked like spam',
  undo: 'Take back the last decision, while no mail about it has left',
};

export function reviewRoutes(services: EditingServices): readonly Route[] {
  const { database } = services;
  const reads = { method: 'GET', access: 'stakeholders:read' } as const;
  const writes = { method: 'POST', access: 'endorsements:review' } as const;

  /** Notes are about the person, and between reviewers. */
  const seenBy = <T extends object>({ caller }: Who, endorsement: T): T =>
    caller.kind !== 'anonymous' && caller.permissions.includes('endorsements:review')
      ? endorsement
      : { ...endorsement, admin_notes: '' };

  const decideOn = (who: Who, endorsement: number, decision: Decision): Promise<Decided> =>
    transaction(database, (client) => decide(client, who, endorsement, decision)).catch((error) => {
      throw refusalOf(error, 'endorsement');
    });

  /** As the contract has it: by path, without a body, told again what was so already. */
  const byContract = (action: 'approve' | 'reject') =>
    route({
      ...writes,
      path: `/api/endorsements/admin/${action}/{id}`,
      summary: summaries[action],
      pathParameters: byId,
      answers: () => ({ 200: z.object({ success: z.boolean(), message: z.string(), status: z.string() }) }),
      async handle({ path, ...who }) {
        const { status, message } = await decideOn(who, path.id, { action });
        return { body: { success: true, message, status } };
      },
    });

  return [
    route({
      ...reads,
      path: '/api/endorsements/admin/pending',
      summary: 'Endorsements that no person has reviewed, newest first',
      queryParameters: z.object(pageQuery),
      answers: () => ({ 200: z.array(endorsementSchema()) }),
      handle: ({ query }) => pendingQueue(services, query, '/api/endorsements/admin/pending'),
    }),
    byContract('approve'),
    byContract('reject'),
    route({
      ...reads,
      path: '/api/staff/endorsements',
      summary: 'A pile of the review desk, newest first',
      queryParameters: z.object({
        ...pageQuery,
        pile: z.optional(oneOf(...pileNames)),
        campaign_id: z.optional(idText),
        search: z.optional(z.string().check(z.maxLength(100, 'is longer than 100 characters'))),
        similar_to: z.optional(idText),
      }),
      answers: () => ({ 200: z.array(reviewedEndorsementSchema()) }),
      async handle({ query, ...who }) {
        const reply = await reviewQueue(services, query, '/api/staff/endorsements');
        return { ...reply, body: (reply.body as readonly object[]).map((each) => seenBy(who, each)) };
      },
    }),
    route({
      ...reads,
      path: '/api/staff/endorsements/piles',
      summary: 'How many endorsements are in each pile',
      queryParameters: z.object({ campaign_id: z.optional(idText) }),
      answers: () => ({ 200: pilesSchema() }),
      handle: async ({ query }) => ({ body: await countPiles(services, query.campaign_id) }),
    }),
    route({
      ...reads,
      path: '/api/staff/endorsements/{id}',
      summary: 'Everything about one endorsement: reasons, decisions, mail, what was sent in and agreed to',
      pathParameters: byId,
      answers: () => ({ 200: oneEndorsementSchema() }),
      handle: async ({ path, ...who }) => ({ body: seenBy(who, await endorsementFile(services, path.id)) }),
    }),
    ...actions.map((action) =>
      route({
        ...writes,
        path: `/api/staff/endorsements/{id}/${action}`,
        summary: summaries[action],
        pathParameters: byId,
        requestBody: z.strictObject({
          reason,
          version,
          ...(action === 'approve' ? { display: z.optional(flag) } : {}),
        }),
        answers: () => ({ 200: decided() }),
        handle: async ({ path, body, ...who }) => ({
          body: await decideOn(who, path.id, { ...(body as Omit<Decision, 'action'>), action }),
        }),
      }),
    ),
    route({
      ...writes,
      path: '/api/staff/endorsements/{id}/resend',
      summary: 'Send the link that verifies once more',
      pathParameters: byId,
      answers: () => ({ 200: z.object({ success: z.boolean(), message: z.string() }) }),
      handle: async ({ path, ...who }) => ({ body: await resendLink(services, path.id, who) }),
    }),
    route({
      ...writes,
      method: 'PATCH',
      path: '/api/staff/endorsements/{id}',
      summary: 'Change the notes, which reviewers alone see',
      pathParameters: byId,
      requestBody: z.strictObject({ admin_notes: text({ max: 10_000 }) }),
      answers: () => ({ 200: oneEndorsementSchema() }),
      async handle({ path, body, ...who }) {
        await transaction(database, async (client) => {
          const { rowCount } = await client.query('update endorsement set admin_notes = $2 where id = $1', [
            path.id,
            body.admin_notes,
          ]);
          if (rowCount === 0) throw notFound(`There is no endorsement ${path.id}.`);
          // What a note says may be about the person, and goes with them; that there was one stays.
          await audit(client, who, {
            action: 'change',
            resource: 'endorsement',
            id: path.id,
            after: { notes: 'changed' },
          });
        });
        return { body: await endorsementFile(services, path.id) };
      },
    }),
    route({
      ...writes,
      path: '/api/staff/endorsements/bulk',
      summary: 'Decide on up to 200 endorsements at once; each that cannot be decided on says why, and stops no other',
      requestBody: z.strictObject({
        ids: z.array(id).check(z.minLength(1, 'is empty'), z.maxLength(200, 'has more than 200 ids')),
        action: oneOf(...actions),
        display: z.optional(flag),
        reason,
      }),
      answers: () => ({
        200: z.object({
          changed: z.int(),
          unchanged: z.int(),
          refused: z.int(),
          /** Mails to endorsers that these decisions put into the outbox. */
          mails: z.int(),
          results: z.array(
            z.object({ id: z.int(), changed: z.boolean(), status: z.nullable(z.string()), message: z.string() }),
          ),
        }),
      }),
      handle: async ({ body: { ids, ...decision }, ...who }) => ({ body: await inBulk(services, who, ids, decision) }),
    }),
  ];
}

async function inBulk(
  { database }: EditingServices,
  who: Who,
  ids: readonly number[],
  decision: Decision,
): Promise<object> {
  if (who.caller.kind !== 'staff') throw new Problem(403, 'Not allowed', 'A review is by a person: log in.');
  return transaction(database, async (client) => {
    const countMails = async () =>
      (
        await client.query<{ mails: number }>(
          `select count(*)::integer as mails from outbox
            where channel = 'mail' and endorsement = any($1) and created_at = now()`,
          [ids],
        )
      ).rows[0]?.mails ?? 0;
    const results: { id: number; changed: boolean; status: string | null; message: string }[] = [];
    let refused = 0;
    // In one order, so that two reviewers who decide on the same ones wait for each other and not for ever.
    for (const each of [...new Set(ids)].sort((one, other) => one - other)) {
      await client.query('savepoint one');
      try {
        const { changed, status, message } = await decide(client, who, each, decision);
        results.push({ id: each, changed, status, message });
      } catch (error) {
        await client.query('rollback to savepoint one');
        const problem = refusalOf(error, 'endorsement');
        if (!(problem instanceof Problem)) throw error;
        refused += 1;
        const message = typeof problem.detail === 'string' ? problem.detail : problem.message;
        results.push({ id: each, changed: false, status: null, message });
      }
    }
    const changed = results.filter((result) => result.changed).length;
    return { changed, unchanged: results.length - changed - refused, refused, mails: await countMails(), results };
  });
}

async function resendLink({ database }: EditingServices, endorsement: number, who: Who): Promise<object> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ email: string; campaign: number }>(
      `select email, campaign::integer from endorsement join stakeholder on stakeholder.id = stakeholder
        where endorsement.id = $1`,
      [endorsement],
    );
    const [found] = rows;
    if (!found) throw notFound(`There is no endorsement ${endorsement}.`);
    const { rowCount } = await client.query(queueLink, [found.email, found.campaign]);
    if (rowCount === 0) {
      throw new Problem(409, 'Not possible now', 'It is verified, held back, or a mail was sent within two minutes.');
    }
    await audit(client, who, {
      action: 'change',
      resource: 'endorsement',
      id: endorsement,
      after: { link: 'sent again' },
    });
    return { success: true, message: 'The link is on its way again.' };
  });
}
