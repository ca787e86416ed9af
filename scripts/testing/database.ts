/** The database that tests run on, chosen once for all processes of a run; and a fresh one for each who asks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, ensurePostgis, openServer } from '../../api/database/database.ts';
import { migrate } from '../../api/database/migrate.ts';
import { openEmbeddedDatabase } from '../../api/local/embedded/database.ts';
import { findPostgres, startThrowawayServer } from './throwaway-server.ts';

export type Choice =
  | {
      readonly kind: 'server';
      readonly url: string;
      readonly origin: string;
      /** Whether it is there after this run. */
      readonly stays: boolean;
      /** Begins the names of all databases of this run. */
      readonly prefix: string;
    }
  | { readonly kind: 'embedded' };

/** Has the choice, for the processes that run tests side by side. */
const handedOn = 'TEST_DATABASE_CHOICE';

type Server = Extract<Choice, { kind: 'server' }>;

let chosen: Promise<Choice> | undefined;

/** @param preferEmbedded even where there is a server */
export function chooseDatabase(preferEmbedded = false): Promise<Choice> {
  chosen ??= choose(preferEmbedded);
  return chosen;
}

/** Makes what is chosen here the choice of the processes that this one starts. */
export async function handOnDatabase(): Promise<void> {
  process.env[handedOn] = JSON.stringify(await chooseDatabase());
}

/** Where the embedded database was chosen, opens that of this process before a test waits for it. */
export async function openEmbedded(): Promise<void> {
  if (process.env[handedOn] && (await chooseDatabase()).kind === 'embedded') await embedded();
}

/** Which database that is, in words, with its versions. */
export async function describeDatabase(): Promise<string> {
  const choice = await chooseDatabase();
  // Opening it takes seconds, and each process has its own.
  if (choice.kind === 'embedded') return 'PostgreSQL, embedded';
  const database = await openServer(choice.url, { connections: 1 });
  const { rows } = await database.pool.query<{ version: string }>(`select split_part(version(), ' ', 2) as version`);
  await database.close();
  return `PostgreSQL ${rows[0]?.version}, ${choice.origin}`;
}

export interface FreshDatabase extends Database {
  /** Of the server, where there is one: for tests that start a process of their own. */
  readonly url: string | undefined;
}

/**
 * An empty database with all migrations applied (or, with `migrated: false`, with PostGIS and nothing else).
 * `close()` deletes it. The embedded engine has one session, so there it is the same one again, emptied.
 */
export async function freshDatabase({ migrated = true } = {}): Promise<FreshDatabase> {
  const choice = await chooseDatabase();
  return choice.kind === 'server' ? freshOnServer(choice, migrated) : freshEmbedded(migrated);
}

async function choose(preferEmbedded: boolean): Promise<Choice> {
  const { [handedOn]: made, TEST_DATABASE_URL } = process.env;
  if (made) return JSON.parse(made);
  if (preferEmbedded) return { kind: 'embedded' };
  const prefix = `coalition_test_${process.pid}`;
  if (TEST_DATABASE_URL)
    return { kind: 'server', url: TEST_DATABASE_URL, origin: 'the server of TEST_DATABASE_URL', stays: true, prefix };
  const postgres = findPostgres();
  if (!postgres) return { kind: 'embedded' };
  const { url } = await startThrowawayServer(postgres);
  return { kind: 'server', url, origin: 'a throw-away server', stays: false, prefix };
}

const templates = new Map<boolean, Promise<string>>();
let count = 0;

async function freshOnServer({ url, prefix }: Server, migrated: boolean): Promise<FreshDatabase> {
  const template = templates.get(migrated) ?? makeTemplate(url, prefix, migrated);
  templates.set(migrated, template);
  const name = nextName(prefix);
  await administer(url, `create database ${name} template ${await template}`);
  const itsUrl = withDatabase(url, name);
  const database = await openServer(itsUrl, { connections: 8 });
  return {
    ...database,
    url: itsUrl,
    async close() {
      await database.close();
      await administer(url, `drop database if exists ${name} with (force)`);
    },
  };
}

/** Creating PostGIS takes half a second; copying a database that has it takes a tenth. */
async function makeTemplate(url: string, prefix: string, migrated: boolean): Promise<string> {
  const name = nextName(prefix);
  await administer(url, `create database ${name}`);
  const database = await openServer(withDatabase(url, name), { connections: 1 });
  await ensurePostgis(database);
  if (migrated) await migrate(database);
  await database.close();
  return name;
}

/** Drops what a server which outlives this run would keep: the templates, and what a test that was killed has left. */
export async function cleanUp(): Promise<void> {
  const choice = await chooseDatabase();
  if (choice.kind === 'embedded') {
    await (await embeddedDatabase)?.close();
    return;
  }
  if (!choice.stays) return;
  const rows = await administer(
    choice.url,
    `select datname as name from pg_database where datname like '${choice.prefix}\\_%'`,
  );
  for (const { name } of rows) await administer(choice.url, `drop database if exists ${name} with (force)`);
  templates.clear();
}

async function administer(url: string, statement: string): Promise<readonly { readonly name: string }[]> {
  const server = await openServer(url, { connections: 1 });
  try {
    return (await server.pool.query<{ name: string }>(statement)).rows;
  } finally {
    await server.close();
  }
}

function nextName(prefix: string): string {
  count += 1;
  return `${prefix}_${process.pid}_${count}`;
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

let embeddedDatabase: Promise<Database> | undefined;

function embedded(): Promise<Database> {
  embeddedDatabase ??= openTemporary();
  return embeddedDatabase;
}

async function openTemporary(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'coalition-embedded-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const database = await openEmbeddedDatabase(join(folder, 'database'));
  await ensurePostgis(database);
  return database;
}

async function freshEmbedded(migrated: boolean): Promise<FreshDatabase> {
  const database = await embedded();
  const { rows } = await database.pool.query<{ name: string }>(`
    select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'spatial_ref_sys'`);
  if (rows.length > 0) await database.pool.query(`drop table ${rows.map(({ name }) => name).join(', ')} cascade`);
  if (migrated) await migrate(database);
  return { ...database, url: undefined, close: async () => {} };
}
