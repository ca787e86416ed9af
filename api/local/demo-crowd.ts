/**
 * Three hundred more who endorsed the demonstration, over eleven weeks, so that its map has something to show: enough in
 * most of Minnesota's congressional districts, too few to be told in some others. They gave no statement and do not
 * want to be named, so they fill no list.
 */
import type pg from 'pg';
import { layerIds } from '../regions/layers.ts';
import { reassign } from '../stakeholders/reassign.ts';

/** How many live around a town's middle, in degrees. */
const towns: ReadonlyArray<
  readonly [people: number, city: string, state: string, zip: string, lat: number, lng: number]
> = [
  [64, 'Minneapolis', 'MN', '55415', 44.9772, -93.2655],
  [47, 'St. Paul', 'MN', '55102', 44.9511, -93.1022],
  [29, 'Duluth', 'MN', '55802', 46.7933, -92.1166],
  [23, 'Rochester', 'MN', '55904', 44.0193, -92.4616],
  [18, 'Northfield', 'MN', '55057', 44.4583, -93.1616],
  [17, 'Bloomington', 'MN', '55420', 44.8408, -93.2983],
  [13, 'Mankato', 'MN', '56001', 44.1661, -94.0026],
  [12, 'Hibbing', 'MN', '55746', 47.4194, -92.9369],
  [11, 'Winona', 'MN', '55987', 44.0412, -91.6561],
  [9, 'Moorhead', 'MN', '56560', 46.8647, -96.748],
  [8, 'Brainerd', 'MN', '56401', 46.3566, -94.2025],
  [7, 'Albert Lea', 'MN', '56007', 43.648, -93.3672],
  [7, 'Bemidji', 'MN', '56601', 47.4727, -94.8826],
  [6, 'Grand Marais', 'MN', '55604', 47.7605, -90.3443],
  [4, 'St. Cloud', 'MN', '56301', 45.5579, -94.1632],
  [3, 'Ely', 'MN', '55731', 47.9028, -91.8636],
  [2, 'International Falls', 'MN', '56649', 48.591, -93.4107],
  [12, 'Madison', 'WI', '53703', 43.0747, -89.3841],
  [6, 'Des Moines', 'IA', '50319', 41.5911, -93.6037],
  [3, 'Bismarck', 'ND', '58505', 46.8207, -100.7827],
];

const firstNames =
  'Ada Ben Cora Dale Elsa Finn Gus Hana Ivar June Karl Lou Mai Nils Olga Pete Ruth Sven Tia Vern'.split(' ');
const lastNames =
  'Aho Berg Chang Dahl Erdman Frank Garcia Hoff Iverson Jensen Kang Lund Moua Nygaard Olson Peltier Vang'.split(' ');
const types = [
  'individual',
  'individual',
  'farmer',
  'individual',
  'business',
  'individual',
  'nonprofit',
  'individual',
  'healthcare',
];

const people = towns
  .flatMap(([count, city, state, zip, lat, lng]) =>
    Array.from({ length: count }, () => ({ city, state, zip, lat, lng })),
  )
  .map(({ city, state, zip, lat, lng }, index) => ({
    first: firstNames[index % firstNames.length],
    last: lastNames[(index * 7) % lastNames.length],
    type: types[(index * 5) % types.length],
    email: `demonstration.${index}@example.com`,
    street: `${100 + index} Example Avenue`,
    ...{ city, state, zip },
    // Around the middle, up to two kilometres away, always the same.
    lat: lat + (((index * 37) % 41) - 20) / 1_000,
    lng: lng + (((index * 53) % 43) - 21) / 1_000,
    // More and more of them, as word gets around.
    days: Math.floor(77 * (1 - Math.sqrt(((index * 29) % 100) / 100))),
  }));

/** Set by set, as one person after the other would take seconds. */
export async function addDemoCrowd(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `insert into stakeholder (first_name, last_name, type, email, street_address, city, state, zip_code, proven_at, created_at,
                              location, location_quality, location_confidence, location_source)
     select first, last, type, email, street, city, state, zip, at, at, st_setsrid(st_makepoint(lng, lat), 4326)::geography,
            'address', 1, 'demonstration'
       from (select *, now() - make_interval(days => days) as at from jsonb_to_recordset($1::jsonb)
               as person (first text, last text, type text, email text, street text, city text, state text, zip text,
                          lat float8, lng float8, days integer)) as dated
     returning id`,
    [JSON.stringify(people)],
  );
  const ids = rows.map(({ id }) => id);
  await client.query('update stakeholder set locate_after = null where id = any ($1)', [ids]);
  await reassign(client, layerIds, ids);
  await client.query(
    `with added as (
       insert into endorsement (stakeholder, campaign, status, verified_at, terms_accepted, terms_accepted_at, public_display,
                                created_at)
       select person.id, campaign.id, 'verified', person.created_at, true, person.created_at, false, person.created_at
         from stakeholder as person, campaign where person.id = any ($1) returning id, created_at),
     sent as (
       insert into submission (endorsement, digest, person, public_display, org_authorized, confirmed_at, created_at, expires_at)
       select id, sha256(('demonstration ' || id)::bytea), '{}', false, false, created_at, created_at, created_at + interval '1 day'
         from added)
     insert into endorsement_review (endorsement, at, account, reviewer, decision, saw, before)
     select id, created_at, 0, 'The demonstration', 'approve', sha256(''), '{}' from added`,
    [ids],
  );
  await client.query(
    `update endorsement set status = 'approved', reviewed_at = review.at
       from endorsement_review as review where review.endorsement = endorsement.id and stakeholder = any ($1)`,
    [ids],
  );
}
