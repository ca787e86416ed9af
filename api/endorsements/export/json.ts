import type { Database } from '../../database/database.ts';
import { type Exported, pages } from './rows.ts';

export interface JsonOptions {
  readonly at: Date;
  /** Name of the campaign that it is about. */
  readonly campaign: string | null;
  readonly contact: boolean;
  readonly review: boolean;
}

/** Indented by two, so that a person can read it, and written row by row. */
export async function* json(
  database: Pick<Database, 'pool'>,
  exported: Exported,
  { at, campaign, contact, review }: JsonOptions,
): AsyncGenerator<string> {
  const info = { exported_at: at.toISOString(), total_count: exported.ids.length, campaign_filter: campaign };
  yield `{\n  "export_info": ${indented(info, 2)},\n  "endorsements": [`;
  let isFirst = true;
  for await (const rows of pages(database, exported, `(${row(contact, review)})::text`)) {
    const texts = rows.map((text) => indented(JSON.parse(text), 4));
    if (texts.length === 0) continue;
    yield `${isFirst ? '' : ','}\n    ${texts.join(',\n    ')}`;
    isFirst = false;
  }
  yield `${isFirst ? '' : '\n  '}]\n}\n`;
}

function indented(value: unknown, by: number): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(by)}`);
}

/** Instants as everywhere in this API: UTC, milliseconds. */
const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function row(contact: boolean, review: boolean): string {
  const reach = `'email', email, 'street_address', street_address, 'zip_code', zip_code,
    'latitude', st_y(location::geometry), 'longitude', st_x(location::geometry),`;
  const reviewed = `, 'review', json_build_object(
    'org_authorized', org_authorized, 'email_updates', email_updates, 'display_publicly', display_publicly,
    'reviewed_by', (select name from account where account.id = reviewed_by), 'admin_notes', admin_notes)`;
  return `json_build_object(
    'id', endorsement.id,
    'campaign', json_build_object('id', campaign.id, 'name', campaign.name, 'title', campaign.title),
    'stakeholder', json_build_object(
      'id', stakeholder.id, 'first_name', first_name, 'last_name', last_name, 'name', first_name || ' ' || last_name,
      'organization', organization, 'role', role, ${contact ? reach : ''}
      'city', city, 'state', state, 'county', county_region.name,
      'congressional_district', congressional_region.name, 'state_senate_district', senate_region.name,
      'state_house_district', house_region.name, 'type', stakeholder.type, 'has_location', location is not null),
    'statement', statement, 'public_display', public_display, 'email_verified', email_verified, 'status', status,
    'created_at', ${instant('endorsement.created_at')}, 'verified_at', ${instant('verified_at')},
    'reviewed_at', ${instant('reviewed_at')}${review ? reviewed : ''})`;
}
