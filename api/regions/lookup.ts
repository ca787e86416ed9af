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
 * the first of a layer is the one to assign, and the same every time. Points of the same regions mostly get the same array.
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
  const { hits, descriptions } = await ask(database, { name: 'region-lookup', text: ofPoint, values });
  return inOrderAgain(hits, descriptions);
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
  const { hits, descriptions } = await ask(database, {
    name: 'region-lookup-many',
    text: `select region_id, place::int - 1
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
  for (const hit of hits) hitsOf[places[hit[1]]?.point ?? -1]?.push(hit);
  return hitsOf.map((own) => inOrder(own, descriptions));
}

/** A region's id; and of many points which one it is of, by its place among them. As an array, which the driver reads faster. */
type Hit = readonly [region: string, place: number];

/** Runs a statement that answers with regions, and makes sure that they are described. */
async function ask(
  database: Pick<Database, 'pool'>,
  statement: { readonly name: string; readonly text: string; readonly values: unknown[] },
): Promise<{ readonly hits: readonly Hit[]; readonly descriptions: Descriptions }> {
  for (let attempt = 1; ; attempt++) {
    const { rows: hits } = await database.pool.query<[string, number]>({ ...statement, rowMode: 'array' });
    const known = knownDescriptions(database);
    if (areIn(known, hits)) return { hits, descriptions: known };
    // All of them, for what is known may be forgotten before the answer is there.
    const descriptions = await learnDescriptions(database, [...new Set(hits.map(([region]) => region))]);
    // Between the two statements an import may have put another edition in force and deleted this one: then ask again.
    if (attempt > 1 || areIn(descriptions, hits)) return { hits, descriptions };
  }
}

function areIn(descriptions: Descriptions, hits: readonly Hit[]): boolean {
  for (const [region] of hits) if (!descriptions.has(region)) return false;
  return true;
}

/** Combinations of districts that are kept, of some kilobytes each with what is said of them; beyond that it begins anew. */
const mostOrdered = 5_000;
const ordered = new WeakMap<Descriptions, Map<string, readonly FoundRegion[]>>();

/** `inOrder()`, which answers the same hits with the same array: whoever puts it into words can keep those. */
function inOrderAgain(hits: readonly Hit[], descriptions: Descriptions): readonly FoundRegion[] {
  let known = ordered.get(descriptions);
  if (!known || known.size >= mostOrdered) {
    known = new Map();
    ordered.set(descriptions, known);
  }
  let key = '';
  for (const [region] of hits) key += `${region} `;
  const again = known.get(key);
  if (again) return again;
  const regions = inOrder(hits, descriptions);
  if (areIn(descriptions, hits)) known.set(key, regions);
  return regions;
}

/** A point on a seam between two cells' parts, or where two parts of a region touch, finds it twice. */
function inOrder(hits: readonly Hit[], descriptions: Descriptions): readonly FoundRegion[] {
  const found: Description[] = [];
  for (const [region] of hits) {
    const description = descriptions.get(region);
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
