/** Which districts a point lies in. */
import type { Database } from '../database/database.ts';
import { type LayerId, layers, type Resolution, scaleOf } from './layers.ts';

export interface FoundRegion {
  readonly layer: LayerId;
  readonly layer_label: string;
  readonly geoid: string;
  readonly name: string;
  /** Year of the Census file. */
  readonly vintage: number;
  /** The file's name without ending. */
  readonly source: string;
  /** Scale of a generalised file, such as `1:20,000,000`; null for full resolution. */
  readonly resolution: string | null;
  /** The legislature that the district elects, such as `119th Congress`. */
  readonly session: string | null;
}

type Row = Omit<FoundRegion, 'layer_label' | 'resolution'> & { readonly resolution: Resolution };

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
  const { rows } = await database.pool.query<Row>({
    name: 'region-lookup',
    // Pieces have few corners; a point on a seam between two is found twice, hence "in". The antimeridian is both 180
    // and -180. (A parameter straight in st_covers() would have PostgreSQL plan anew for each point, which takes twice as
    // long as the lookup; through VALUES it sees that one plan fits all.)
    text: `
      select ${columns}
        from region
        join boundary_set on boundary_set.id = region.boundary_set_id
       where region.active and region.id in (
               select region_id
                 from (values ($1::float8), (case when abs($1) = 180 then -$1 end)) as point (lng)
                 join region_piece on region_piece.active and st_covers(geom, st_setsrid(st_makepoint(lng, $2), 4326)))
       order by array_position($3::text[], region.layer), region.geoid collate "C"`,
    values: [lng, lat, layers.map(({ id }) => id)],
  });
  return rows.map(describe);
}

/** As many points as one batch may have: one takes a second. */
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
  const { rows } = await database.pool.query<Row & { readonly points: readonly number[] }>({
    name: 'region-lookup-many',
    // One row a region, for there are far fewer of them than points.
    text: `
      select ${columns}, points
        from (select region_id, array_agg(distinct point::int - 1) as points
                from (select point, lng, lat from unnest($1::float8[], $2::float8[]) with ordinality as given (lng, lat, point)
                      union all
                      select point, -lng, lat from unnest($1::float8[], $2::float8[]) with ordinality as given (lng, lat, point)
                       where abs(lng) = 180) as points
                join region_piece on region_piece.active and st_covers(geom, st_setsrid(st_makepoint(lng, lat), 4326))
               group by region_id) as found
        join region on region.active and region.id = region_id
        join boundary_set on boundary_set.id = region.boundary_set_id
       order by array_position($3::text[], region.layer), region.geoid collate "C"`,
    values: [points.map(({ lng }) => lng), points.map(({ lat }) => lat), layers.map(({ id }) => id)],
  });
  const found: FoundRegion[][] = points.map(() => []);
  for (const { points: inside, ...row } of rows) {
    const region = describe(row);
    for (const point of inside) found[point]?.push(region);
  }
  return found;
}

const columns = `region.layer, region.geoid, region.name,
             boundary_set.vintage, boundary_set.source_file as source, boundary_set.resolution, boundary_set.session`;

function describe(row: Row): FoundRegion {
  return {
    layer: row.layer,
    layer_label: layers.find(({ id }) => id === row.layer)?.singular ?? row.layer,
    geoid: row.geoid,
    name: row.name,
    vintage: row.vintage,
    source: row.source,
    resolution: scaleOf[row.resolution],
    session: row.session,
  };
}

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
