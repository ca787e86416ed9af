/** What becomes of a copy whose server ends in the middle of it. */
import assert from 'node:assert/strict';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { copyOut } from './copy-out.ts';

describe('copying out of a server that goes away', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase({ migrated: false });
  });
  after(() => database.close());

  it('fails and never comes short, before the first row or after many, and the next one is whole', async () => {
    for (const last of [1, 500]) {
      const row = `case when n = ${last} then pg_terminate_backend(pg_backend_pid())::text else repeat('x', 10000) end`;
      await assert.rejects(copyOut(database, `select ${row} from generate_series(1, 1000) n`), { code: '57P01' });
    }
    assert.equal(Buffer.concat(await copyOut(database, `select 'fine'`)).toString(), 'fine');
  });
});
