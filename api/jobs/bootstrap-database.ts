/** Makes the environment's database and the role that it is used by, as the server's master user. Again, it changes nothing. */
import * as z from 'zod/mini';
import { type Database, DatabaseError, ensurePostgis, openServer } from '../database/database.ts';
import { databaseNameOf, ownDatabaseUrl } from '../secrets/own-database.ts';
import { readSecret } from '../secrets/secrets.ts';
import { type JobSettings, SettingsError } from '../settings.ts';

export interface Bootstrapped {
  readonly database: string;
  readonly role: string;
  readonly created: readonly ('role' | 'database')[];
  readonly postgis: string;
}

/** Whose password the role gets: of the version of its secret that is used, or of the one that is to follow. */
const event = z.object({ pending: z.optional(z.boolean()) });

/**
 * @throws DatabaseError when the configured database or role is not the environment's
 * @throws SettingsError without the master's secret
 */
export async function bootstrapDatabase(settings: JobSettings, given: unknown = {}): Promise<Bootstrapped> {
  const { MASTER_SECRET_ARN } = settings;
  if (MASTER_SECRET_ARN === undefined) throw new SettingsError(['The variable MASTER_SECRET_ARN is not set.']);
  const read = event.safeParse(given);
  if (!read.success) throw new SettingsError(['The event of db-bootstrap takes "pending": true, or nothing.']);
  const own = new URL(await ownDatabaseUrl(settings, read.data.pending ? 'AWSPENDING' : 'AWSCURRENT'));
  // RDS writes only the name and the password of its master user; where, the environment's own secret says.
  const { username, password } = JSON.parse(await readSecret('MASTER_SECRET_ARN', MASTER_SECRET_ARN));
  return bootstrap(settings.ENVIRONMENT, own, { username, password });
}

/** @param own URL of the environment's database, with the role and password that it is to have */
export async function bootstrap(
  environment: JobSettings['ENVIRONMENT'],
  own: URL,
  master: { readonly username: string; readonly password: string },
): Promise<Bootstrapped> {
  const name = databaseNameOf(environment);
  const role = decodeURIComponent(own.username);
  if (role !== name || decodeURIComponent(own.pathname.slice(1)) !== name) {
    throw new DatabaseError(
      `The database and the role of ${environment} are both called ${name}; its secret names others.`,
      'Correct the secret; nothing was changed.',
    );
  }
  const created: Array<'role' | 'database'> = [];
  await as(master, own, 'postgres', async (server) => {
    if (await makeRole(server, role, decodeURIComponent(own.password))) created.push('role');
    if (await makeDatabase(server, name, role)) created.push('database');
  });
  // The extension takes the master user, and PostGIS belongs to whoever made it.
  const postgis = await as(master, own, name, async (database) => {
    await database.pool.query(`alter schema public owner to "${role}"`);
    return ensurePostgis(database);
  });
  return { database: name, role, created, postgis };
}

async function makeRole({ pool }: Database, role: string, password: string): Promise<boolean> {
  const { rows } = await pool.query<{ superuser: boolean }>(
    'select rolsuper as superuser from pg_roles where rolname = $1',
    [role],
  );
  if (rows[0]?.superuser) {
    throw new DatabaseError(
      `The role ${role} is a superuser.`,
      `Take that from it first: ALTER ROLE ${role} NOSUPERUSER.`,
    );
  }
  // No parameters in these statements, so the server quotes: format() with %I and %L.
  const { rows: made } = await pool.query<{ statement: string }>(
    `select format($1 || ' role %I login nosuperuser nocreatedb nocreaterole password %L', $2::text, $3::text) as statement`,
    [rows[0] ? 'alter' : 'create', role, password],
  );
  await pool.query(made[0]?.statement ?? '');
  return rows[0] === undefined;
}

async function makeDatabase({ pool }: Database, name: string, role: string): Promise<boolean> {
  const { rowCount } = await pool.query('select from pg_database where datname = $1', [name]);
  if (rowCount === 0) {
    // Whoever gives a database away has to be a member of who gets it; only a superuser need not.
    await pool.query(`grant "${role}" to current_user`);
    await pool.query(`create database "${name}" owner "${role}"`);
  }
  // Every role may connect to every database, unless told otherwise.
  await pool.query(`revoke connect, temporary on database "${name}" from public`);
  return rowCount === 0;
}

async function as<T>(
  { username, password }: { readonly username: string; readonly password: string },
  own: URL,
  name: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const url = new URL(own);
  url.username = encodeURIComponent(username);
  url.password = encodeURIComponent(password);
  url.pathname = `/${name}`;
  const database = await openServer(url.href, { connections: 1 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
