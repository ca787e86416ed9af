/**
 * `npm run bench -- tiger`: the importer and its lookups, against ogr2ogr, shp2pgsql and plain SQL on the same server.
 *
 * What is compared runs in turn, round after round, so that whatever else the machine does slows all of it alike; times
 * are medians. TIGER_DATA names a folder with the Census's files; TIGER_COUNTIES a zip of all counties at full
 * resolution (121 MB of .shp). What is not there is left out, and said.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openServer } from '../../api/database/database.ts';
import { migrate } from '../../api/database/migrate.ts';
import { censusFolder } from '../../api/geodata/formats/testing/files.ts';
import { importFile } from '../../api/geodata/load/import-file.ts';
import { lookUp, lookUpMany } from '../../api/regions/lookup.ts';
import { columns } from '../terminal/style.ts';
import { findPostgres, startThrowawayServer } from '../testing/throwaway-server.ts';

const rounds = Number(process.env.ROUNDS ?? 5);
const counties = process.env.TIGER_COUNTIES ?? '';
const step = fileURLToPath(new URL('./tiger/import-process.ts', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'bench-tiger-'));
/** Measured once, on other hardware: the Django command of the predecessor, for the county file (seven counties were lost). */
const predecessorSeconds = 98.6;

const postgres = findPostgres();
if (!postgres) throw new Error('This benchmark needs PostgreSQL with PostGIS on this machine.');
const maintenance = process.env.TEST_DATABASE_URL ?? (await startThrowawayServer(postgres)).url;
const url = maintenance.replace(/\/[^/]*$/, '/bench_tiger');

process.stdout.write(`Node ${process.version}, ${cpus().length} processors, ${rounds} rounds, medians\n`);
try {
  if (existsSync(counties)) {
    await benchmarkCounties();
    await benchmarkSteps();
  } else {
    process.stdout.write('All counties: left out, for TIGER_COUNTIES does not name their zip.\n');
  }
  if (existsSync(join(censusFolder, 'expected'))) {
    await benchmarkFolder();
    await benchmarkLookups();
  } else process.stdout.write('Sample files and lookups: left out, for TIGER_DATA does not name their folder.\n');
} finally {
  await onServer(maintenance, 'drop database if exists bench_tiger with (force)');
  rmSync(scratch, { recursive: true });
}

/** From the zip to an indexed table, all of it as processes of their own. */
async function benchmarkCounties(): Promise<void> {
  const shp = unzip(counties);
  const results = await inTurn([
    { name: 'import: zip to regions in force, indexed', prepare: freshMigrated, run: () => ours([counties]) },
    { name: 'ogr2ogr, COPY, from the .shp', prepare: freshPostgis, run: () => ogr(shp) },
    { name: 'shp2pgsql -D -I | psql, from the .shp', prepare: freshPostgis, run: () => shp2pgsql(shp) },
    {
      name: 'ogr2ogr into a table made for it',
      prepare: freshTuned,
      run: () => ogr(shp, ['-append', '-nln', 'tuned']),
    },
  ]);
  print('All counties, full resolution (3,221 regions, 121 MB of .shp), to an indexed table', results);
  const [mine = Number.NaN] = results.map(({ seconds }) => seconds);
  process.stdout.write(
    `Predecessor: ${predecessorSeconds} s (recorded elsewhere), ${(predecessorSeconds / mine).toFixed(0)} times as long.\n\n`,
  );
}

/** What else an import does, each against SQL that does the same, run by psql. */
async function benchmarkSteps(): Promise<void> {
  const sql = (statement: string) => elapsed(() => psql(`set jit = off; ${statement}`));
  const valid = 'from region where st_isvalid(geom)';
  // As they come: the import itself repairs what it finds.
  await freshMigrated();
  ours([counties]);
  const repair =
    'begin; update region set geom = st_multi(st_collectionextract(st_makevalid(geom), 3)) where not st_isvalid(geom); rollback';
  const repaired = sql(repair);
  await freshMigrated();
  const { steps } = ours([counties], 'all');
  const rows: [string, number, number][] = [
    ['validate and repair', steps.checking ?? 0, repaired],
    [
      'divide for lookups',
      steps.dividing ?? 0,
      sql(
        `begin; create table divided as select id, st_subdivide(geom, 128) as geom ${valid}; create index on divided using gist (geom); rollback`,
      ),
    ],
    [
      'simplify for maps',
      steps.simplifying ?? 0,
      sql(
        `begin; create table simple as select id, st_simplifypreservetopology(geom, 0.01) as geom ${valid}; rollback`,
      ),
    ],
  ];
  const table = rows.map(([name, mine, theirs]) => [
    name,
    `${mine.toFixed(2)} s`,
    `${theirs.toFixed(2)} s`,
    `${(theirs / mine).toFixed(1)}x`,
  ]);
  process.stdout.write(
    `Steps of the same import, once\n${columns([['', 'import', 'SQL', ''], ...table], [1, 2, 3])}\n\n`,
  );
}

/** All sample files that a peer can open: ogr2ogr and shp2pgsql start once a file, as they are used. */
async function benchmarkFolder(): Promise<void> {
  const zips = readdirSync(censusFolder)
    .filter((name) => name.endsWith('.zip'))
    .map((name) => join(censusFolder, name));
  const open = zips
    .map((zip) => ({ zip, shp: unzip(zip) }))
    .filter(({ shp }) => existsSync(shp.replace(/shp$/, 'shx')));
  const results = await inTurn([
    { name: 'import: regions in force, indexed', prepare: freshMigrated, run: () => ours(open.map(({ zip }) => zip)) },
    { name: 'ogr2ogr, COPY', prepare: freshPostgis, run: () => total(open.map(({ shp }) => ogr(shp))) },
    { name: 'shp2pgsql -D -I | psql', prepare: freshPostgis, run: () => total(open.map(({ shp }) => shp2pgsql(shp))) },
  ]);
  print(
    `${open.length} files, ${open.length === zips.length ? 'all there are' : `of ${zips.length}: ogr2ogr refuses those without .shx`}`,
    results,
  );
  process.stdout.write('\n');
}

async function benchmarkLookups(): Promise<void> {
  await freshMigrated();
  const loader = await openServer(url, { statementTimeoutMs: 0 });
  const files = [
    'tl_2020_08_county20',
    'tl_2020_27_county20',
    'tl_2020_42_county20',
    'tl_2022_08_cd118',
    'tl_2022_27_cd118',
    'tl_2022_42_cd118',
    'tl_2022_08_sldu',
    'tl_2022_08_sldl',
    'tl_2022_42_sldu',
    'tl_2022_42_sldl',
    'tl_2024_27_sldu',
    'tl_2024_27_sldl',
  ];
  const paths = files.map((name) => join(censusFolder, `${name}.zip`));
  for (const path of existsSync(counties) ? [counties, ...paths] : paths) await importFile(loader, path);
  await loader.pool.query('vacuum analyze');
  await loader.close();
  const points = readFileSync(join(censusFolder, 'expected/lookups_co_mn_pa.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
    .map(([lng = 0, lat = 0]) => ({ lng, lat }));

  const database = await openServer(url, { connections: 1 });
  const { rows: sizes } = await database.pool.query<{ regions: number; corners: number; pieces: number }>(
    'select count(*)::int as regions, sum(st_npoints(geom))::int as corners, (select count(*)::int from region_piece where active) as pieces from region where active',
  );
  const ways: [string, (point: { lng: number; lat: number }) => Promise<unknown>][] = [
    ['select 1', () => database.pool.query({ name: 'floor', text: 'select 1' })],
    ['lookUp()', ({ lat, lng }) => lookUp(database, lat, lng)],
    [
      'ST_Covers on whole regions',
      ({ lat, lng }) =>
        database.pool.query({
          name: 'plain',
          text: `select region.layer, geoid, region.name, vintage, source_file, resolution, session from region join boundary_set on boundary_set.id = boundary_set_id
                  where active and st_covers(geom, st_setsrid(st_makepoint($1, $2), 4326)) order by region.layer, geoid`,
          values: [lng, lat],
        }),
    ],
  ];
  const times = ways.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, [, way]] of ways.entries()) {
      for (const point of points) {
        const milliseconds = await elapsedMs(() => way(point));
        if (round > 0) times[index]?.push(milliseconds);
      }
    }
  }
  const floor = quantile(times[0] ?? [], 0.5);
  const plain = quantile(times[2] ?? [], 0.5);
  const table = ways.map(([name], index) => {
    const own = times[index] ?? [];
    const [p50, p99] = [quantile(own, 0.5), quantile(own, 0.99)];
    return [
      name,
      `${p50.toFixed(3)} ms`,
      `${p99.toFixed(3)} ms`,
      `${(p99 / p50).toFixed(1)}x`,
      `${(p50 / floor).toFixed(1)}x`,
      `${(plain / p50).toFixed(1)}x`,
    ];
  });
  const { regions = 0, corners = 0, pieces = 0 } = sizes[0] ?? {};
  const figures = [regions, corners, pieces].map((figure) => figure.toLocaleString('en-US'));
  process.stdout.write(
    `Lookups: ${points.length} points in ${figures[0]} regions with ${figures[1]} corners, ${figures[2]} pieces\n` +
      `${columns([['', 'median', 'p99', 'p99/median', 'of select 1', 'faster than plain'], ...table], [1, 2, 3, 4, 5])}\n`,
  );
  const many = Array.from({ length: 10_000 }, (_, index) => points[index % points.length] ?? { lng: 0, lat: 0 });
  const batches: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const milliseconds = await elapsedMs(() => lookUpMany(database, many));
    if (round > 0) batches.push(milliseconds);
  }
  process.stdout.write(
    `Batches of 10,000 points: ${Math.round(1e7 / quantile(batches, 0.5)).toLocaleString('en-US')} points a second\n`,
  );
  await database.close();
}

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

interface Contender {
  readonly name: string;
  prepare(): Promise<void>;
  run(): Measured;
}

/** Round 0 warms the disk and is not counted. */
async function inTurn(contenders: readonly Contender[]): Promise<(Measured & { name: string; ratio: number })[]> {
  const measured = contenders.map(() => [] as Measured[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      await contender.prepare();
      const result = contender.run();
      if (round > 0) measured[index]?.push(result);
    }
  }
  return contenders.map(({ name }, index) => {
    const own = measured[index] ?? [];
    const ratio = quantile(
      own.map(({ seconds }, round) => seconds / (measured[0]?.[round]?.seconds ?? Number.NaN)),
      0.5,
    );
    return {
      name,
      ratio,
      seconds: quantile(
        own.map(({ seconds }) => seconds),
        0.5,
      ),
      megabytes: Math.max(...own.map(({ megabytes }) => megabytes)),
    };
  });
}

function print(title: string, results: readonly (Measured & { name: string; ratio: number })[]): void {
  const rows = results.map(({ name, ratio, seconds, megabytes }) => [
    name,
    `${seconds.toFixed(2)} s`,
    `${ratio.toFixed(2)}x`,
    `${megabytes.toFixed(0)} MB`,
  ]);
  process.stdout.write(`${title}\n${columns([['', 'time', 'to import', 'memory'], ...rows], [1, 2, 3])}\n`);
}

/** The whole process, with the start of Node. */
function ours(
  zips: readonly string[],
  steps: 'regions' | 'all' = 'regions',
): Measured & { steps: Record<string, number> } {
  const { seconds, megabytes, output } = timed(process.execPath, [step, url, steps, ...zips]);
  return { seconds, megabytes, steps: JSON.parse(output) as Record<string, number> };
}

function ogr(shp: string, table = ['-nln', `t_${basename(shp, '.shp')}`]): Measured {
  const where = new URL(url);
  const target = `PG:host=${where.hostname} port=${where.port} dbname=bench_tiger user=${where.username}`;
  return timed('ogr2ogr', [
    '-q',
    '-f',
    'PostgreSQL',
    target,
    shp,
    ...table,
    '-nlt',
    'PROMOTE_TO_MULTI',
    '-a_srs',
    'EPSG:4326',
    '--config',
    'PG_USE_COPY',
    'YES',
  ]);
}

function shp2pgsql(shp: string): Measured {
  const encoding = /_20(08|09|1[0-4])_/.test(shp) ? 'LATIN1' : 'UTF-8';
  return timed('sh', [
    '-c',
    `shp2pgsql -D -I -s 4326 -W ${encoding} "$1" "t_$2" 2>/dev/null | psql -q -v ON_ERROR_STOP=1 "$3" >/dev/null`,
    'sh',
    shp,
    basename(shp, '.shp'),
    url,
  ]);
}

/** By GNU time's own clock of the process, which also knows its memory. */
function timed(command: string, args: readonly string[]): Measured & { output: string } {
  const report = join(scratch, 'time');
  const started = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', ['-o', report, '-f', '%M', command, ...args], {
    encoding: 'utf8',
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return { seconds, megabytes: Number(readFileSync(report, 'utf8').trim()) / 1024, output: stdout };
}

function total(measured: readonly Measured[]): Measured {
  return {
    seconds: measured.reduce((sum, { seconds }) => sum + seconds, 0),
    megabytes: Math.max(...measured.map(({ megabytes }) => megabytes)),
  };
}

/** @returns the path of the .shp, unpacked */
function unzip(zip: string): string {
  const folder = join(scratch, basename(zip, '.zip'));
  spawnSync('unzip', ['-q', '-o', '-j', zip, '-d', folder], { stdio: 'ignore' });
  const shp = readdirSync(folder).find((name) => name.endsWith('.shp') && !name.startsWith('._')) ?? '';
  return join(folder, shp);
}

async function freshPostgis(): Promise<void> {
  await onServer(maintenance, 'drop database if exists bench_tiger with (force)');
  await onServer(maintenance, 'create database bench_tiger');
  await onServer(url, 'create extension postgis');
}

async function freshMigrated(): Promise<void> {
  await freshPostgis();
  const database = await openServer(url, { connections: 1 });
  await migrate(database);
  await database.close();
}

/** The best that can be done by hand: geometry that is not compressed, and an index that is there already. */
async function freshTuned(): Promise<void> {
  await freshPostgis();
  ogr(unzip(counties), ['-nln', 'tuned', '-where', '1 = 0']);
  await onServer(url, 'alter table tuned alter column wkb_geometry set storage external');
}

async function onServer(where: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: where });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function psql(statement: string): void {
  const { status, stderr } = spawnSync('psql', ['-q', '-X', '-v', 'ON_ERROR_STOP=1', url, '-c', statement], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

function elapsed(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
