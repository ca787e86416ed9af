import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { migrationsFolder } from '../database/migrate.ts';
import { cellAt, cellNumber, deepest, depths } from './cells.ts';
import { lookUp } from './lookup.ts';

describe('regions: cells', function () {
  this.timeout(30_000);
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(() => database.close());

  it('are numbered alike in SQL', async () => {
    const edges = [-180, -90, -(2 ** -22), 0, 2 ** -22, 90, 180];
    const points = [
      ...edges.flatMap((lng) => edges.filter((lat) => Math.abs(lat) <= 90).map((lat) => [lng, lat])),
      // Places all over, without chance: steps that fit together with nothing.
      ...Array.from({ length: 1000 }, (_, i) => [((i * 137.50776405) % 360) - 180, ((i * 61.803398875) % 180) - 90]),
    ];
    const { rows } = await database.pool.query<{ cell: string }>(
      'select region_cell_at(lng, lat) as cell from unnest($1::float8[], $2::float8[]) with ordinality as p (lng, lat, n) order by n',
      [points.map(([lng]) => lng), points.map(([, lat]) => lat)],
    );
    assert.deepEqual(
      rows.map(({ cell }) => Number(cell)),
      points.map(([lng = 0, lat = 0]) => cellAt(lng, lat)),
    );
  });

  it('lie within each other: the number of the one around is that of the one inside, cut off', () => {
    const smallest = cellAt(-93.1022, 44.9553);
    assert.equal(smallest.toString(4).length, deepest + 1);
    for (const depth of depths)
      assert.equal(Math.floor(smallest / 4 ** (deepest - depth)).toString(4), smallest.toString(4).slice(0, depth + 1));
    // The next one to the east, or one further out, shares all but its last digits.
    const inside = cellNumber(deepest, 4, 8);
    assert.equal(cellNumber(deepest, 5, 8), inside + 2);
    assert.equal(cellNumber(deepest, 4, 9), inside + 1);
    assert.equal(cellNumber(deepest - 1, 2, 4), Math.floor(inside / 4));
  });

  it('are made of the pieces that a database from before has', async () => {
    const statements = (await readFile(new URL('0021_region_cell.sql', migrationsFolder), 'utf8')).split(/;\n\n/);
    const fill = statements.find((statement) => statement.includes('insert into region_cell'));
    assert.ok(fill);
    await database.pool.query(`
      insert into boundary_set (layer, coverage, vintage, resolution, source_file, source_sha256, feature_count)
      values ('county', '08', 2020, 'full', 'tl_2020_08_county20', repeat('0', 64), 2);
      insert into region (boundary_set_id, layer, geoid, state_fips, name, active, geom)
      select 1, 'county', geoid, '08', geoid, geoid <> '08003', st_multi(st_makeenvelope(west, south, east, north, 4326))
        from (values ('08001', -106, 38, -103, 41), ('08002', -103, 38, -102.999, 41), ('08003', -106, 38, -103, 41))
             as county (geoid, west, south, east, north);
      insert into region_piece (region_id, active, geom)
      select id, true, st_setsrid((st_dump(st_subdivide(geom, 5))).geom, 4326) from region`);
    await database.pool.query(fill);
    const at = async (lat: number, lng: number) => (await lookUp(database, lat, lng)).map(({ geoid }) => geoid);
    assert.deepEqual(await at(39.7, -104.9), ['08001']);
    assert.deepEqual(await at(38, -106), ['08001']);
    assert.deepEqual(await at(40, -103), ['08001', '08002']);
    assert.deepEqual(await at(39.12345, -102.9995), ['08002']);
    assert.deepEqual(await at(42, -104), []);
  });
});
