/**
 * Loads one Census file: read, stage, check, switch. All of it is one transaction, so that at any moment (also after a
 * kill, a full disk or a lost connection) a lookup sees either the boundaries from before or the new ones, whole.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { copyInto } from '../../database/copy.ts';
import type { Database } from '../../database/database.ts';
import { transaction } from '../../database/transaction.ts';
import { type BoundaryFile, describeFile, identify } from '../catalogue/catalogue.ts';
import { type Layer, openLayer } from '../formats/layer.ts';
import { nationalOutlines, OutlineCollector, stateOutlines } from './outlines.ts';

export interface ImportOptions {
  /** Loads a file that is already loaded, and switches although far fewer regions came than are in force. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** @param step what is being done, @param done share of it, 0 to 1 */
  readonly onProgress?: (step: string, done: number) => void;
}

export type ImportResult =
  | { readonly kind: 'unchanged'; readonly file: BoundaryFile; readonly name: string }
  | {
      readonly kind: 'imported';
      readonly file: BoundaryFile;
      readonly name: string;
      readonly regions: number;
      /** Records that are no district, such as open water. */
      readonly undefinedDistricts: number;
      /** Invalid polygons that PostGIS repaired. */
      readonly repaired: number;
      readonly notices: readonly string[];
    };

/** The file is readable and yet not what it should be; what was in force stays in force. */
export class ImportError extends Error {
  readonly remedy: string;
  readonly exitCode: number;
  constructor(message: string, remedy: string, exitCode = 1) {
    super(message);
    this.name = 'ImportError';
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/** One import at a time and database: two that switch the same layer would undo each other. */
const advisoryLock = 4_202_602;

/** A new file with fewer regions than this share of those in force is more likely cut short than a reform. */
const plausibleShare = 0.8;

/**
 * @param path of a .zip as the Census Bureau publishes it
 * @throws FormatError, CatalogueError or ImportError; then nothing has changed
 */
export async function importFile(database: Database, path: string, options: ImportOptions = {}): Promise<ImportResult> {
  const sha256 = await digest(path);
  const layer = await openLayer(path);
  const file = describeFile(
    layer.name,
    layer.fields.map(({ name }) => name),
  );

  return transaction(database, async (client) => {
    await takeTurn(client);
    if (!options.force && (await isLoaded(client, file, sha256))) return { kind: 'unchanged', file, name: layer.name };
    const outlines = new OutlineCollector(file.coverage === 'us' ? nationalOutlines : stateOutlines);
    const staged = await stage(client, database, layer, file, outlines, options);
    options.onProgress?.('checking', 0);
    const { repaired } = await checkStaged(client, layer.name, file, staged.regions, options);
    options.onProgress?.('simplifying', 0);
    await stageOutlines(client, database, outlines);
    options.onProgress?.('switching', 0);
    await switchTo(client, layer, file, sha256, staged.regions);
    return { kind: 'imported', file, name: layer.name, ...staged, repaired, notices: layer.notices };
  });
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function takeTurn(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [
    advisoryLock,
  ]);
  if (!rows[0]?.mine) {
    throw new ImportError(
      'Another import is running on this database.',
      'Wait until it has ended, then start again.',
      5,
    );
  }
}

async function isLoaded(client: pg.PoolClient, file: BoundaryFile, sha256: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from boundary_set
      where layer = $1 and coverage = $2 and vintage = $3 and resolution = $4 and source_sha256 = $5`,
    [file.layer, file.coverage, file.vintage, file.resolution, sha256],
  );
  return rowCount === 1;
}

async function stage(
  client: pg.PoolClient,
  database: Database,
  layer: Layer,
  file: BoundaryFile,
  outlines: OutlineCollector,
  { onProgress, signal }: ImportOptions,
): Promise<{ regions: number; undefinedDistricts: number }> {
  await client.query(`
    create temporary table staged_region (
      record integer not null, geoid text not null, state_fips text not null, name text not null,
      geom geometry (MultiPolygon, 4326)
    ) on commit drop`);
  await client.query('alter table staged_region alter column geom set storage external');
  let undefinedDistricts = 0;
  async function* rows() {
    for await (const { record, attributes, geometry } of layer.features()) {
      signal?.throwIfAborted();
      const identity = identify(file, attributes);
      onProgress?.('reading', record / Math.max(1, layer.featureCount));
      if (!identity) {
        undefinedDistricts += 1;
        continue;
      }
      if (geometry) outlines.add(identity.geoid, geometry);
      yield [record, identity.geoid, identity.stateFips, identity.name, geometry];
    }
  }
  const columns = ['record', 'geoid', 'state_fips', 'name', 'geom'];
  const regions = await copyInto(client, database, 'staged_region', columns, rows());
  return { regions, undefinedDistricts };
}

async function checkStaged(
  client: pg.PoolClient,
  name: string,
  file: BoundaryFile,
  regions: number,
  { force }: ImportOptions,
): Promise<{ repaired: number }> {
  const again = 'Fetch the file again from the Census Bureau. What was in force stays in force.';
  if (regions === 0) throw new ImportError(`${name} has no regions.`, again);
  const { rows } = await client.query<{ record: number; geoid: string; fault: string }>(
    `select record, geoid,
            case when geoid !~ '^\\d\\d' then 'is not a GEOID'
                 when $1 <> 'us' and state_fips <> $1 then 'is not of the state ' || $1
                 when name = '' then 'has no name'
                 when geom is null or st_isempty(geom) then 'has no shape'
                 when duplicate then 'occurs more than once' end as fault
       from (select *, count(*) over (partition by geoid) > 1 as duplicate from staged_region) as staged
      where geoid !~ '^\\d\\d' or ($1 <> 'us' and state_fips <> $1) or name = '' or geom is null or st_isempty(geom) or duplicate
      order by record limit 3`,
    [file.coverage],
  );
  const first = rows[0];
  if (first) throw new ImportError(`${name}, record ${first.record}: "${first.geoid}" ${first.fault}.`, again);

  const { rowCount: repaired } = await client.query(`
    update staged_region set geom = st_multi(st_collectionextract(st_makevalid(geom), 3))
     where not st_isvalid(geom)`);

  const { rows: inForce } = await client.query<{ count: number }>(
    `select count(*)::int as count from region
      where active and layer = $1 and state_fips in (select state_fips from staged_region)`,
    [file.layer],
  );
  const before = inForce[0]?.count ?? 0;
  if (!force && regions < before * plausibleShare) {
    throw new ImportError(
      `${name} has ${regions} regions where ${before} are in force.`,
      'If that is right, import it again with --force. What was in force stays in force.',
      4,
    );
  }
  return { repaired: repaired ?? 0 };
}

async function stageOutlines(client: pg.PoolClient, database: Database, outlines: OutlineCollector): Promise<void> {
  await client.query(
    'create temporary table staged_outline (geoid text not null, outline text not null) on commit drop',
  );
  async function* rows() {
    for (const [geoid, outline] of outlines.outlines()) yield [geoid, JSON.stringify(outline)];
  }
  await copyInto(client, database, 'staged_outline', ['geoid', 'outline'], rows());
}

async function switchTo(
  client: pg.PoolClient,
  layer: Layer,
  file: BoundaryFile,
  sha256: string,
  regions: number,
): Promise<void> {
  const key = [file.layer, file.coverage, file.vintage, file.resolution];
  // The same file in another edition: its regions leave with it, in the transaction that brings the new ones.
  await client.query('delete from boundary_set where (layer, coverage, vintage, resolution) = ($1, $2, $3, $4)', key);
  const { rows } = await client.query<{ id: string }>(
    `insert into boundary_set (layer, coverage, vintage, resolution, session, source_file, source_sha256, feature_count, notices)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [...key, file.session, layer.name, sha256, regions, layer.notices],
  );
  await client.query(
    `update region set active = false
      where active and layer = $1 and state_fips in (select state_fips from staged_region)`,
    [file.layer],
  );
  await client.query(
    `insert into region (boundary_set_id, layer, geoid, state_fips, name, active, geom, outline)
     select $1, $2, geoid, state_fips, name, true, geom, outline::json
       from staged_region left join staged_outline using (geoid)
      order by geoid`,
    [rows[0]?.id, file.layer],
  );
  await client.query('analyze region');
}
