import assert from 'node:assert/strict';
import { type FreshDatabase, freshDatabase } from '../../../scripts/testing/database.ts';
import { transaction } from '../../database/transaction.ts';

describe('a database, after a statement that failed', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
    await database.pool.query('create table thing (id integer primary key check (id > 0))');
    await database.pool.query('insert into thing values (1)');
  });
  after(() => database.close());

  const count = async () =>
    (await database.pool.query('select count(*)::integer as n from thing where id > $1', [0])).rows[0]?.n;

  for (const [what, text, values] of [
    ['with parameters', 'insert into thing values ($1)', [1]],
    ['that does not parse', 'insert into nothing values ($1)', [1]],
    ['with a parameter of another type', 'insert into thing values ($1)', ['x']],
    ['without parameters', 'insert into thing values (1)', undefined],
  ] as const) {
    it(`${what}, answers the next one with its own rows`, async () => {
      for (let round = 0; round < 3; round++) {
        await assert.rejects(database.pool.query(text, values && [...values]));
        assert.equal(await count(), 1);
      }
    });

    it(`${what}, in a transaction, answers the next one with its own rows`, async () => {
      for (let round = 0; round < 3; round++) {
        await assert.rejects(
          transaction(database, async (client) => {
            await client.query('insert into thing values ($1)', [2]);
            await client.query(text, values && [...values]);
          }),
        );
        assert.equal(await count(), 1);
      }
    });
  }

  it('under a name, answers the next one under it', async () => {
    const add = (id: number) =>
      database.pool.query({ name: 'add', text: 'insert into thing values ($1)', values: [id] });
    await add(7);
    await assert.rejects(add(7), /duplicate key/);
    await assert.rejects(add(-1), /thing_id_check/);
    await add(8);
    assert.equal(await count(), 3);
  });
});
