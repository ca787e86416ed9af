/**
 * Brings a database up to date with the numbered SQL files of `migrations/`, in order, each in its own transaction.
 * A file that has been applied never changes: its checksum is kept, and a difference stops the start. Two processes
 * that start at once take turns, by an advisory lock.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { type Database, DatabaseError, ensurePostgis } from './database.ts';

/** Where the migrations stand; the bundle for Lambda ships a copy of this folder beside itself. */
export const migrationsFolder = new URL('./migrations/', import.meta.url);

/** Any number will do, as long as nothing else takes the same one. */
const advisoryLock = 4_202_601;

export interface Migration {
  /** Such as `0001_campaign.sql`. */
  readonly name: string;
  readonly sql: string;
  /** sha256 of the SQL, in hexadecimal. */
  readonly checksum: string;
}

/**
 * Applies what is missing.
 * @returns the names of the migrations that this call applied
 * @throws DatabaseError when an applied file was changed, or the database is newer than this code
 */
export async function migrate(database: Database, migrations?: readonly Migration[]): Promise<readonly string[]> {
  const wanted = migrations ?? (await readMigrations());
  await ensurePostgis(database);
  const client = await database.pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [advisoryLock]);
    try {
      return await applyMissing(client, wanted, database.name);
    } finally {
      await client.query('select pg_advisory_unlock($1)', [advisoryLock]);
    }
  } finally {
    client.release();
  }
}

/** Reads the numbered files of a folder. */
export async function readMigrations(folder: URL = migrationsFolder): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyMissing(
  client: pg.PoolClient,
  wanted: readonly Migration[],
  database: string,
): Promise<readonly string[]> {
  await client.query(`
    create table if not exists migration (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from migration order by name',
  );
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  refuseDifference(applied, wanted, database);

  const missing = wanted.filter(({ name }) => !applied.has(name));
  for (const { name, sql, checksum } of missing) {
    await client.query('begin');
    try {
      await client.query(sql);
      await client.query('insert into migration (name, checksum) values ($1, $2)', [name, checksum]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new DatabaseError(
        `The migration ${name} fails on ${database}: ${(error as Error).message}.`,
        'Nothing of it was kept, and what came before it stands. Correct the file and start again.',
        { cause: error },
      );
    }
  }
  return missing.map(({ name }) => name);
}

function refuseDifference(applied: ReadonlyMap<string, string>, wanted: readonly Migration[], database: string): void {
  for (const { name, checksum } of wanted) {
    const before = applied.get(name);
    if (before !== undefined && before !== checksum) {
      throw new DatabaseError(
        `The migration ${name} was changed after ${database} had applied it.`,
        'Restore the file as it was and put the change into a new migration with the next number.',
      );
    }
  }
  const known = new Set(wanted.map(({ name }) => name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new DatabaseError(
      `${database} has migrations that this version does not know: ${unknown.join(', ')}.`,
      'Start a version at least as new as the one that applied them.',
    );
  }
}
