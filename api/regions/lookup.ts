/** Which districts a point lies in. */
import type { Database } from '../database/database.ts';
import { aroundSql, cellAt } from './cells.ts';
import {
  type Description,
  type Descriptions,
  type FoundRegion,
  knownDescriptions,
  learnDescriptions,
} from './descriptions.ts';
import { layers } from './layers.ts';

export type { FoundRegion } from './descriptions.ts';

/**
 * All regions in force that contain the point or have it on their border, by layer and then GEOID: on a shared border
 * the first of a layer is the one to assign, and the same every time.
 * @param lat and lng: degrees, EPSG:4326 (the Census's NAD83 differs from it by less than a metre)
 */
export async function lookUp(
  database: Pick<Database, 'pool'>,
  lat: number,
  lng: number,
): Promise<readonly FoundRegion[]> {
  // The antimeridian is both 180 and -180, which are two places of the grid.
  if (Math.abs(lng) === 180) return (await lookUpMany(database, [{ lat, lng }]))[0] ?? [];
  const values = [cellAt(lng, lat), pointEwkb(lng, lat)];
  const { hits, descriptions } = await ask<Hit>(database, { name: 'region-lookup', text: ofPoint, values });
  return inOrder(hits, descriptions);
}

const ofPoint = `
  select region_id from region_cell
   where cell in (${aroundSql('$1::bigint')}) and (part is null or st_covers(part, $2::geometry))`;

/** As many points as one batch may have: one takes a quarter of a second. */
export const mostPoints = 10_000;

/**
 * `lookUp()` for many points in one statement.
 * @param points at most `mostPoints`
 * @returns for each point, in the same order, its regions
 */
export async function lookUpMany(
  database: Pick<Database, 'pool'>,
  points: readonly { readonly lat: number; readonly lng: number }[],
): Promise<readonly (readonly FoundRegion[])[]> {
  if (points.length > mostPoints) throw new RangeError(`${points.length} points; a batch has ${mostPoints} at most.`);
  const places = points.flatMap(({ lat, lng }, point) =>
    (Math.abs(lng) === 180 ? [lng, -lng] : [lng]).map((side) => ({ point, lat, lng: side })),
  );
  const { hits, descriptions } = await ask<Hit & { readonly place: number }>(database, {
    name: 'region-lookup-many',
    text: `select place::int - 1 as place, region_id
             from unnest($1::bigint[], $2::float8[], $3::float8[]) with ordinality as given (smallest, lng, lat, place)
             join region_cell on cell in (${aroundSql('smallest')})
                             and (part is null or st_covers(part, st_setsrid(st_makepoint(lng, lat), 4326)))`,
    values: [
      places.map(({ lng, lat }) => cellAt(lng, lat)),
      places.map(({ lng }) => lng),
      places.map(({ lat }) => lat),
    ],
  });
  const hitsOf: Hit[][] = points.map(() => []);
  for (const hit of hits) hitsOf[places[hit.place]?.point ?? -1]?.push(hit);
  return hitsOf.map((own) => inOrder(own, descriptions));
}

interface Hit {
  readonly region_id: string;
}

/** Runs a statement that answers with regions, and makes sure that they are described. */
async function ask<H extends Hit>(
  database: Pick<Database, 'pool'>,
  statement: { readonly name: string; readonly text: string; readonly values: unknown[] },
): Promise<{ readonly hits: readonly H[]; readonly descriptions: Descriptions }> {
  for (let attempt = 1; ; attempt++) {
    const { rows: hits } = await database.pool.query<H>(statement);
    const known = knownDescriptions(database);
    if (areIn(known, hits)) return { hits, descriptions: known };
    // All of them, for what is known may be forgotten before the answer is there.
    const descriptions = await learnDescriptions(database, [...new Set(hits.map(({ region_id }) => region_id))]);
    // Between the two statements an import may have put another edition in force and deleted this one: then ask again.
    if (attempt > 1 || areIn(descriptions, hits)) return { hits, descriptions };
  }
}

function areIn(descriptions: Descriptions, hits: readonly Hit[]): boolean {
  for (const { region_id } of hits) if (!descriptions.has(region_id)) return false;
  return true;
}

/** A point on a seam between two cells' parts, or where two parts of a region touch, finds it twice. */
function inOrder(hits: readonly Hit[], descriptions: Descriptions): readonly FoundRegion[] {
  const found: Description[] = [];
  for (const { region_id } of hits) {
    const description = descriptions.get(region_id);
    if (description && !found.includes(description)) found.push(description);
  }
  return found.sort(byOrder).map(({ region }) => region);
}

function byOrder(a: Description, b: Description): number {
  return a.order < b.order ? -1 : 1;
}

/** In binary, which PostgreSQL takes as it is. @returns EWKB, SRID 4326 */
function pointEwkb(lng: number, lat: number): Buffer {
  const ewkb = Buffer.allocUnsafe(25);
  pointHeader.copy(ewkb);
  ewkb.writeDoubleLE(lng, 9);
  ewkb.writeDoubleLE(lat, 17);
  return ewkb;
}

/** Little-endian; type 1 with the flag that an SRID follows; 4326. */
const pointHeader = Buffer.from('0101000020e6100000', 'hex');

/** What a careful reader should know about this answer. */
export function notesOn(regions: readonly FoundRegion[]): readonly string[] {
  const notes: string[] = [];
  const vintages = [...new Set(regions.map(({ vintage }) => vintage))].sort();
  if (vintages.length > 1) {
    notes.push(`These boundaries are of different vintages (${vintages.join(', ')}); each region names its own.`);
  }
  const generalised = regions.filter(({ resolution }) => resolution !== null);
  if (generalised.length > 0) {
    const labels = generalised.map((region) => region.layer_label.toLowerCase());
    notes.push(`Generalised boundaries (${[...new Set(labels)].join(', ')}): near a border, ask an official source.`);
  }
  const shared = layers.filter(({ id }) => regions.filter(({ layer }) => layer === id).length > 1);
  for (const { plural } of shared)
    notes.push(`The point lies on the border of several ${plural.toLowerCase()}, in order of GEOID.`);
  return notes;
}
