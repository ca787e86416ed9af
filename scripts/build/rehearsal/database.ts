/** A server for one rehearsal, with an empty database that is called as staging's is. */
import { findPostgres, startThrowawayServer } from '../../testing/throwaway-server.ts';

export interface RehearsalDatabase extends AsyncDisposable {
  /** undefined where this machine has no PostgreSQL with PostGIS */
  readonly url: string | undefined;
}

export async function throwawayDatabase(): Promise<RehearsalDatabase> {
  const programs = findPostgres();
  if (!programs) return { url: undefined, async [Symbol.asyncDispose]() {} };
  const server = await startThrowawayServer(programs);
  const { Client } = await import('pg');
  const name = 'coalition_staging';
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const own = new Client({ connectionString: url.href });
  await own.connect();
  await own.query('create extension if not exists postgis');
  await own.end();
  return { url: url.href, async [Symbol.asyncDispose]() {} };
}
