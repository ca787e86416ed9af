import assert from 'node:assert/strict';
import { startApi, type TestApi } from '../../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { transaction } from '../database/transaction.ts';
import { scratchFolder } from '../geodata/formats/testing/files.ts';
import { layerMembers, square, writeDbf, writeShp } from '../geodata/formats/testing/shapefile-writer.ts';
import { writeZip } from '../geodata/formats/testing/zip-writer.ts';
import { importFile } from '../geodata/load/import-file.ts';
import { layerIds } from '../regions/layers.ts';
import { lookUp } from '../regions/lookup.ts';
import { reassign } from './reassign.ts';

/** Two counties that meet at the 180th meridian: one ends at 180, the other begins at -180. */
const counties = {
  name: 'tl_2024_us_county',
  shp: writeShp([[square(179, 51, 1)], [square(-180, 51, 1)]]),
  dbf: writeDbf(
    [
      { name: 'GEOID', length: 5 },
      { name: 'NAMELSAD', length: 20 },
    ],
    [
      ['02016', 'Westward'],
      ['02013', 'Eastward'],
    ],
  ),
};

describe('reassign, at the antimeridian', () => {
  const write = scratchFolder();
  let database: FreshDatabase;
  let api: TestApi;
  before(async () => {
    database = await freshDatabase();
    await importFile(database, write(`${counties.name}.zip`, writeZip(layerMembers(counties))));
    api = await startApi(database);
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  it('takes 180 and -180 for one place: the same district, the first by GEOID, however it is written', async () => {
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into stakeholder (first_name, last_name, email, type, location)
       select 'Ann', 'Lee', lng || '@example.org', 'individual', st_setsrid(st_makepoint(lng, 51.5), 4326)::geography
         from unnest(array[180, -180, 179.5, -179.5, 0]::float8[]) as lng returning id`,
    );
    const ids = rows.map(({ id }) => id);
    await transaction(database, (client) => reassign(client, layerIds, ids));
    const { rows: people } = await database.pool.query<{ geoid: string | null }>(
      'select geoid from stakeholder left join region on region.id = county order by stakeholder.id',
    );
    assert.deepEqual(
      people.map(({ geoid }) => geoid),
      ['02013', '02013', '02016', '02013', null],
    );
    // As the look-up has it, and moves nobody when it is done again.
    for (const lng of [180, -180])
      assert.deepEqual(
        (await lookUp(database, 51.5, lng)).map(({ geoid }) => geoid),
        ['02013', '02016'],
      );
    assert.deepEqual(await transaction(database, (client) => reassign(client, layerIds)), []);
  });

  it('is the same when staff says where an address is', async () => {
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into stakeholder (first_name, last_name, email, type) values ('Bo', 'Lee', 'bo@example.org', 'individual') returning id`,
    );
    const reviewer = await api.as('reviewer');
    for (const lng of [180, -180]) {
      const { status } = await reviewer.send('PUT', `/api/stakeholders/${rows[0]?.id}/location/`, { lat: 51.2, lng });
      assert.equal(status, 204);
      const { rows: found } = await database.pool.query<{ geoid: string }>(
        'select geoid from stakeholder join region on region.id = county where stakeholder.id = $1',
        [rows[0]?.id],
      );
      assert.deepEqual(found, [{ geoid: '02013' }]);
    }
  });
});
