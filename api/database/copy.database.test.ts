import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { type Batches, type CopyValue, copyInto } from './copy.ts';
import { transaction } from './transaction.ts';

describe('database: copyInto', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase({ migrated: false });
    await database.pool.query('create table thing (name text, size integer, bytes bytea)');
  });
  beforeEach(() => database.pool.query('truncate thing'));
  after(() => database.close());

  const copy = (rows: Batches) =>
    transaction(database, (client) => copyInto(client, database, 'thing', ['name', 'size', 'bytes'], rows));

  it('carries text, numbers, bytes and nothing, whatever their size', async () => {
    const large = Buffer.alloc(3 << 20, 7);
    const written: CopyValue[][] = [
      ['Doña Ana', -1, Buffer.of(0, 255)],
      ['', 2 ** 31 - 1, null],
      [null, null, large],
      ['x'.repeat(1 << 21), 0, Buffer.alloc(0)],
    ];
    assert.equal(await copy(each(written)), 4);
    const { rows } = await database.pool.query({ text: 'select name, size, bytes from thing', rowMode: 'array' });
    assert.deepEqual(rows, written);
  });

  it('carries many small rows', async () => {
    function* many() {
      for (let i = 0; i < 50_000; i++) yield [`row ${i}`, i, null];
    }
    assert.equal(await copy([many()]), 50_000);
    const { rows } = await database.pool.query('select count(*)::int, sum(size)::int from thing');
    assert.deepEqual(rows, [{ count: 50_000, sum: 1_249_975_000 }]);
  });

  it('copies no rows', async () => {
    assert.equal(await copy(each([])), 0);
  });

  it('keeps nothing when the rows end in an error, and stays usable', async () => {
    async function* failing() {
      yield [['kept?', 1, null]];
      throw new Error('the file is truncated');
    }
    await assert.rejects(copy(failing()), /the file is truncated/);
    const { rows } = await database.pool.query('select count(*)::int from thing');
    assert.deepEqual(rows, [{ count: 0 }]);
  });

  it('reports the database’s own error, and stays usable', async () => {
    await assert.rejects(
      transaction(database, (client) => copyInto(client, database, 'thing', ['size'], each([['not a number']]))),
      /incorrect binary data format/,
    );
    assert.equal(await copy(each([['after', 1, null]])), 1);
  });

  it('leaves no file behind', async () => {
    if (database.bulkRoad.kind === 'connection') return; // that road has none
    const left = (await readdir(database.bulkRoad.folder)).filter((name) => name.startsWith('copy-'));
    assert.deepEqual(left, []);
  });
});

/** A batch for each row. */
async function* each(rows: CopyValue[][]): AsyncGenerator<CopyValue[][]> {
  for (const row of rows) yield [row];
}
