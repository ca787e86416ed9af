import assert from 'node:assert/strict';
import { freshDatabase } from '../../scripts/testing/database.ts';
import { openServer } from './database.ts';
import { migrate, readMigrations } from './migrate.ts';

describe('database: migrate, from several processes at once', () => {
  it('applies each migration once', async () => {
    const database = await freshDatabase({ migrated: false });
    const others = await Promise.all([1, 2, 3].map(() => openServer(database.url ?? '', { connections: 1 })));
    try {
      const applied = await Promise.all(others.map((other) => migrate(other)));
      const names = (await readMigrations()).map(({ name }) => name);
      assert.deepEqual(applied.flat().sort(), names);
      assert.deepEqual(applied.map(({ length }) => length).sort(), [0, 0, names.length]);
    } finally {
      await Promise.all(others.map((other) => other.close()));
      await database.close();
    }
  });
});
