/** Lookups, one by one and in batches, on ever more regions; against whole polygons and against asking for nothing at all. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openServer } from '../../../api/database/database.ts';
import { importFile } from '../../../api/geodata/load/import-file.ts';
import { lookUp, lookUpMany } from '../../../api/regions/lookup.ts';
import { columns } from '../../terminal/style.ts';
import { quantile } from './contenders.ts';
import { freshMigrated, url } from './database.ts';

interface Point {
  readonly lng: number;
  readonly lat: number;
}

/** Four layers of three states at full resolution. */
const files = [
  'tl_2024_27_sldu',
  'tl_2024_27_sldl',
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
];

/** @param counties zip of all counties, or undefined @param folder of the sample files */
export async function benchmarkLookups(rounds: number, folder: string, counties: string | undefined): Promise<void> {
  const points = readFileSync(join(folder, 'expected/lookups_co_mn_pa.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
    .map(([lng = 0, lat = 0]) => ({ lng, lat }));
  await freshMigrated();
  const paths = files.map((name) => join(folder, `${name}.zip`));
  const growing = [paths.slice(0, 2), [...(counties ? [counties] : []), ...paths.slice(2)]];
  for (const more of growing) {
    await load(more);
    const database = await openServer(url, { connections: 1 });
    await oneByOne(database, points, rounds);
    await inBatches(database, points, rounds);
    await database.close();
  }
}

async function load(paths: readonly string[]): Promise<void> {
  const database = await openServer(url, { statementTimeoutMs: 0 });
  for (const path of paths) await importFile(database, path);
  await database.pool.query('vacuum analyze');
  await database.close();
}

async function oneByOne(database: Database, points: readonly Point[], rounds: number): Promise<void> {
  const { rows: sizes } = await database.pool.query<{ regions: number; corners: number; pieces: number }>(
    `select count(*)::int as regions, sum(st_npoints(geom))::int as corners,
            (select count(*)::int from region_cell) as pieces
       from region where active`,
  );
  const { regions = 0, corners = 0, pieces = 0 } = sizes[0] ?? {};
  const ways: [string, (point: Point) => Promise<unknown>][] = [
    ['select 1', () => database.pool.query({ name: 'floor', text: 'select 1' })],
    ['lookUp()', ({ lat, lng }) => lookUp(database, lat, lng)],
    ['ST_Covers on whole regions', ({ lat, lng }) => database.pool.query({ ...whole, values: [lng, lat] })],
  ];
  const times = ways.map(() => [] as number[]);
  // Round 0 warms caches and plans, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [index, [, way]] of ways.entries()) {
      for (const point of points) {
        const started = performance.now();
        await way(point);
        if (round > 0) times[index]?.push(performance.now() - started);
      }
    }
  }
  const [floor = Number.NaN, , plain = Number.NaN] = times.map((own) => quantile(own, 0.5));
  const rows = ways.map(([name], index) => {
    const [p50, p99] = [quantile(times[index] ?? [], 0.5), quantile(times[index] ?? [], 0.99)];
    const ratios = [p99 / p50, p50 / floor, plain / p50].map((ratio) => `${ratio.toFixed(1)}x`);
    return [name, `${p50.toFixed(3)} ms`, `${p99.toFixed(3)} ms`, ...ratios];
  });
  const [many, size, cut] = [regions, corners, pieces].map((figure) => figure.toLocaleString('en-US'));
  const head = ['', 'median', 'p99', 'p99/median', 'to select 1', 'faster than whole'];
  process.stdout.write(
    `Lookups: ${points.length} points in ${many} regions with ${size} corners (${cut} pieces)\n` +
      `${columns([head, ...rows], [1, 2, 3, 4, 5])}\n`,
  );
}

/** What there would be without pieces. */
const whole = {
  name: 'whole',
  text: `
    select region.layer, geoid, region.name, vintage, source_file, resolution, session
      from region join boundary_set on boundary_set.id = boundary_set_id
     where active and st_covers(geom, st_setsrid(st_makepoint($1, $2), 4326))
     order by region.layer, geoid`,
};

async function inBatches(database: Database, points: readonly Point[], rounds: number): Promise<void> {
  for (const size of [100, 1_000, 10_000]) {
    const batch = Array.from({ length: size }, (_, index) => points[index % points.length] ?? { lng: 0, lat: 0 });
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const started = performance.now();
      await lookUpMany(database, batch);
      if (round > 0) times.push(performance.now() - started);
    }
    const perSecond = Math.round((size / quantile(times, 0.5)) * 1000);
    process.stdout.write(
      `Batches of ${size.toLocaleString('en-US')}: ${perSecond.toLocaleString('en-US')} points a second\n`,
    );
  }
  process.stdout.write('\n');
}
