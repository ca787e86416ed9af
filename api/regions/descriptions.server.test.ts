import assert from 'node:assert/strict';
import { join } from 'node:path';
import type pg from 'pg';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { bundledFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';
import { lookUp } from './lookup.ts';

describe('regions: descriptions', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldu.zip'));
  });
  afterEach(() => database.close());

  const nameAtCapitol = async () => (await lookUp(database, 44.9553, -93.1022)).map(({ name }) => name);

  it('are asked for once, and anew on another connection, which may be to a restored database', async () => {
    assert.deepEqual(await nameAtCapitol(), ['State Senate District 65']);
    const statements: string[] = [];
    const { pool } = database;
    const query = (statement: pg.QueryConfig) => {
      statements.push(statement.name ?? '');
      return pool.query(statement);
    };
    const watched = { pool: Object.create(pool, { query: { value: query } }) };
    await lookUp(watched, 44.9553, -93.1022);
    await lookUp(watched, 44.9553, -93.1022);
    assert.deepEqual(statements, ['region-lookup', 'region-descriptions', 'region-lookup']);

    await database.pool.query(`update region set name = 'Another' where geoid = '27065'`);
    await database.pool
      .query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()')
      .catch(() => {});
    // Which of the pool's connections have gone it notices as it uses them.
    for (let attempt = 0; attempt < 10; attempt++) await nameAtCapitol().catch(() => {});
    assert.deepEqual(await nameAtCapitol(), ['Another']);
  });

  it('are those of the new edition as soon as it is in force', async () => {
    const [before] = await lookUp(database, 44.9553, -93.1022);
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldu.zip'), { force: true });
    assert.deepEqual(await lookUp(database, 44.9553, -93.1022), [before]);
    const { rows } = await database.pool.query('select count(distinct region_id)::int as regions from region_cell');
    assert.deepEqual(rows, [{ regions: 67 }]);
  });
});
