/**
 * A PostgreSQL with PostGIS: a server, or (on a laptop, see `api/local/embedded/`) the embedded one. Both are spoken
 * to by `pg`; they differ in how many sessions there are and in the road that bulk data takes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connections, connectionsOnUse } from './connections.ts';

export interface Database {
  readonly pool: Connections;
  /** How `copyInto()` gets many rows in: over the connection, or through a file that the embedded engine can see. */
  readonly bulkRoad: BulkRoad;
  /** In words, without credentials: for a start-up line or an error. */
  readonly name: string;
  close(): Promise<void>;
}

export type BulkRoad =
  | { readonly kind: 'connection' }
  | { readonly kind: 'file'; readonly folder: string; readonly folderSeenByDatabase: string };

/** How long closing waits for a server that has stopped answering. */
const patienceMs = 3_000;

/** The database cannot be used as it is; the remedy says what to change. */
export class DatabaseError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.remedy = remedy;
  }
}

export interface ServerOptions {
  /** Sessions at most. */
  readonly connections?: number;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
}

/**
 * Connects to the server that `url` names and makes sure that it answers.
 * @throws DatabaseError naming host and database, never the password
 */
export async function openServer(url: string, options: ServerOptions = {}): Promise<Database> {
  const database = serverOnUse({ url: async () => url, name: describeUrl(url) }, options);
  try {
    await database.pool.query('select 1');
  } catch (error) {
    await database.close();
    throw new DatabaseError(
      `The database ${database.name} does not answer: ${reason(error)}.`,
      'Check DATABASE_URL (host, port, database, user, password) and that the server runs; without DATABASE_URL, npm start brings its own database.',
      { cause: error },
    );
  }
  return database;
}

/**
 * The same without connecting yet: the first statement does.
 * @param login `url` is asked again when nothing can be reached with what it said before; `name` is for people
 */
export function serverOnUse(
  login: { readonly url: () => Promise<string>; readonly name: string },
  options: ServerOptions = {},
): Database {
  const pool = connectionsOnUse({
    url: login.url,
    connections: options.connections ?? 4,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 25_000,
  });
  return {
    pool,
    bulkRoad: { kind: 'connection' },
    name: login.name,
    close: () => Promise.race([pool.end(), sleep(patienceMs, undefined, { ref: false })]),
  };
}

/**
 * Makes sure that PostGIS is there, creating the extension where it may.
 * @returns its version, such as `3.3.2`
 */
export async function ensurePostgis(database: Database): Promise<string> {
  const { rows } = await database.pool.query<{ installed: string | null; available: boolean }>(`
    select (select extversion from pg_extension where extname = 'postgis') as installed,
           exists (select from pg_available_extensions where name = 'postgis') as available`);
  const { installed = null, available = false } = rows[0] ?? {};
  if (installed !== null) return installed;
  if (!available) {
    throw new DatabaseError(
      `The database ${database.name} has no PostGIS.`,
      'Install PostGIS on that server (Debian: apt-get install postgresql-15-postgis-3), or unset DATABASE_URL to use the embedded database, which has it.',
    );
  }
  try {
    await database.pool.query('create extension if not exists postgis');
  } catch (error) {
    const isForbidden = (error as { code?: unknown }).code === '42501';
    throw new DatabaseError(
      `PostGIS is installed on ${database.name} but ${isForbidden ? 'this user may not enable it' : 'cannot be enabled'}: ${reason(error)}.`,
      isForbidden ? 'As a superuser of that database run: CREATE EXTENSION postgis;' : 'Mend that, then try again.',
      { cause: error },
    );
  }
  return ensurePostgis(database);
}

function describeUrl(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${pathname.slice(1) || 'postgres'} on ${hostname || 'localhost'}${port ? `:${port}` : ''}`;
  } catch {
    return 'that DATABASE_URL names';
  }
}

/** A connection error's own words; several attempts (IPv4 and IPv6) come as one AggregateError without a message. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reason))].join('; ');
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\.$/, '');
}
