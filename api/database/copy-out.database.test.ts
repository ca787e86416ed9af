/** Text that leaves as bytes, on whichever engine there is. */
import assert from 'node:assert/strict';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { copyOut } from './copy-out.ts';

describe('copying out', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase({ migrated: false });
  });
  after(() => database.close());

  const text = async (query: string) => Buffer.concat(await copyOut(database, query)).toString();

  it('hands on every byte, whatever its size and however the server cuts it', async () => {
    for (const length of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
      const expected = `é${'x'.repeat(length)}\\N\t"\r\n`.repeat(3);
      const query = `select 'é' || repeat('x', ${length}) || E'\\\\N\\t"\\r\\n' from generate_series(1, 3)`;
      assert.equal(await text(query), expected, String(length));
    }
  });

  it('is empty where there is no row', async () => {
    assert.equal(await text(`select 'x' where false`), '');
  });

  it('says what the database says, and leaves its connections to the next one', async () => {
    for (let round = 0; round < 10; round++)
      await assert.rejects(copyOut(database, 'select (1 / (3 - n))::text from generate_series(1, 9) n'), {
        code: '22012',
      });
    assert.equal(await text(`select 'fine'`), 'fine');
  });
});
