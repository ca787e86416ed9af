import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { bundledFolder, censusFolder, edgeFolder, expectedFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';
import type { LayerId } from './layers.ts';
import { type FoundRegion, lookUp, lookUpMany, mostPoints } from './lookup.ts';

interface Question {
  readonly lng: number;
  readonly lat: number;
  /** GEOIDs by layer; on a border several, in order. */
  readonly answers: ReadonlyMap<LayerId, string>;
}

/** What ST_Covers on whole polygons answers for points in Colorado, Minnesota and Pennsylvania, many of them on borders. */
const questions: readonly Question[] = readFileSync(join(expectedFolder, 'lookups_co_mn_pa.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [lng, lat, , county = '', congressional = '', upper = '', lower = ''] = line.split(',');
    const answers = new Map<LayerId, string>([
      ['county', county],
      ['congressional', congressional],
      ['state_upper', upper],
      ['state_lower', lower],
    ]);
    return { lng: Number(lng), lat: Number(lat), answers };
  });

const inLayer = (found: readonly FoundRegion[], layer: LayerId) =>
  found
    .filter((region) => region.layer === layer)
    .map(({ geoid }) => geoid)
    .join(';');

/** Each question one by one and all in batches: both have to answer as expected. */
async function ask(database: FreshDatabase, asked: readonly Question[], wanted: readonly LayerId[]) {
  const batch = await lookUpMany(database, asked);
  for (const [index, { lng, lat, answers }] of asked.entries()) {
    const found = await lookUp(database, lat, lng);
    assert.deepEqual(batch[index], found, `${lat}, ${lng} in a batch`);
    for (const layer of wanted) assert.equal(inLayer(found, layer), answers.get(layer), `${layer} of ${lat}, ${lng}`);
  }
}

describe('regions: lookUp', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(() => database.close());

  it('answers every sample point of Minnesota as PostGIS does on whole polygons', async () => {
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldu.zip'));
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldl.zip'));
    const ofMinnesota = questions.filter(({ answers }) => answers.get('state_upper')?.startsWith('27'));
    assert.equal(ofMinnesota.length, 736);
    await ask(database, ofMinnesota, ['state_upper', 'state_lower']);
  });

  // The files are 20 MB and not in this repository; TIGER_DATA names their folder.
  const everything = existsSync(join(censusFolder, 'expected')) ? it : () => {};
  everything('answers every sample point of all three states in all four layers', async () => {
    for (const name of ['08_county20', '27_county20', '42_county20'])
      await importFile(database, join(censusFolder, `tl_2020_${name}.zip`));
    for (const name of ['08_cd118', '27_cd118', '42_cd118', '08_sldu', '08_sldl', '42_sldu', '42_sldl'])
      await importFile(database, join(censusFolder, `tl_2022_${name}.zip`));
    for (const name of ['27_sldu', '27_sldl']) await importFile(database, join(bundledFolder, `tl_2024_${name}.zip`));
    await ask(database, questions, ['county', 'congressional', 'state_upper', 'state_lower']);
  });

  it('takes 180 and -180 for the same meridian', async () => {
    await importFile(database, join(edgeFolder, 'antimeridian_02016.zip'));
    // Amchixtam Chaxsxii: the Aleutians' box on both sides of the line; Semisopochnoi lies at 179.6 east.
    const { rows } = await database.pool.query<{ lng: number; lat: number }>(`
      select st_x(geom) as lng, st_y(geom) as lat
        from (select (st_dumppoints(geom)).geom from region) as corner where abs(st_x(geom)) = 180 limit 1`);
    const onTheLine = rows[0] ?? { lng: 180, lat: 0 };
    const east = await lookUp(database, onTheLine.lat, 180);
    assert.deepEqual(await lookUp(database, onTheLine.lat, -180), east);
    assert.equal(east.length, rows.length);
    assert.deepEqual(await lookUpMany(database, [{ lat: onTheLine.lat, lng: -180 }]), [east]);
  });

  it('answers a batch in order, also points that are nowhere, and refuses more than it can answer in a second', async () => {
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldu.zip'));
    const [sea, capitol] = [
      { lat: 0, lng: 0 },
      { lat: 44.9553, lng: -93.1022 },
    ];
    const found = await lookUpMany(database, [sea, capitol, sea, capitol]);
    assert.deepEqual(
      found.map((regions) => inLayer(regions, 'state_upper')),
      ['', '27065', '', '27065'],
    );
    assert.deepEqual(await lookUpMany(database, []), []);
    await assert.rejects(lookUpMany(database, Array(mostPoints + 1).fill(sea)), RangeError);
  });
});
