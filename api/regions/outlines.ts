/** What is loaded, and its outlines for maps. */
import type { Database } from '../database/database.ts';
import { type LayerId, layers, type Resolution, scaleOf } from './layers.ts';
import { stateByFips } from './states.ts';

export interface LoadedLayer {
  readonly layer: LayerId;
  readonly label: string;
  /** Regions in force. */
  readonly count: number;
  readonly sources: readonly LoadedSource[];
  /** Other vintages that are loaded and not in force; their `count` is what they have. */
  readonly kept: readonly LoadedSource[];
}

export interface LoadedSource {
  readonly name: string;
  /** `us`, or the FIPS code of a state. */
  readonly coverage: string;
  readonly coverage_name: string;
  readonly vintage: number;
  readonly session: string | null;
  readonly resolution: string | null;
  readonly count: number;
}

interface SourceRow {
  readonly layer: LayerId;
  readonly name: string;
  readonly coverage: string;
  readonly vintage: number;
  readonly session: string | null;
  readonly resolution: Resolution;
  readonly count: number;
  readonly in_force: number;
}

/** The layers that have regions in force, with the files they come from. */
export async function loadedLayers(database: Pick<Database, 'pool'>): Promise<readonly LoadedLayer[]> {
  const { rows } = await database.pool.query<SourceRow>({
    name: 'loaded-layers',
    text: `
      select boundary_set.layer, source_file as name, coverage, vintage, session, resolution, count(*)::int as count,
             count(*) filter (where region.active)::int as in_force
        from boundary_set
        join region on region.boundary_set_id = boundary_set.id
       group by boundary_set.id
       order by coverage = 'us' desc, coverage, vintage desc`,
  });
  return layers.flatMap(({ id, plural }) => {
    const files = rows.filter(({ layer }) => layer === id);
    const sources = files
      .filter(({ in_force }) => in_force > 0)
      .map((row) => describeSource({ ...row, count: row.in_force }));
    if (sources.length === 0) return [];
    return {
      layer: id,
      label: plural,
      count: sources.reduce((sum, source) => sum + source.count, 0),
      sources,
      kept: files.filter(({ in_force }) => in_force === 0).map(describeSource),
    };
  });
}

function describeSource({ name, coverage, vintage, session, resolution, count }: SourceRow): LoadedSource {
  return {
    name,
    coverage,
    coverage_name: coverage === 'us' ? 'United States' : (stateByFips(coverage)?.name ?? coverage),
    vintage,
    session,
    resolution: scaleOf[resolution],
    count,
  };
}

/** Which regions of a layer: those in force, unless a vintage is named. */
export interface Excerpt {
  readonly layer: LayerId;
  /** FIPS code. */
  readonly state?: string | undefined;
  readonly vintage?: number | undefined;
  /** West, south, east, north, in degrees; across the antimeridian where west is more than east. */
  readonly bbox?: readonly [number, number, number, number] | undefined;
}

/**
 * Of one vintage there may be several files: the national one and a state's own, or one that is generalised and one that
 * is not. Each state's regions come from the one that is in force, or else the most detailed.
 */
const excerpted = `
  region.layer = $1 and ($2::text is null or region.state_fips = $2)
  and case when $3::integer is null then active
      else boundary_set_id = (
        select other.boundary_set_id from region as other join boundary_set as file on file.id = other.boundary_set_id
         where other.layer = region.layer and other.state_fips = region.state_fips and file.vintage = $3
         order by other.active desc, array_position(array['full', '500k', '5m', '20m'], file.resolution), file.id desc limit 1) end`;

/** Changes whenever the regions of an excerpt change; undefined where there are none. */
export async function versionOf(
  database: Pick<Database, 'pool'>,
  { layer, state, vintage }: Excerpt,
): Promise<string | undefined> {
  const { rows } = await database.pool.query<{ version: string | null }>({
    name: 'layer-version',
    text: version,
    values: [layer, state, vintage],
  });
  return rows[0]?.version ?? undefined;
}

const version = `
  select string_agg(boundary_set_id || '.' || count, '-' order by boundary_set_id) as version
    from (select boundary_set_id, count(*) from region where ${excerpted} group by boundary_set_id) as sets`;

/** Whether no state's regions can still come to this vintage of a layer: all that it has are of national files. */
export async function isNational(database: Pick<Database, 'pool'>, layer: LayerId, vintage: number): Promise<boolean> {
  const { rows } = await database.pool.query<{ is_national: boolean }>({
    name: 'layer-is-national',
    text: `select bool_and(coverage = 'us') as is_national from boundary_set where layer = $1 and vintage = $2`,
    values: [layer, vintage],
  });
  return rows[0]?.is_national ?? false;
}

/**
 * The outlines of an excerpt's regions, as the text of a GeoJSON FeatureCollection; and their version, of the same
 * statement: an import may have switched boundaries since it was asked for.
 */
export async function featureCollection(
  database: Pick<Database, 'pool'>,
  { layer, state, vintage, bbox }: Excerpt,
): Promise<{ readonly version: string; readonly text: string }> {
  const [west, south, east, north] = bbox ?? [];
  const { rows } = await database.pool.query<{ features: string | null; version: string | null }>({
    name: bbox ? 'layer-outlines-in-box' : 'layer-outlines',
    // The outline is stored as text and passed on as it is: parsing and writing it again would only cost time.
    text: `
      select string_agg(
               '{"type":"Feature","id":' || region.id ||
               ',"properties":' || json_build_object('geoid', geoid, 'name', region.name, 'vintage', vintage) ||
               ',"geometry":' || outline || '}', ',' order by geoid) as features,
             (${version}) as version
        from region
        join boundary_set on boundary_set.id = boundary_set_id
       where ${excerpted} and outline is not null
         ${bbox ? `and (${inBox})` : ''}`,
    values: [layer, state, vintage, ...(bbox ? [west, south, east, north] : [])],
  });
  const [found] = rows;
  return { version: found?.version ?? '', text: `{"type":"FeatureCollection","features":[${found?.features ?? ''}]}` };
}

/** The regions themselves, not their boxes: one on both sides of the antimeridian has a box around the whole world. */
const inBox = `
  case when $4::float8 <= $6::float8 then st_intersects(geom, st_makeenvelope($4, $5::float8, $6, $7::float8, 4326))
       else st_intersects(geom, st_makeenvelope($4, $5, 180, $7, 4326))
         or st_intersects(geom, st_makeenvelope(-180, $5, $6, $7, 4326)) end`;

export interface OneRegion {
  readonly layer: LayerId;
  readonly geoid: string;
  readonly vintage: number | undefined;
  readonly detail: 'simplified' | 'full';
}

/** @returns the text of a GeoJSON Feature with its bounding box (RFC 7946, 5); undefined where there is none */
export async function oneFeature(
  database: Pick<Database, 'pool'>,
  { layer, geoid, vintage, detail }: OneRegion,
): Promise<string | undefined> {
  const { rows } = await database.pool.query<{ feature: string }>({
    name: `one-outline-${detail}`,
    text: `
      select '{"type":"Feature","id":' || region.id ||
             ',"bbox":' || json_build_array(st_xmin(geom), st_ymin(geom), st_xmax(geom), st_ymax(geom)) ||
             ',"properties":' || json_build_object('geoid', geoid, 'name', region.name, 'vintage', vintage,
               'layer', region.layer, 'state', state_fips, 'source', source_file, 'session', session, 'in_force', active) ||
             ',"geometry":' || ${detail === 'full' ? 'st_asgeojson(geom, 9)' : 'coalesce(outline::text, st_asgeojson(geom, 6))'} || '}' as feature
        from region
        join boundary_set on boundary_set.id = boundary_set_id
       where ${excerpted} and geoid = $4`,
    values: [layer, null, vintage, geoid],
  });
  return rows[0]?.feature;
}
