/** What answers say of a region, kept in memory: joining it to each lookup would take as long as the lookup. */
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

export interface Description {
  readonly region: FoundRegion;
  /** Sorts by layer and then GEOID. */
  readonly order: string;
}

/**
 * By the region's id. An id is given once, and what it stands for never changes: a new edition of a file has new ids. That
 * holds within one database; so whoever connects anew, perhaps to one that was restored, begins anew.
 */
export type Descriptions = ReadonlyMap<string, Description>;

type Queryable = Pick<Database, 'pool'>;

interface Kept {
  descriptions: Map<string, Description>;
}

const keptOf = new WeakMap<Queryable, Kept>();

/** More than all regions of three vintages; beyond that it begins anew. */
const mostKept = 50_000;

/** Those that are known without asking. */
export function knownDescriptions(database: Queryable): Descriptions {
  return kept(database).descriptions;
}

/** Asks for regions that are not known yet. @returns those and the known ones */
export async function learnDescriptions(database: Queryable, ids: readonly string[]): Promise<Descriptions> {
  const { rows } = await database.pool.query<Row>({
    name: 'region-descriptions',
    text: `
      select region.id, region.layer, geoid, region.name, vintage, source_file as source, resolution, session
        from region join boundary_set on boundary_set.id = boundary_set_id
       where region.id = any ($1::bigint[])`,
    values: [ids],
  });
  const own = kept(database);
  const learned = own.descriptions.size + rows.length > mostKept ? new Map<string, Description>() : own.descriptions;
  for (const row of rows) learned.set(row.id, describe(row));
  own.descriptions = learned;
  return learned;
}

interface Row extends Omit<FoundRegion, 'layer_label' | 'resolution'> {
  readonly id: string;
  readonly resolution: Resolution;
}

function describe({ id: _, ...row }: Row): Description {
  const place = layers.findIndex(({ id }) => id === row.layer);
  const region = {
    layer: row.layer,
    layer_label: layers[place]?.singular ?? row.layer,
    geoid: row.geoid,
    name: row.name,
    vintage: row.vintage,
    source: row.source,
    resolution: scaleOf[row.resolution],
    session: row.session,
  };
  return { region: Object.freeze(region), order: `${String(place).padStart(2, '0')} ${row.geoid}` };
}

function kept(database: Queryable): Kept {
  const known = keptOf.get(database);
  if (known) return known;
  const own: Kept = { descriptions: new Map() };
  keptOf.set(database, own);
  database.pool.on('connect', () => {
    // Another map, not an empty one: a lookup that is under way goes on with the one it has.
    own.descriptions = new Map();
  });
  return own;
}
