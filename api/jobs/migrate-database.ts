import { openServer } from '../database/database.ts';
import { migrate, readMigrations } from '../database/migrate.ts';
import { ownDatabaseUrl } from '../secrets/own-database.ts';
import type { JobSettings } from '../settings.ts';

export interface Migrated {
  readonly database: string;
  /** Names of the migrations that were missing. */
  readonly applied: readonly string[];
}

/** Brings the environment's database up to date. @throws DatabaseError, also when it is not the environment's */
export async function migrateDatabase(settings: JobSettings): Promise<Migrated> {
  const url = await ownDatabaseUrl(settings);
  // Building an index takes longer than a request may.
  const database = await openServer(url, { connections: 2, statementTimeoutMs: 14 * 60_000 });
  try {
    return { database: database.name, applied: await migrate(database, await readMigrations()) };
  } finally {
    await database.close();
  }
}
