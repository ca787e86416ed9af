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
): AsyncGenerator<string | Buffer> {
  const info = { exported_at: at.toISOString(), total_count: exported.ids.length, campaign_filter: campaign };
  yield `{\n  "export_info": ${indented(info, 2)},\n  "endorsements": [`;
  // Each row brings the comma before it; the first one has none.
  let isFirst = true;
  const row = `concat(',\n    ', ${written(shapeOf(contact, review), 4)})`;
  for await (const pieces of pages(database, exported, row)) {
    for (const piece of pieces) {
      yield isFirst ? piece.subarray(1) : piece;
      isFirst = false;
    }
  }
  yield `${isFirst ? '' : '\n  '}]\n}\n`;
}

function indented(value: unknown, by: number): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(by)}`);
}

/** Names, and SQL expressions of what they hold. */
interface Shape {
  readonly [name: string]: string | Shape;
}

/** @returns an SQL expression of the text that `indented` writes of such a value: the database writes whole pages */
function written(shape: Shape, by: number): string {
  const line = `\n${' '.repeat(by + 2)}`;
  const members = Object.entries(shape).flatMap(([name, value], index) => [
    `'${index === 0 ? '{' : ','}${line}"${name}": '`,
    typeof value === 'string' ? `coalesce(to_json(${value})::text, 'null')` : written(value, by + 2),
  ]);
  return `concat(${members.join(', ')}, '\n${' '.repeat(by)}}')`;
}

/** Instants as everywhere in this API: UTC, milliseconds. */
const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function shapeOf(contact: boolean, review: boolean): Shape {
  return {
    id: 'endorsement.id',
    campaign: { id: 'campaign.id', name: 'campaign.name', title: 'campaign.title' },
    stakeholder: {
      id: 'stakeholder.id',
      first_name: 'first_name',
      last_name: 'last_name',
      name: `first_name || ' ' || last_name`,
      organization: 'organization',
      role: 'role',
      ...(contact && {
        email: 'email',
        street_address: 'street_address',
        zip_code: 'zip_code',
        latitude: 'st_y(location::geometry)',
        longitude: 'st_x(location::geometry)',
      }),
      city: 'city',
      state: 'state',
      county: 'place.county',
      congressional_district: 'place.congressional_district',
      state_senate_district: 'place.state_senate_district',
      state_house_district: 'place.state_house_district',
      type: 'stakeholder.type',
      has_location: 'location is not null',
    },
    statement: 'statement',
    public_display: 'public_display',
    email_verified: 'email_verified',
    status: 'status',
    created_at: instant('endorsement.created_at'),
    verified_at: instant('verified_at'),
    reviewed_at: instant('reviewed_at'),
    ...(review && {
      review: {
        org_authorized: 'org_authorized',
        email_updates: 'email_updates',
        display_publicly: 'display_publicly',
        reviewed_by: '(select name from account where account.id = reviewed_by)',
        admin_notes: 'admin_notes',
      },
    }),
  };
}
