import assert from 'node:assert/strict';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { type Migration, migrate, readMigrations } from './migrate.ts';

const one: Migration = { name: '0001_one.sql', sql: 'create table one (id integer)', checksum: 'a' };
const two: Migration = { name: '0002_two.sql', sql: 'create table two (id integer)', checksum: 'b' };

describe('database: migrate', () => {
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase({ migrated: false });
  });
  afterEach(() => database.close());

  const tables = async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'spatial_ref_sys' order by 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('applies what is missing, in order, and then nothing', async () => {
    assert.deepEqual(await migrate(database, [one]), ['0001_one.sql']);
    assert.deepEqual(await migrate(database, [one, two]), ['0002_two.sql']);
    assert.deepEqual(await migrate(database, [one, two]), []);
    assert.deepEqual(await tables(), ['migration', 'one', 'two']);
  });

  it('refuses a file that was changed after it was applied', async () => {
    await migrate(database, [one]);
    await assert.rejects(migrate(database, [{ ...one, checksum: 'other' }]), {
      name: 'DatabaseError',
      message: /0001_one\.sql was changed after .* had applied it/,
    });
  });

  it('refuses a database that is newer than the code', async () => {
    await migrate(database, [one, two]);
    await assert.rejects(migrate(database, [one]), /has migrations that this version does not know: 0002_two\.sql/);
  });

  it('keeps nothing of a migration that fails, and all that came before it', async () => {
    const broken: Migration = {
      name: '0002_broken.sql',
      sql: 'create table half (id integer); select 1/0',
      checksum: 'c',
    };
    await assert.rejects(migrate(database, [one, broken]), /0002_broken\.sql fails on .*: division by zero/);
    assert.deepEqual(await tables(), ['migration', 'one']);
    assert.deepEqual(await migrate(database, [one, two]), ['0002_two.sql']);
  });

  it('has real ones with a number each, one after the other', async () => {
    const names = (await readMigrations()).map(({ name }) => name);
    // 0004 to 0009 never were, and stay free: what is numbered before one that is applied would run after it there, and
    // before it on a new database.
    const numbers = names.map((_, index) => (index < 3 ? index + 1 : index + 7));
    assert.deepEqual(
      names.map((name) => name.replace(/_[a-z0-9_]+\.sql$/, '')),
      numbers.map((number) => String(number).padStart(4, '0')),
      'a new migration takes the next number, and no other',
    );
  });

  it('applies the real ones', async () => {
    const names = (await readMigrations()).map(({ name }) => name);
    assert.deepEqual(await migrate(database), names);
    assert.ok((await tables()).includes('region'));
  });
});
