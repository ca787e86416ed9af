/**
 * `npm run bench -- tiger`: the importer and its lookups, against ogr2ogr, shp2pgsql and plain SQL on the same server.
 *
 * What is compared runs in turn, round after round, so that whatever else the machine does slows all of it alike; times
 * are medians. TIGER_DATA names a folder with the Census's files; TIGER_COUNTIES a zip of all counties at full
 * resolution (121 MB of .shp). What is not there is left out, and said.
 */
import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { openServer } from '../../api/database/database.ts';
import { transaction } from '../../api/database/transaction.ts';
import { censusFolder } from '../../api/geodata/formats/testing/files.ts';
import { reassign } from '../../api/stakeholders/reassign.ts';
import { columns } from '../terminal/style.ts';
import { inTurn, ogr, ours, print, shp2pgsql, total, unzip, unzipTimed } from './tiger/contenders.ts';
import { drop, freshMigrated, freshPostgis, onDatabase, psql, url } from './tiger/database.ts';
import { benchmarkLookups } from './tiger/lookups.ts';

const rounds = Number(process.env.ROUNDS ?? 5);
const counties = process.env.TIGER_COUNTIES ?? '';
/** Measured once, on other hardware: the Django command of the predecessor, for the county file (it lost seven). */
const predecessorSeconds = 98.6;
/** Who is given districts anew. */
const people = 20_000;

process.stdout.write(`Node ${process.version}, ${cpus().length} processors, ${rounds} rounds, medians\n`);
try {
  if (existsSync(counties)) {
    await benchmarkCounties();
    await benchmarkSteps();
  } else process.stdout.write('All counties: left out, for TIGER_COUNTIES does not name their zip.\n');
  if (existsSync(join(censusFolder, 'expected'))) {
    await benchmarkFolder();
    await benchmarkLookups(rounds, censusFolder, existsSync(counties) ? counties : undefined);
  } else process.stdout.write('Sample files and lookups: left out, for TIGER_DATA does not name their folder.\n');
} finally {
  await drop();
}

/** From the zip to an indexed table, all of it as processes of their own. */
async function benchmarkCounties(): Promise<void> {
  const shp = unzip(counties);
  const results = await inTurn(rounds, [
    { name: 'import: from the zip', prepare: freshMigrated, run: () => ours([counties]) },
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

/** The best that can be done by hand: geometry that is not compressed, and an index that is there already. */
async function freshTuned(): Promise<void> {
  await freshPostgis();
  ogr(unzip(counties), ['-nln', 'tuned', '-where', '1 = 0']);
  await onDatabase('alter table tuned alter column wkb_geometry set storage external');
}

/** What else an import does, each against SQL that does the same, run by psql. */
async function benchmarkSteps(): Promise<void> {
  const sql = (statement: string) => psql(`set jit = off; begin; ${statement}; rollback`);
  // As the regions come: the import itself repairs what it finds.
  await freshMigrated();
  ours([counties]);
  const repair = sql(
    'update region set geom = st_multi(st_collectionextract(st_makevalid(geom), 3)) where not st_isvalid(geom)',
  );
  await freshMigrated();
  const { steps } = ours([counties], 'all');
  const divide = sql(
    'create table divided as select id, st_subdivide(geom, 128) as geom from region; create index on divided using gist (geom)',
  );
  const simplify = sql('create table simple as select id, st_simplifypreservetopology(geom, 0.01) as geom from region');
  const [reassigned, plainly] = await reassignment(sql);
  const rows = (
    [
      ['validate and repair', steps.checking, repair],
      ['divide for lookups', steps.dividing, divide],
      ['simplify for maps', steps.simplifying, simplify],
      [`reassign ${people.toLocaleString('en-US')} people`, reassigned, plainly],
    ] as const
  ).map(([name, mine = Number.NaN, theirs]) => [
    name,
    `${mine.toFixed(2)} s`,
    `${theirs.toFixed(2)} s`,
    `${(theirs / mine).toFixed(1)}x`,
  ]);
  process.stdout.write(
    `Steps of the same import, once\n${columns([['', 'import', 'SQL', ''], ...rows], [1, 2, 3])}\n\n`,
  );
}

/** @returns seconds of ours, and of the same with whole regions */
async function reassignment(sql: (statement: string) => number): Promise<[number, number]> {
  await onDatabase(`
    select setseed(0.5);
    insert into stakeholder (first_name, last_name, email, type, location)
    select 'A', 'B', n || '@example.org', 'farmer', st_makepoint(-120 + 45 * random(), 30 + 18 * random())
      from generate_series(1, ${people}) as n;
    analyze stakeholder`);
  const plainly = sql(`
    update stakeholder set county =
      (select id from region where active and layer = 'county' and st_covers(geom, location::geometry) order by geoid limit 1)`);
  const database = await openServer(url, { connections: 1, statementTimeoutMs: 0 });
  const started = performance.now();
  await transaction(database, (client) => reassign(client, ['county']));
  const seconds = (performance.now() - started) / 1000;
  await database.close();
  return [seconds, plainly];
}

/** All sample files that a peer can open: ogr2ogr and shp2pgsql start once a file, as they are used. */
async function benchmarkFolder(): Promise<void> {
  const zips = readdirSync(censusFolder)
    .filter((name) => name.endsWith('.zip'))
    .map((name) => join(censusFolder, name));
  const open = zips
    .map((zip) => ({ zip, shp: unzip(zip) }))
    .filter(({ shp }) => existsSync(shp.replace(/shp$/, 'shx')));
  const results = await inTurn(rounds, [
    { name: 'import: from the zips, one process', prepare: freshMigrated, run: () => ours(open.map(({ zip }) => zip)) },
    { name: 'ogr2ogr, COPY', prepare: freshPostgis, run: () => total(open.map(({ shp }) => ogr(shp))) },
    { name: 'shp2pgsql -D -I | psql', prepare: freshPostgis, run: () => total(open.map(({ shp }) => shp2pgsql(shp))) },
    {
      name: 'unzip, shp2pgsql -D -I | psql',
      prepare: freshPostgis,
      run: () => total(open.flatMap(({ zip, shp }) => [unzipTimed(zip), shp2pgsql(shp)])),
    },
  ]);
  print(
    `${open.length} files, ${open.length === zips.length ? 'all there are' : `of ${zips.length}: ogr2ogr refuses those without .shx`}`,
    results,
  );
  process.stdout.write('\n');
}
