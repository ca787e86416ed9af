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
 * All active regions that contain the point or have it on their border, by layer and then GEOID: on a shared border
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
    text: `
      select region.layer, region.geoid, region.name,
             boundary_set.vintage, boundary_set.source_file as source, boundary_set.resolution, boundary_set.session
        from region
        join boundary_set on boundary_set.id = region.boundary_set_id
       where region.active
         and st_covers(region.geom, st_setsrid(st_makepoint($1, $2), 4326))
       order by array_position($3::text[], region.layer), region.geoid`,
    values: [lng, lat, layers.map(({ id }) => id)],
  });
  return rows.map(({ resolution, ...row }) => ({
    layer: row.layer,
    layer_label: layers.find(({ id }) => id === row.layer)?.singular ?? row.layer,
    geoid: row.geoid,
    name: row.name,
    vintage: row.vintage,
    source: row.source,
    resolution: scaleOf[resolution],
    session: row.session,
  }));
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
