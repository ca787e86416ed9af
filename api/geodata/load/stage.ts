/**
 * Brings one file into the database beside what is in force: regions, their repair and their outlines for maps. No lookup
 * sees any of it before `switch.ts` says so.
 *
 * The regions go straight into their table, as inactive rows: a staging table of its own would write 121 MB twice.
 */
import type pg from 'pg';
import { copyInto } from '../../database/copy.ts';
import type { Database } from '../../database/database.ts';
import { type BoundaryFile, identify } from '../catalogue/catalogue.ts';
import type { Feature, Layer } from '../formats/layer.ts';
import { ImportError } from './import-error.ts';
import { nationalOutlines, OutlineCollector, stateOutlines } from './outlines.ts';
import { fetchAgain, RecordCheck } from './record-check.ts';

export interface StageOptions {
  readonly signal?: AbortSignal | undefined;
  /** @param step what is being done, @param done share of it, 0 to 1 */
  readonly onProgress?: ((step: string, done: number) => void) | undefined;
}

export interface StagedFile {
  readonly boundarySetId: string;
  readonly regions: number;
  /** Records that are no district, such as open water. */
  readonly undefinedDistricts: number;
  /** Invalid polygons that PostGIS repaired. */
  readonly repaired: number;
}

/**
 * Runs within the transaction that `client` is in; what it throws, the caller rolls back.
 * @throws FormatError or ImportError
 */
export async function stageFile(
  client: pg.ClientBase,
  database: Pick<Database, 'bulkRoad'>,
  layer: Layer,
  file: BoundaryFile,
  sha256: string,
  options: StageOptions = {},
): Promise<StagedFile> {
  const outlines = new OutlineCollector(file.coverage === 'us' ? nationalOutlines : stateOutlines);
  const { boundarySetId, regions, undefinedDistricts } = await stageRegions(client, database, layer, file, sha256, {
    ...options,
    onRegion: (geoid, shape) => outlines.add(geoid, shape),
  });
  options.onProgress?.('checking', 0);
  const repaired = await repairInvalid(client, layer.name, boundarySetId);
  for (const [geoid, shape] of repaired) outlines.add(geoid, shape);
  options.onProgress?.('simplifying', 0);
  await stageOutlines(client, database, boundarySetId, outlines);
  await client.query('update boundary_set set feature_count = $2, notices = $3 where id = $1', [
    boundarySetId,
    regions,
    layer.notices,
  ]);
  return { boundarySetId, regions, undefinedDistricts, repaired: repaired.size };
}

/** Zip to rows. Exported for the benchmark, which compares this step with what other programs do. */
export async function stageRegions(
  client: pg.ClientBase,
  database: Pick<Database, 'bulkRoad'>,
  layer: Layer,
  file: BoundaryFile,
  sha256: string,
  { signal, onProgress, onRegion }: StageOptions & { onRegion?: (geoid: string, shape: Buffer) => void } = {},
): Promise<Omit<StagedFile, 'repaired'>> {
  if (layer.featureCount === 0) throw new ImportError(`${layer.name} has no regions.`, fetchAgain);
  const { rows: created } = await client.query<{ id: string }>(
    `insert into boundary_set (layer, coverage, vintage, resolution, session, source_file, source_sha256, feature_count)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [file.layer, file.coverage, file.vintage, file.resolution, file.session, layer.name, sha256, layer.featureCount],
  );
  const boundarySetId = created[0]?.id ?? '';
  const id = BigInt(boundarySetId);
  const check = new RecordCheck(layer.name, file);
  let regions = 0;
  let undefinedDistricts = 0;
  async function* batches() {
    for await (const features of layer.batches()) {
      signal?.throwIfAborted();
      onProgress?.('reading', (features.at(-1)?.record ?? 0) / layer.featureCount);
      yield rows(features);
    }
  }
  function* rows(features: readonly Feature[]) {
    for (const feature of features) {
      const identity = identify(file, feature.attributes);
      if (!identity) {
        undefinedDistricts += 1;
        continue;
      }
      check.check(feature, identity);
      regions += 1;
      if (feature.geometry) onRegion?.(identity.geoid, feature.geometry);
      yield [id, file.layer, identity.geoid, identity.stateFips, identity.name, feature.geometry];
    }
  }
  const columns = ['boundary_set_id', 'layer', 'geoid', 'state_fips', 'name', 'geom'];
  const stored = await copyInto(client, database, 'region', columns, batches());
  reconcile(layer, { regions, undefinedDistricts, stored });
  return { boundarySetId, regions, undefinedDistricts };
}

/** The .dbf, the records that were read and the rows that the database has must be the same number. */
function reconcile(
  layer: Layer,
  { regions, undefinedDistricts, stored }: { regions: number; undefinedDistricts: number; stored: number },
): void {
  if (regions === 0) throw new ImportError(`${layer.name} has no regions.`, fetchAgain);
  if (stored === regions && regions + undefinedDistricts === layer.featureCount) return;
  throw new ImportError(
    `${layer.name} has ${layer.featureCount} rows in its .dbf, of which ${regions + undefinedDistricts} were read, and ${stored} are in the database.`,
    fetchAgain,
  );
}

/** @returns the repaired geometries as EWKB, by GEOID */
async function repairInvalid(
  client: pg.ClientBase,
  name: string,
  boundarySetId: string,
): Promise<ReadonlyMap<string, Buffer>> {
  const { rows } = await client.query<{ geoid: string; ewkb: Buffer; empty: boolean }>(
    `update region set geom = st_multi(st_collectionextract(st_makevalid(geom), 3))
      where boundary_set_id = $1 and not st_isvalid(geom)
      returning geoid, st_asewkb(geom, 'NDR') as ewkb, st_isempty(geom) as empty`,
    [boundarySetId],
  );
  const empty = rows.find((row) => row.empty);
  if (empty) throw new ImportError(`${name}: the shape of "${empty.geoid}" encloses nothing.`, fetchAgain);
  return new Map(rows.map(({ geoid, ewkb }) => [geoid, ewkb]));
}

async function stageOutlines(
  client: pg.ClientBase,
  database: Pick<Database, 'bulkRoad'>,
  boundarySetId: string,
  outlines: OutlineCollector,
): Promise<void> {
  await client.query(
    'create temporary table staged_outline (geoid text not null, outline text not null) on commit drop',
  );
  await copyInto(client, database, 'staged_outline', ['geoid', 'outline'], [outlines.outlines()]);
  await client.query(
    `update region set outline = staged_outline.outline::json
       from staged_outline where boundary_set_id = $1 and region.geoid = staged_outline.geoid`,
    [boundarySetId],
  );
  await client.query('drop table staged_outline');
}
