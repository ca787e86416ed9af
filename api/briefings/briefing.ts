/** Gathers what is known of a campaign where one legislator is elected. */
import type pg from 'pg';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { isPublic } from '../endorsements/endorsement.ts';
import { type Seat, seatOf } from '../legislators/district.ts';
import { columnOf } from '../stakeholders/reassign.ts';

export interface Constituent {
  readonly name: string;
  readonly organization: string;
  readonly role: string;
  readonly city: string;
  readonly type: string;
  /** Signed for the organisation, which said that they may. */
  readonly org_authorized: boolean;
  readonly statement: string;
  readonly endorsed_on: string;
}

export interface Briefing {
  readonly legislator: {
    readonly id: number;
    readonly name: string;
    readonly chamber: string;
    readonly state: string;
    readonly district: string;
    readonly party: string;
  };
  readonly region: Seat & {
    /** Null where these boundaries are not loaded. */
    readonly name: string | null;
    readonly vintage: number | null;
  };
  readonly campaign: { readonly id: number; readonly name: string; readonly title: string; readonly summary: string };
  /** Everybody there whose endorsement was approved, whether or not they let their name be shown. */
  readonly endorsements: number;
  /** Those of the last seven days. */
  readonly new_this_week: number;
  /** Organisations whose people may sign for them, each once. */
  readonly organizations: readonly string[];
  /** The public ones, those with something to say first. */
  readonly constituents: readonly Constituent[];
  readonly bills: ReadonlyArray<{
    readonly number: string;
    readonly title: string;
    readonly status: string;
    readonly url: string;
    readonly sponsorship: 'sponsor' | 'cosponsor' | 'none';
    readonly sponsors: number;
  }>;
  readonly as_of: string;
}

interface LegislatorRow {
  readonly id: number;
  readonly name: string;
  readonly level: string;
  readonly chamber: string;
  readonly state: string;
  readonly district: string;
  readonly party: string;
}

export type Gathered = Briefing | 'no legislator' | 'no campaign' | 'no district';

/** @returns what is missing, where there can be none */
export function gather(database: Pick<Database, 'pool'>, legislatorId: number, campaignId: number): Promise<Gathered> {
  return transaction(database, async (client) => {
    // All of one moment: between two statements an import may move everybody to other districts.
    await client.query('set transaction isolation level repeatable read, read only');
    return read(client, legislatorId, campaignId);
  });
}

async function read(client: pg.PoolClient, legislatorId: number, campaignId: number): Promise<Gathered> {
  const found = await client.query<LegislatorRow>(
    `select id, first_name || ' ' || last_name as name, level, chamber, state, district, party from legislator where id = $1`,
    [legislatorId],
  );
  const [legislator] = found.rows;
  if (!legislator) return 'no legislator';
  const about = await client.query<Briefing['campaign']>(
    'select id::integer, name, title, summary from campaign where id = $1',
    [campaignId],
  );
  const [campaign] = about.rows;
  if (!campaign) return 'no campaign';
  const seat = seatOf(legislator);
  if (!seat) return 'no district';

  const { level, ...named } = legislator;
  const there = `stakeholder.${columnOf[seat.layer]} in (select id from region where layer = $2 and geoid = $3)`;
  const values = [campaignId, seat.layer, seat.geoid];
  const region = await client.query<{ name: string; vintage: number }>(
    `select region.name, vintage from region join boundary_set on boundary_set.id = boundary_set_id
        where active and region.layer = $1 and geoid = $2`,
    [seat.layer, seat.geoid],
  );
  const numbers = await client.query<{ all: number; week: number }>(
    `select count(*)::int as all, (count(*) filter (where endorsement.created_at > now() - interval '7 days'))::int as week
         from endorsement join stakeholder on stakeholder.id = endorsement.stakeholder
        where endorsement.campaign = $1 and status = 'approved' and verified_at is not null and reviewed_at is not null and ${there}`,
    values,
  );
  const constituents = await client.query<Constituent>(
    `select first_name || ' ' || last_name as name, organization, role, city, type, org_authorized, statement,
              to_char(endorsement.created_at at time zone 'UTC', 'YYYY-MM-DD') as endorsed_on
         from endorsement join stakeholder on stakeholder.id = endorsement.stakeholder
         join campaign on campaign.id = endorsement.campaign
        where endorsement.campaign = $1 and ${isPublic} and ${there}
        order by statement = '', last_name, first_name, endorsement.id`,
    values,
  );
  const bills = await client.query<Briefing['bills'][number]>(
    `select coalesce(bill.state || ' ', '') || case bill.chamber
                when 'house' then 'H.R.' when 'senate' then 'S.' when 'state_senate' then 'SB' when 'assembly' then 'AB'
                when 'general_assembly' then 'GA' else 'HB' end || ' ' || number as number,
              title, status, url,
              coalesce((select role from bill_sponsor where bill = bill.id and legislator = $2), 'none') as sponsorship,
              (select count(*)::int from bill_sponsor where bill = bill.id) as sponsors
         from bill where campaign = $1 and level = $3 and (state is null or state = $4)
        order by is_primary desc, introduced_date desc, id desc`,
    [campaignId, legislatorId, level, legislator.state],
  );
  return {
    legislator: named,
    region: { ...seat, name: region.rows[0]?.name ?? null, vintage: region.rows[0]?.vintage ?? null },
    campaign,
    endorsements: numbers.rows[0]?.all ?? 0,
    new_this_week: numbers.rows[0]?.week ?? 0,
    organizations: [
      ...new Set(
        constituents.rows.flatMap(({ organization, org_authorized }) =>
          organization !== '' && org_authorized ? [organization] : [],
        ),
      ),
    ].sort((a, b) => a.localeCompare(b)),
    constituents: constituents.rows,
    bills: bills.rows,
    as_of: new Date().toISOString(),
  };
}
