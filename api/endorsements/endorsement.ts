/** An endorsement as the public sees it, and as staff do. */
import * as z from 'zod/mini';
import { type Campaign, campaignSchema, campaigns } from '../campaigns/campaign.ts';
import type { EditingServices } from '../content/editable.ts';
import { timestamp } from '../http/fields.ts';
import { named } from '../openapi/named.ts';
import {
  type Stakeholder,
  type StakeholderRow,
  selectStakeholders,
  stakeholderSchema,
  withAbbreviations,
} from '../stakeholders/stakeholder.ts';
import { personFields } from './submitted.ts';

/** Never an e-mail address, a street, a ZIP code, coordinates or a district. */
const publicStakeholderSchema = named('PublicStakeholder', () =>
  z.object({
    id: z.int(),
    first_name: z.string(),
    last_name: z.string(),
    name: z.string(),
    organization: z.string(),
    role: z.string(),
    city: z.string(),
    /** Postal code. */
    state: z.nullable(z.string()),
    type: z.string(),
  }),
);

export const publicEndorsementSchema = named('PublicEndorsement', () =>
  z.object({
    id: z.int(),
    stakeholder: publicStakeholderSchema(),
    campaign: campaignSchema(),
    statement: z.string(),
    public_display: z.boolean(),
    status: z.string(),
    created_at: timestamp(),
  }),
);

/** All that has to hold before anybody else sees it: five gates, and a campaign that is active. */
export const isPublic = `
  endorsement.status = 'approved' and endorsement.public_display and endorsement.display_publicly
  and endorsement.email_verified and endorsement.reviewed_at is not null and campaign.active`;

/** `$1` is the campaign's id, or null for all; one row for each, with the id of its campaign. */
export const selectPublic = `
  select endorsement.id, endorsement.campaign::integer, endorsement.statement, endorsement.public_display,
         endorsement.status, endorsement.created_at,
         jsonb_build_object(
           'id', stakeholder.id, 'first_name', first_name, 'last_name', last_name,
           'name', first_name || ' ' || last_name, 'organization', organization, 'role', role,
           'city', city, 'state', state, 'type', type) as stakeholder
    from endorsement
    join stakeholder on stakeholder.id = endorsement.stakeholder
    join campaign on campaign.id = endorsement.campaign
   where ${isPublic} and ($1::bigint is null or endorsement.campaign = $1)`;

const core = () => ({
  id: z.int(),
  stakeholder: stakeholderSchema(),
  campaign: campaignSchema(),
  statement: z.string(),
  /** Consent of the person who endorses. */
  public_display: z.boolean(),
  email_verified: z.boolean(),
  verified_at: z.nullable(timestamp()),
  status: z.enum(['pending', 'verified', 'approved', 'rejected', 'withdrawn']),
  /** Id of an account. */
  reviewed_by: z.nullable(z.int()),
  reviewed_at: z.nullable(timestamp()),
  terms_accepted: z.boolean(),
  terms_accepted_at: z.nullable(timestamp()),
  org_authorized: z.boolean(),
  created_at: timestamp(),
  updated_at: timestamp(),
});

/** As the site's frontend reads it, and as the queue of reviewers shows it. */
export const endorsementSchema = named('Endorsement', () => z.object(core()));

export const reviewedEndorsementSchema = named('ReviewedEndorsement', () =>
  z.object({
    ...core(),
    /** Decision of who reviewed it. */
    display_publicly: z.boolean(),
    /** On the public list at this moment. */
    is_public: z.boolean(),
    /** Sent back with a decision, it makes sure that nobody else decided meanwhile. */
    version: z.int(),
    /** Empty for who may not review. */
    admin_notes: z.string(),
    /** `Individual`, `On behalf of …` or `Individual (affiliated with …)`. */
    signed_as: z.string(),
    /** Waits for a reviewer before any mail is sent. */
    held: z.boolean(),
    spam_score: z.number(),
    spam_reasons: z.array(z.object({ code: z.string(), points: z.number(), says: z.string() })),
    /** What the person says of themselves now, where it differs; approving takes it over. */
    proposed: z.nullable(z.object(Object.fromEntries(personFields.map((name) => [name, z.string()])))),
    /** State of the latest mail to the person: waiting, sending, sent, dead, unknown, cancelled; null for none. */
    mail: z.nullable(z.string()),
    /** Other endorsements with nearly the same statement. */
    similar: z.int(),
    /** Until then the last decision can be undone. */
    undo_until: z.nullable(timestamp()),
  }),
);

export type Endorsement = z.infer<ReturnType<typeof endorsementSchema>>;
export type ReviewedEndorsement = z.infer<ReturnType<typeof reviewedEndorsementSchema>>;

type Flat<T> = Omit<T, 'stakeholder' | 'campaign'> & { readonly stakeholder: number; readonly campaign: number };

/**
 * Puts people and campaigns where rows have their ids: one statement for each, however many rows.
 * @param fields those of the answer; what else a row has stays behind
 */
export async function whole<T extends { stakeholder: Stakeholder; campaign: Campaign }>(
  { database, media }: EditingServices,
  rows: readonly Flat<T>[],
): Promise<readonly T[]> {
  if (rows.length === 0) return [];
  const [people, about] = await Promise.all([
    database.pool.query<StakeholderRow>(`${selectStakeholders} and stakeholder.id = any($1)`, [
      [...new Set(rows.map(({ stakeholder }) => stakeholder))],
    ]),
    campaignsOf({ database, media }, rows),
  ]);
  const byId = new Map(people.rows.map((row) => [row.id, withAbbreviations(row)]));
  return rows.map(
    (row) => ({ ...row, stakeholder: byId.get(row.stakeholder), campaign: about.get(row.campaign) }) as unknown as T,
  );
}

export async function campaignsOf(
  { database, media }: EditingServices,
  rows: readonly { readonly campaign: number }[],
): Promise<ReadonlyMap<number, Campaign>> {
  const { rows: found } = await database.pool.query<Campaign>(`${campaigns.select} and campaign.id = any($2)`, [
    media.baseUrl,
    [...new Set(rows.map(({ campaign }) => campaign))],
  ]);
  return new Map(found.map((campaign) => [campaign.id, campaign]));
}
