/** What a row of the outbox says as a letter, from what is true when it is sent; nothing, where it is true no more. */
import type pg from 'pg';
import type { Letter } from '../mail/letter.ts';
import { type Endorsing, letters } from './letters.ts';
import { ownToken } from './own-token.ts';

export interface Addresses {
  /** Of the public site, without a slash at its end. */
  readonly siteUrl: string;
  /** Of this API. */
  readonly publicUrl: string;
}

export interface MailRow {
  readonly kind: string;
  readonly endorsement: number | null;
  readonly submission: number | null;
  readonly data: Readonly<Record<string, unknown>>;
}

type Client = Pick<pg.Pool, 'query'>;

interface Row {
  readonly id: number;
  readonly created_at: Date;
  readonly status: string;
  readonly first_name: string;
  readonly organization: string;
  readonly org_authorized: boolean;
  readonly statement: string;
  readonly campaign_name: string;
  readonly campaign: string;
  readonly summary: string;
  readonly token: string | null;
  readonly is_open: boolean;
}

/** @returns undefined where there is no reason to send it any more */
export async function contentsOf(
  client: Client,
  row: MailRow,
  addresses: Addresses,
  secret: string,
): Promise<Letter | undefined> {
  const { siteUrl, publicUrl } = addresses;
  switch (row.kind) {
    case 'review': {
      const { rows } = await client.query<{ waiting: number; held: number }>(waiting);
      const { waiting: number = 0, held = 0 } = rows[0] ?? {};
      return number === 0 ? undefined : letters.review({ waiting: number, held, deskUrl: `${publicUrl}/desk` });
    }
    case 'erased':
      return letters.erased({ campaigns: (row.data.campaigns as string[] | undefined) ?? [] });
    default: {
      const { rows } = await client.query<Row>(about, [row.endorsement, row.submission]);
      const [found] = rows;
      if (!found) return undefined;
      const endorsing = endorsingOf(found, addresses, secret);
      if (row.kind === 'verify') {
        const verifyUrl = `${siteUrl}/verify-endorsement/${found.token}/`;
        return found.token && found.is_open ? letters.verify({ ...endorsing, verifyUrl }) : undefined;
      }
      if (row.kind === 'already') return letters.already(endorsing);
      if (row.kind === 'approved') return found.status === 'approved' ? letters.approved(endorsing) : undefined;
      if (row.kind === 'withdrawn') return found.status === 'withdrawn' ? letters.withdrawn(endorsing) : undefined;
      throw new Error(`There is no letter "${row.kind}".`);
    }
  }
}

function endorsingOf(row: Row, { siteUrl, publicUrl }: Addresses, secret: string): Endorsing {
  const { organization, org_authorized } = row;
  const affiliated = org_authorized ? `on behalf of ${organization}` : `individual (affiliated with ${organization})`;
  return {
    firstName: row.first_name,
    campaign: row.campaign,
    summary: row.summary,
    statement: row.statement,
    signedAs: organization === '' ? 'individual' : affiliated,
    ownUrl: `${publicUrl}/api/endorsements/own/${ownToken(secret, row.id, row.created_at)}/`,
    campaignUrl: `${siteUrl}/campaigns/${row.campaign_name}/`,
  };
}

/** What a submission says where the letter is about one, else what the endorsement does. */
const about = `
  select endorsement.id, endorsement.created_at, endorsement.status,
         coalesce(submission.person ->> 'first_name', stakeholder.first_name) as first_name,
         coalesce(submission.person ->> 'organization', stakeholder.organization) as organization,
         coalesce(submission.org_authorized, endorsement.org_authorized) as org_authorized,
         coalesce(submission.statement, endorsement.statement) as statement,
         campaign.name as campaign_name, campaign.title as campaign, campaign.summary, submission.token,
         submission.confirmed_at is null and submission.held_at is null
           and (endorsement.verified_at is null or endorsement.status = 'withdrawn') as is_open
    from endorsement
    join stakeholder on stakeholder.id = endorsement.stakeholder
    join campaign on campaign.id = endorsement.campaign
    left join submission on submission.id = $2
   where endorsement.id = $1`;

const waiting = `
  select count(*) filter (where verified_at is not null and reviewed_at is null and status in ('verified', 'approved'))::integer as waiting,
         count(*) filter (where exists (select from submission where submission.endorsement = endorsement.id and held_at is not null))::integer as held
    from endorsement`;
