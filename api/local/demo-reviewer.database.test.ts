import assert from 'node:assert/strict';
import { freshDatabase } from '../../scripts/testing/database.ts';
import { addAccount } from '../access/accounts.ts';
import { verifyPassword } from '../access/password.ts';
import { demoReviewer } from './demo-reviewer.ts';

describe('the reviewer of a demonstration', () => {
  it('is added once, with a password of this machine, and never beside other staff', async () => {
    const database = await freshDatabase();
    try {
      const first = await demoReviewer(database, 'one secret');
      assert.ok(first);
      assert.deepEqual(await demoReviewer(database, 'one secret'), first);
      assert.notEqual((await demoReviewer(database, 'another'))?.password, first.password);
      const { rows } = await database.pool.query<{ password_hash: string }>('select password_hash from account');
      assert.equal(rows.length, 1);
      assert.ok(await verifyPassword(first.password, rows[0]?.password_hash));
      await database.pool.query('delete from account');
      const password = 'river otters at dawn';
      await addAccount(database.pool, { email: 'ann@example.org', name: 'Ann', role: 'viewer', password });
      assert.equal(await demoReviewer(database, 'one secret'), undefined);
    } finally {
      await database.close();
    }
  });
});
