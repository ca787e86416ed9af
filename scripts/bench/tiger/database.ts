/** The database that is benchmarked: made anew before each contender, on a server that all of them share. */
import { spawnSync } from 'node:child_process';
import pg from 'pg';
import { openServer } from '../../../api/database/database.ts';
import { migrate } from '../../../api/database/migrate.ts';
import { findPostgres, startThrowawayServer } from '../../testing/throwaway-server.ts';

const postgres = findPostgres();
if (!postgres) throw new Error('This benchmark needs PostgreSQL with PostGIS on this machine.');
const maintenance = process.env.TEST_DATABASE_URL ?? (await startThrowawayServer(postgres)).url;

export const url = maintenance.replace(/\/[^/]*$/, '/bench_tiger');

export async function drop(): Promise<void> {
  await run(maintenance, 'drop database if exists bench_tiger with (force)');
}

/** With PostGIS and nothing else. */
export async function freshPostgis(): Promise<void> {
  await drop();
  await run(maintenance, 'create database bench_tiger');
  await onDatabase('create extension postgis');
}

/** With our tables. */
export async function freshMigrated(): Promise<void> {
  await freshPostgis();
  const database = await openServer(url, { connections: 1 });
  await migrate(database);
  await database.close();
}

export const onDatabase = (statement: string) => run(url, statement);

async function run(where: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: where });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** @returns seconds */
export function psql(statement: string): number {
  const started = performance.now();
  const { status, stderr } = spawnSync('psql', ['-q', '-X', '-v', 'ON_ERROR_STOP=1', url, '-c', statement], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - started) / 1000;
}
