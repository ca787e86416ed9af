/** What reviewers read: lists of endorsements with what speaks for and against them, and everything about one. */
import * as z from 'zod/mini';
import type { EditingServices } from '../content/editable.ts';
import { timestamp } from '../http/fields.ts';
import { listed, type Order, type Page } from '../http/paging.ts';
import { notFound } from '../http/problem.ts';
import type { Reply } from '../http/route.ts';
import { named } from '../openapi/named.ts';
import { isPublic, type ReviewedEndorsement, reviewedEndorsementSchema, whole } from './endorsement.ts';
import { undoSeconds } from './review.ts';
import { similarTo } from './spam/fingerprint.ts';
import { personFields } from './submitted.ts';

/** The piles on a reviewer's desk, as conditions on an endorsement. */
export const piles = {
  /** Confirmed by the person, seen by nobody yet: approved by a rule counts as that. */
  review: `endorsement.verified_at is not null and endorsement.reviewed_at is null
           and endorsement.status in ('verified', 'approved')`,
  /** Somebody whom we know sent other details than before. */
  changed: `endorsement.proposed is not null and endorsement.status <> 'withdrawn'`,
  held: `exists (select from submission where submission.endorsement = endorsement.id and held_at is not null)`,
  unverified: `endorsement.status = 'pending'
               and not exists (select from submission where submission.endorsement = endorsement.id and held_at is not null)`,
  approved: `endorsement.status = 'approved'`,
  shown: 'endorsement.display_publicly',
  rejected: `endorsement.status = 'rejected'`,
  withdrawn: `endorsement.status = 'withdrawn'`,
  /** A mail to the person could not be delivered, or nobody knows whether it was. */
  undelivered: `exists (select from outbox where outbox.endorsement = endorsement.id and outbox.channel = 'mail'
                        and outbox.state in ('dead', 'unknown'))`,
  all: 'true',
} as const;

export type Pile = keyof typeof piles;

export const pileNames = Object.keys(piles) as readonly Pile[];

/** What the contract calls pending: all that may need somebody, and what a rule approved without anybody. */
const pending = `
  (endorsement.status in ('pending', 'verified')
   or (endorsement.status = 'approved' and endorsement.email_verified and endorsement.reviewed_at is null))`;

const columns = `
  endorsement.id, endorsement.stakeholder, endorsement.campaign::integer, endorsement.statement,
  endorsement.public_display, endorsement.email_verified, endorsement.verified_at, endorsement.status,
  endorsement.reviewed_by, endorsement.reviewed_at, endorsement.terms_accepted, endorsement.terms_accepted_at,
  endorsement.org_authorized, endorsement.created_at, endorsement.updated_at`;

const select = `
  select ${columns}, endorsement.display_publicly, (${isPublic}) as is_public, endorsement.version,
         endorsement.admin_notes, endorsement.proposed,
         case when stakeholder.organization = '' then 'Individual'
              when endorsement.org_authorized then 'On behalf of ' || stakeholder.organization
              else 'Individual (affiliated with ' || stakeholder.organization || ')' end as signed_as,
         coalesce(sent.held_at is not null, false) as held,
         coalesce(sent.spam_score, 0)::float as spam_score, coalesce(sent.spam_reasons, '[]') as spam_reasons,
         (select state from outbox where outbox.endorsement = endorsement.id and channel = 'mail' order by id desc limit 1) as mail,
         (select count(*)::integer from (${similarTo('endorsement.statement_print')}) alike
           where alike.id <> endorsement.id) as similar,
         (select at + interval '${undoSeconds} seconds' from (
            select at, decision from endorsement_review where endorsement_review.endorsement = endorsement.id order by id desc limit 1
          ) last where decision not in ('undo', 'release') and at > now() - interval '${undoSeconds} seconds') as undo_until
    from endorsement
    join stakeholder on stakeholder.id = endorsement.stakeholder
    join campaign on campaign.id = endorsement.campaign
    left join lateral (
      select held_at, spam_score, spam_reasons from submission where submission.endorsement = endorsement.id
       order by confirmed_at desc nulls last, held_at desc nulls last, id desc limit 1) sent on true
   where true`;

export const newestFirst: Order = {
  keys: [
    { sql: 'endorsement.created_at', type: 'timestamptz' },
    { sql: 'endorsement.id', type: 'integer' },
  ],
  direction: 'desc',
};

/** The queue of the contract, newest first. */
export async function pendingQueue(services: EditingServices, page: Page, path: string): Promise<Reply> {
  const reply = await listed<Parameters<typeof whole<ReviewedEndorsement>>[1][number]>(services.database.pool, {
    select: `select ${columns} from endorsement where ${pending}`,
    values: [],
    order: newestFirst,
    path,
    page: { ...page },
  });
  return { ...reply, body: await whole(services, reply.body) };
}

export interface Wanted extends Page {
  readonly pile?: Pile | undefined;
  readonly campaign_id?: number | undefined;
  readonly search?: string | undefined;
  /** Those with nearly the same statement as this endorsement. */
  readonly similar_to?: number | undefined;
}

export async function reviewQueue(services: EditingServices, wanted: Wanted, path: string): Promise<Reply> {
  const { pile = 'review', campaign_id, search, similar_to } = wanted;
  const pattern = search ? `%${search.replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')}%` : null;
  const reply = await listed<Parameters<typeof whole<ReviewedEndorsement>>[1][number]>(services.database.pool, {
    select: `${select} and ${piles[pile]}
      and ($1::bigint is null or endorsement.campaign = $1)
      and ($2::text is null or first_name || ' ' || last_name ilike $2 or organization ilike $2
           or email ilike $2 or statement ilike $2)
      and ($3::integer is null or endorsement.id in (select id from (${similarTo('(select statement_print from endorsement one where one.id = $3)')}) alike))`,
    values: [campaign_id ?? null, pattern, similar_to ?? null],
    order: newestFirst,
    path,
    page: { pile, campaign_id, search, similar_to, limit: wanted.limit ?? 50, cursor: wanted.cursor },
  });
  return { ...reply, body: await whole(services, reply.body) };
}

export const pilesSchema = named('ReviewPiles', () =>
  z.object({ ...Object.fromEntries(pileNames.map((name) => [name, z.int()])), failed_mail: z.int() }),
);

export async function countPiles({ database }: Pick<EditingServices, 'database'>, campaign?: number): Promise<object> {
  const { rows } = await database.pool.query<object>(
    `select ${pileNames.map((name) => `count(*) filter (where ${piles[name]})::integer as ${name}`).join(', ')},
            (select count(*)::integer from outbox where state in ('dead', 'unknown')) as failed_mail
       from endorsement where $1::bigint is null or campaign = $1`,
    [campaign ?? null],
  );
  return rows[0] ?? {};
}

export const oneEndorsementSchema = named('EndorsementFile', () =>
  z.object({
    ...reviewedEndorsementSchema().shape,
    /** Who decided what, the first one first. */
    reviews: z.array(z.object({ at: timestamp(), reviewer: z.string(), decision: z.string(), reason: z.string() })),
    mails: z.array(
      z.object({
        id: z.int(),
        kind: z.string(),
        recipient: z.nullable(z.string()),
        state: z.string(),
        attempts: z.int(),
        last_error: z.nullable(z.string()),
        created_at: timestamp(),
        due_at: timestamp(),
        sent_at: z.nullable(timestamp()),
      }),
    ),
    /** What was sent in, the newest first; more than one where the details differed. */
    submissions: z.array(
      z.object({
        created_at: timestamp(),
        expires_at: timestamp(),
        sent_at: z.nullable(timestamp()),
        confirmed_at: z.nullable(timestamp()),
        held_at: z.nullable(timestamp()),
        statement: z.string(),
        spam_score: z.number(),
      }),
    ),
    terms: z.array(z.object({ accepted_at: timestamp(), version: z.string(), ip_address: z.nullable(z.string()) })),
    /** What the person is known to be, field by field as `proposed` has it. */
    person: z.object(Object.fromEntries(personFields.map((name) => [name, z.string()]))),
    districts: z.array(z.object({ layer: z.string(), geoid: z.string(), name: z.string() })),
    /** How the address got its place on the map: `problem` where it has none. */
    place: z.object({
      problem: z.nullable(z.string()),
      quality: z.nullable(z.string()),
      source: z.nullable(z.string()),
    }),
  }),
);

const orEmpty = (name: string) => `coalesce(stakeholder.${name}, '') as ${name}`;

/** Who an endorsement is of. */
const whose = 'from endorsement join stakeholder on stakeholder.id = stakeholder where endorsement.id = $1';

/** @throws Problem 404 */
export async function endorsementFile(services: EditingServices, id: number): Promise<object> {
  const { pool } = services.database;
  const { rows } = await pool.query<Parameters<typeof whole<ReviewedEndorsement>>[1][number]>(
    `${select} and endorsement.id = $1`,
    [id],
  );
  const [endorsement] = await whole(services, rows);
  if (!endorsement) throw notFound(`There is no endorsement ${id}.`);
  const all = async (text: string) => (await pool.query<object>(text, [id])).rows;
  const [person = {}] = await all(`select ${personFields.map(orEmpty).join(', ')} ${whose}`);
  const [place = {}] = await all(
    `select case when location is null then coalesce(locate_problem, 'waiting') end as problem,
            location_quality as quality, location_source as source ${whose}`,
  );
  return {
    ...endorsement,
    person,
    place,
    districts: await all(
      `select layer, geoid, name from region
        where id in (select unnest(array[congressional_district, state_senate_district, state_house_district, county,
                                         state_region]) ${whose})
        order by array_position(array['congressional', 'state_upper', 'state_lower', 'county', 'state'], layer::text)`,
    ),
    reviews: await all(
      'select at, reviewer, decision, reason from endorsement_review where endorsement = $1 order by id',
    ),
    mails: await all(
      `select id::integer, kind, recipient, state, attempts, last_error, created_at, due_at, sent_at
         from outbox where endorsement = $1 and channel = 'mail' order by id desc limit 50`,
    ),
    submissions: await all(
      `select created_at, expires_at, sent_at, confirmed_at, held_at, statement, spam_score::float
         from submission where endorsement = $1 order by id desc limit 50`,
    ),
    terms: await all(
      `select accepted_at, version, ip_address::text from terms_acceptance
         join legal_document on legal_document.id = legal_document where endorsement = $1 order by accepted_at desc limit 50`,
    ),
  };
}
