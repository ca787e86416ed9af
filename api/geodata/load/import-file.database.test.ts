import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FreshDatabase, freshDatabase } from '../../../scripts/testing/database.ts';
import { lookUp } from '../../regions/lookup.ts';
import { loadedLayers } from '../../regions/outlines.ts';
import { importFile } from './import-file.ts';
import { importRun } from './import-run.ts';
import { asOfYear } from './testing/vintages.ts';

const bundled = (name: string) => fileURLToPath(new URL(`../../local/boundaries/${name}.zip`, import.meta.url));
const edge = (name: string) => fileURLToPath(new URL(`../fixtures/edge/${name}.zip`, import.meta.url));

describe('geodata: importFile, real files', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database.close());

  for (const [name, layer] of [
    ['cb_2022_us_state_500k', 'state'],
    ['cb_2022_us_county_20m', 'county'],
    ['cb_2025_us_cd119_20m', 'congressional'],
    ['tl_2024_27_sldu', 'state_upper'],
    ['tl_2024_27_sldl', 'state_lower'],
  ] as const) {
    it(`loads ${name} exactly as GDAL reads it`, async () => {
      const expected = await oracle(name);
      const result = await importFile(database, bundled(name));
      assert.ok(result.kind === 'loaded');
      assert.deepEqual([result.regions, result.repaired, result.undefinedDistricts], [expected.length, 0, 0]);
      const { rows } = await database.pool.query<Oracle>(
        `select geoid, name, st_numgeometries(geom) as polygons, st_nrings(geom) as rings, st_npoints(geom) as points,
                round(st_area(geom)::numeric, 9)::text as area
           from region where layer = $1 and active order by geoid collate "C"`,
        [layer],
      );
      assert.deepEqual(rows, expected);
    });
  }

  it('gives every region an outline within a map’s tolerance', async () => {
    const { rows } = await database.pool.query(`
      select count(*)::int as regions, count(outline)::int as outlines,
             bool_and(st_area(st_makevalid(st_geomfromgeojson(outline::text))) between 0.5 * st_area(geom) and 1.5 * st_area(geom)) as alike
        from region where layer in ('state_upper', 'state_lower')`);
    assert.deepEqual(rows, [{ regions: 201, outlines: 201, alike: true }]);
  });

  it('does nothing when the same file comes again, and loads it anew with force', async () => {
    const before = await setIds(database);
    assert.equal((await importFile(database, bundled('tl_2024_27_sldu'))).kind, 'unchanged');
    assert.deepEqual(await setIds(database), before);
    assert.equal((await importFile(database, bundled('tl_2024_27_sldu'), { force: true })).kind, 'loaded');
    const { rows } = await database.pool.query(
      `select count(*)::int, count(*) filter (where active)::int as active from region where layer = 'state_upper'`,
    );
    assert.deepEqual(rows, [{ count: 67, active: 67 }]);
  });
});

describe('geodata: importFile, bad files', () => {
  let database: FreshDatabase;
  let folder: string;
  before(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'coalition-import-'));
    await importFile(database, bundled('tl_2024_27_sldl'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await database.close();
  });

  /** What a visitor sees of the data that was in force before. */
  async function stillInForce() {
    assert.deepEqual(
      (await lookUp(database, 44.9553, -93.1022)).map(({ geoid }) => geoid),
      ['2765B'],
    );
    const { rows } = await database.pool.query('select count(*)::int from region where active');
    assert.deepEqual(rows, [{ count: 134 }]);
  }
  afterEach(stillInForce);

  for (const [name, message] of [
    ['truncated', /truncated\.zip/],
    ['truncated_shp', /tl_2024_27_sldl\.shp/],
    ['dbf_shorter', /tl_2024_27_sldl/],
    ['bad_crc', /checksum/],
    ['bad_shp_length', /tl_2024_27_sldl\.shp/],
    ['bomb_dbf', /bomb_dbf\.zip/],
    ['zip_slip', /\.\.\/\.\.\/evil/],
    ['html_error', /html_error\.zip.*web page/],
    ['zero', /zero\.zip/],
    ['wrong_crs_3857', /tl_2024_27_sldl\.prj/],
    ['duplicate_geoid', /tl_2024_27_sldl, record \d+: "27\w+" occurs more than once/],
    ['null_shape', /tl_2024_27_sldl, record \d+: "27\w+" has no shape/],
    ['empty_layer', /has no regions/],
    ['two_layers', /tl_2024_27_sldl.*other|other.*tl_2024_27_sldl/],
  ] as const) {
    it(`refuses ${name}, and what was in force stays`, async () => {
      await assert.rejects(importFile(database, edge(name), { force: true }), (error: Error & { remedy?: string }) => {
        assert.match(error.message, message);
        assert.ok(error.remedy, 'says what to do');
        return true;
      });
    });
  }

  it('refuses a real file that was cut off', async () => {
    const path = join(folder, 'tl_2024_27_sldl.zip');
    await copyFile(bundled('tl_2024_27_sldl'), path);
    await truncate(path, 1_000_000);
    await assert.rejects(importFile(database, path, { force: true }), /tl_2024_27_sldl\.zip/);
  });

  it('stops before far fewer regions than are in force', async () => {
    await assert.rejects(importFile(database, edge('nested_dir')), (error: Error & { exitCode?: number }) => {
      assert.match(error.message, /tl_2024_27_sldl has \d regions where 134 are in force/);
      assert.equal(error.exitCode, 4);
      return true;
    });
  });

  it('can be interrupted', async () => {
    const interruption = new AbortController();
    const importing = importFile(database, bundled('cb_2022_us_county_20m'), {
      signal: interruption.signal,
      onProgress: (_step, share) => share > 0.5 && interruption.abort(),
    });
    await assert.rejects(importing, { name: 'AbortError' });
  });
});

describe('geodata: importFile, unusual files', () => {
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(() => database.close());

  it('takes a file without .prj for NAD83, and says so', async () => {
    const result = await importFile(database, edge('only_shp_dbf'));
    assert.ok(result.kind === 'loaded');
    assert.match(result.notices.join('\n'), /NAD83/);
    const { rows } = await database.pool.query<{ notices: string[] }>('select notices from boundary_set');
    assert.deepEqual(rows[0]?.notices, result.notices);
  });

  it('passes over what is no district, and counts it', async () => {
    const result = await importFile(database, edge('zzz_undefined'));
    assert.ok(result.kind === 'loaded');
    assert.equal(result.undefinedDistricts, 1);
    const { rows } = await database.pool.query(`select count(*)::int from region where geoid like '%ZZZ'`);
    assert.deepEqual(rows, [{ count: 0 }]);
  });

  it('repairs a polygon that crosses itself, and counts it', async () => {
    const result = await importFile(database, edge('bowtie_invalid'));
    assert.ok(result.kind === 'loaded');
    assert.equal(result.repaired, 1);
    const { rows } = await database.pool.query('select bool_and(st_isvalid(geom)) as valid from region');
    assert.deepEqual(rows, [{ valid: true }]);
  });

  it('finds the Aleutians on both sides of the antimeridian', async () => {
    await importFile(database, edge('antimeridian_02016'));
    const at = async (lat: number, lng: number) => (await lookUp(database, lat, lng)).map(({ geoid }) => geoid);
    assert.deepEqual(await at(52.9, 172.9), ['02016']); // Attu, east of the line
    assert.deepEqual(await at(51.88, -176.65), ['02016']); // Adak, west of it
    assert.deepEqual(await at(52, 0), []);
  });

  it('keeps vintages beside each other, the last one in force', async () => {
    await importFile(database, edge('utf8_nocpg')); // cb_2018_us_county_5m
    await importFile(database, bundled('cb_2022_us_county_20m'));
    const { rows } = await database.pool.query(`
      select vintage, count(*) filter (where active) > 0 as in_force, count(*) > 0 as kept
        from boundary_set join region on region.boundary_set_id = boundary_set.id group by vintage order by vintage`);
    assert.deepEqual(rows, [
      { vintage: 2018, in_force: false, kept: true },
      { vintage: 2022, in_force: true, kept: true },
    ]);
    const [counties] = await loadedLayers(database);
    assert.deepEqual(
      [counties?.count, counties?.sources.map(({ vintage }) => vintage), counties?.kept.map(({ vintage }) => vintage)],
      [3222, [2022], [2018]],
    );
  });
});

describe('geodata: importRun, two files of one layer', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database.close());

  it('puts the last one in force, and reports what that changes', async () => {
    const job = (path: string) => ({ name: path, fetch: async () => ({ kind: 'file', path, origin: path }) as const });
    const report = await importRun(database, [
      job(bundled('cb_2022_us_county_20m')),
      job(edge('antimeridian_02016')), // one county of Alaska, of 2018
    ]);
    const [counties, ...others] = report.changes;
    assert.deepEqual([others.length, counties?.gone, counties?.changed, counties?.same], [0, [], [], 0]);
    const { rows } = await database.pool.query(`
      select vintage, count(*)::int, count(distinct region_cell.region_id)::int as covered
        from (select distinct region_id from region_cell) as region_cell
        full join region on region.id = region_id and active
        left join boundary_set on boundary_set.id = boundary_set_id
       where active group by vintage order by vintage`);
    const inForce = 3222 - 30; // all but Alaska's
    assert.deepEqual(rows, [
      { vintage: 2018, count: 1, covered: 1 },
      { vintage: 2022, count: inForce, covered: inForce },
    ]);
    assert.equal(counties?.added.length, inForce + 1);
  });
});

describe('geodata: importFile, people', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
    await importFile(database, bundled('tl_2024_27_sldu'));
    await database.pool.query(`
      insert into stakeholder (first_name, last_name, email, type, location, state_senate_district) values
        ('Ada', 'Settled', 'ada@example.org', 'farmer', st_makepoint(-93.1022, 44.9553), null),
        ('Bo', 'Moved', 'bo@example.org', 'farmer', st_makepoint(-93.1022, 44.9553), (select id from region where geoid = '27008')),
        ('Cy', 'Afloat', 'cy@example.org', 'farmer', st_makepoint(-87, 48), (select id from region where geoid = '27003')),
        ('Di', 'Unlocated', 'di@example.org', 'farmer', null, (select id from region where geoid = '27001'))`);
  });
  after(() => database.close());

  const districts = async () => {
    const { rows } = await database.pool.query<{ line: string }>(`
      select concat_ws(' ', first_name, geoid, active) as line
        from stakeholder left join region on region.id = state_senate_district order by first_name`);
    return rows.map(({ line }) => line);
  };

  it('gives everybody the district in force, and takes none away (L4: a new import took everybody’s districts away)', async () => {
    const file = bundled('tl_2024_27_sldu');
    const job = { name: 'sldu', fetch: async () => ({ kind: 'file', path: file, origin: file }) as const };
    const { reassignments } = await importRun(database, [job], { force: true });
    const [{ rows }, now] = await Promise.all([
      database.pool.query<{ id: number }>(`select id from stakeholder where first_name = 'Bo'`),
      districts(),
    ]);
    assert.deepEqual(reassignments, [
      {
        layer: 'state_upper',
        moved: [{ stakeholder: rows[0]?.id, from: '27008', to: '27065' }],
        placed: 1,
        renewed: 0,
      },
    ]);
    // Who is in no district, or nobody knows where, keeps what there was, and so the edition that it is of.
    assert.deepEqual(now, ['Ada 27065 t', 'Bo 27065 t', 'Cy 27003 f', 'Di 27001 f']);
    const again = await importRun(database, [job], { force: true });
    assert.deepEqual(
      again.reassignments.map(({ moved, renewed }) => [moved.length, renewed]),
      [[0, 2]],
    );
    assert.deepEqual(await districts(), now);
  });

  it('keeps nobody’s new district when it is only rehearsed', async () => {
    await database.pool.query(`update stakeholder set state_senate_district = null where first_name = 'Ada'`);
    await importFile(database, bundled('tl_2024_27_sldu'), { force: true, dryRun: true });
    assert.equal((await districts())[0], 'Ada');
  });
});

describe('geodata: importFile, vintages', () => {
  let database: FreshDatabase;
  let folder: string;
  before(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'coalition-vintages-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await database.close();
  });

  it('goes back to an earlier one without loading it again', async () => {
    const vintageAt = async () => (await lookUp(database, 44.9553, -93.1022)).map(({ vintage }) => vintage);
    const earlier = await asOfYear('tl_2024_27_sldu', 2023, folder);
    await importFile(database, earlier);
    await importFile(database, bundled('tl_2024_27_sldu'));
    assert.deepEqual(await vintageAt(), [2024]);
    const back = await importFile(database, earlier);
    assert.ok(back.kind === 'unchanged' && !back.inForce);
    assert.deepEqual(await vintageAt(), [2023]);
  });
});

interface Oracle {
  readonly geoid: string;
  readonly name: string;
  readonly polygons: number;
  readonly rings: number;
  readonly points: number;
  readonly area: string;
}

/** What GDAL and PostGIS say of a file: geoid, name, polygons, rings, points, area (square degrees), md5. */
async function oracle(name: string): Promise<readonly Oracle[]> {
  const text = await readFile(new URL(`../fixtures/expected/${name}.csv`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [, geoid = '', quoted, plain, polygons, rings, points, area = ''] =
        /^([^,]*),(?:"([^"]*)"|([^,]*)),(\d+),(\d+),(\d+),([\d.]+),/.exec(line) ?? [];
      return {
        geoid,
        name: quoted ?? plain ?? '',
        polygons: Number(polygons),
        rings: Number(rings),
        points: Number(points),
        area,
      };
    })
    .sort((a, b) => (a.geoid < b.geoid ? -1 : 1));
}

async function setIds(database: FreshDatabase): Promise<unknown> {
  return (await database.pool.query('select id from boundary_set order by id')).rows;
}
