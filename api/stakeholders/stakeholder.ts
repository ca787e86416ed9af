/** Somebody who endorses, as staff see them: contact details, and the districts that they live in. */
import * as z from 'zod/mini';
import { timestamp } from '../http/fields.ts';
import { named } from '../openapi/named.ts';
import { districtAbbreviation, type LegislativeLayer } from './district-abbreviation.ts';

/** The kinds of district that legislators are elected from, as the fields of an answer and the layers of regions. */
const districts = [
  ['congressional_district', 'congressional'],
  ['state_senate_district', 'state_upper'],
  ['state_house_district', 'state_lower'],
] as const satisfies ReadonlyArray<readonly [string, LegislativeLayer]>;

type District = (typeof districts)[number][0];

function eachDistrict<Suffix extends string, T>(suffix: Suffix, value: T): Record<`${District}${Suffix}`, T> {
  return Object.fromEntries(districts.map(([name]) => [`${name}${suffix}`, value])) as Record<
    `${District}${Suffix}`,
    T
  >;
}

export const stakeholderSchema = named('Stakeholder', () =>
  z.object({
    id: z.int(),
    first_name: z.string(),
    last_name: z.string(),
    /** First and last. */
    name: z.string(),
    organization: z.string(),
    role: z.string(),
    email: z.string(),
    street_address: z.string(),
    city: z.string(),
    zip_code: z.string(),
    type: z.string(),
    email_updates: z.boolean(),
    created_at: timestamp(),
    updated_at: timestamp(),
    /** These five are ids of regions. */
    state: z.nullable(z.int()),
    county: z.nullable(z.int()),
    ...eachDistrict('', z.nullable(z.int())),
    ...eachDistrict('_name', z.nullable(z.string())),
    ...eachDistrict('_abbrev', z.nullable(z.string())),
    /** Degrees, EPSG:4326. */
    latitude: z.nullable(z.number()),
    longitude: z.nullable(z.number()),
  }),
);

export type Stakeholder = z.infer<ReturnType<typeof stakeholderSchema>>;
export type StakeholderRow = Omit<Stakeholder, `${District}_abbrev`> & Record<`${District}_geoid`, string | null>;

/** One row for each, `where true` at its end. */
export const selectStakeholders = `
  select stakeholder.id, first_name, last_name, first_name || ' ' || last_name as name, organization, role, email,
         street_address, city, zip_code, type, email_updates, created_at, updated_at,
         state_region::integer as state, county::integer,
         ${districts
           .map(
             ([name]) => `${name}::integer, ${name}_region.name as ${name}_name, ${name}_region.geoid as ${name}_geoid`,
           )
           .join(', ')},
         st_y(location::geometry) as latitude, st_x(location::geometry) as longitude
    from stakeholder
    ${districts.map(([name]) => `left join region ${name}_region on ${name}_region.id = ${name}`).join('\n')}
   where true`;

export function withAbbreviations(row: StakeholderRow): Stakeholder {
  const entries = Object.entries(row).map(([field, value]) => {
    const district = districts.find(([name]) => field === `${name}_geoid`);
    if (!district) return [field, value];
    const [name, layer] = district;
    return [`${name}_abbrev`, typeof value === 'string' ? districtAbbreviation(layer, value) : null];
  });
  return Object.fromEntries(entries) as Stakeholder;
}
