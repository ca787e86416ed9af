/** The columns of an export: the contract's, in its order, and those that only reviewers may add. */
export interface Column {
  readonly title: string;
  /** An expression of type text. */
  readonly sql: string;
  /** Written by us alone, so that nothing in it can be a formula. */
  readonly isOurs?: true;
  /** Part of how somebody is reached, or where exactly they live. */
  readonly isContact?: true;
}

const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`;
const yesNo = (condition: string) => `case when ${condition} then 'Yes' else 'No' end`;

export const columns: readonly Column[] = [
  { title: 'Campaign', sql: 'campaign.title' },
  { title: 'Campaign ID', sql: 'campaign.id::text', isOurs: true },
  { title: 'Stakeholder Name', sql: `first_name || ' ' || last_name` },
  { title: 'Organization', sql: 'organization' },
  { title: 'Role', sql: 'role' },
  { title: 'Email', sql: 'email', isContact: true },
  { title: 'Street Address', sql: 'street_address', isContact: true },
  { title: 'City', sql: 'city' },
  { title: 'State', sql: 'state', isOurs: true },
  { title: 'ZIP Code', sql: 'zip_code', isContact: true },
  { title: 'County', sql: 'place.county' },
  { title: 'Latitude', sql: 'st_y(location::geometry)::text', isOurs: true, isContact: true },
  { title: 'Longitude', sql: 'st_x(location::geometry)::text', isOurs: true, isContact: true },
  { title: 'Congressional District', sql: 'place.congressional_district' },
  { title: 'State Senate District', sql: 'place.state_senate_district' },
  { title: 'State House District', sql: 'place.state_house_district' },
  { title: 'Type', sql: 'initcap(stakeholder.type)', isOurs: true },
  { title: 'Statement', sql: 'statement' },
  { title: 'Public Display', sql: yesNo('public_display'), isOurs: true },
  { title: 'Email Verified', sql: yesNo('email_verified'), isOurs: true },
  { title: 'Status', sql: 'initcap(status)', isOurs: true },
  { title: 'Created At', sql: time('endorsement.created_at'), isOurs: true },
  { title: 'Verified At', sql: time('verified_at'), isOurs: true },
  { title: 'Reviewed At', sql: time('reviewed_at'), isOurs: true },
];

export const reviewColumns: readonly Column[] = [
  { title: 'Organization Authorized', sql: yesNo('org_authorized'), isOurs: true },
  { title: 'Wants News', sql: yesNo('email_updates'), isOurs: true },
  { title: 'Shown', sql: yesNo('display_publicly'), isOurs: true },
  { title: 'Reviewed By', sql: '(select name from account where account.id = reviewed_by)' },
  { title: 'Notes', sql: 'admin_notes' },
];

export const from = `
    join endorsement on endorsement.id = page.id
    join stakeholder on stakeholder.id = endorsement.stakeholder
    join campaign on campaign.id = endorsement.campaign
    -- Not joined: with four tables more, planning took as long as a tenth of the rows. "offset 0" keeps each looked up once.
    cross join lateral (select ${['county', 'congressional_district', 'state_senate_district', 'state_house_district']
      .map((layer) => `(select name from region where region.id = stakeholder.${layer}) as ${layer}`)
      .join(', ')} offset 0) place`;
