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

/** Changes whenever the regions in force of a layer change; undefined where there are none. */
export async function versionOf(database: Pick<Database, 'pool'>, layer: LayerId): Promise<string | undefined> {
  const { rows } = await database.pool.query<{ version: string | null }>({
    name: 'layer-version',
    text: `
      select string_agg(boundary_set_id || '.' || count, '-' order by boundary_set_id) as version
        from (select boundary_set_id, count(*) from region where layer = $1 and active group by boundary_set_id) as sets`,
    values: [layer],
  });
  return rows[0]?.version ?? undefined;
}

/** The outlines of a layer's regions in force, as the text of a GeoJSON FeatureCollection. */
export async function featureCollection(database: Pick<Database, 'pool'>, layer: LayerId): Promise<string> {
  const { rows } = await database.pool.query<{ features: string | null }>({
    name: 'layer-outlines',
    // The outline is stored as text and passed on as it is: parsing and writing it again would only cost time.
    text: `
      select string_agg(
               '{"type":"Feature","id":' || region.id ||
               ',"properties":' || json_build_object('geoid', geoid, 'name', region.name, 'vintage', vintage) ||
               ',"geometry":' || outline || '}', ',' order by geoid) as features
        from region
        join boundary_set on boundary_set.id = boundary_set_id
       where region.layer = $1 and active and outline is not null`,
    values: [layer],
  });
  return `{"type":"FeatureCollection","features":[${rows[0]?.features ?? ''}]}`;
}
