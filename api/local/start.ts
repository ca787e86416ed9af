/** The first minute of `npm start`, in order: database, migrations, boundaries, demo. Each step says what it does. */
import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { progress } from '../../scripts/terminal/progress.ts';
import { dim, green, yellow } from '../../scripts/terminal/style.ts';
import { type Database, openServer } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { importFile } from '../geodata/load/import-file.ts';
import { layers } from '../regions/layers.ts';
import { stateByFips } from '../regions/states.ts';
import type { LocalSettings } from '../settings.ts';
import { addDemoCampaign } from './demo.ts';
import { deleteEmbeddedDatabase, embeddedDatabaseExists, openEmbeddedDatabase } from './embedded/database.ts';

const boundariesFolder = fileURLToPath(new URL('./boundaries/', import.meta.url));

export interface StartOptions {
  /** Delete the local data first. */
  readonly reset: boolean;
  readonly signal: AbortSignal;
}

/** Brings up a database that has everything the application needs. Interrupted, it leaves nothing half done. */
export async function startDatabase(settings: LocalSettings, options: StartOptions): Promise<Database> {
  const database = await open(settings, options);
  try {
    await say('Migrations', async () => {
      const applied = await migrate(database);
      return applied.length === 0 ? 'up to date' : `${applied.length} applied`;
    });
    options.signal.throwIfAborted();
    await loadBoundaries(database, options.signal);
    if (await addDemoCampaign(database)) done('Demo campaign added');
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function open({ DATABASE_URL, LOCAL_FOLDER }: LocalSettings, { reset, signal }: StartOptions): Promise<Database> {
  if (DATABASE_URL) {
    if (reset) {
      throw Object.assign(new Error('--reset deletes local data only, and DATABASE_URL names a server.'), {
        remedy: 'Unset DATABASE_URL, or empty that database yourself.',
        exitCode: 2,
      });
    }
    return await say(
      'Database',
      () => openServer(DATABASE_URL),
      ({ name }) => name,
    );
  }
  const folder = join(LOCAL_FOLDER, 'database');
  if (reset) await deleteEmbeddedDatabase(folder);
  const fresh = !embeddedDatabaseExists(folder);
  return await say(
    fresh ? 'Creating an embedded PostgreSQL with PostGIS (about 10 s)' : 'Opening the embedded PostgreSQL',
    () => openEmbeddedDatabase(folder, signal),
    () => `PostgreSQL embedded, in ${relative('.', folder) || folder}`,
  );
}

async function loadBoundaries(database: Database, signal: AbortSignal): Promise<void> {
  const files = (await readdir(boundariesFolder)).filter((name) => name.endsWith('.zip')).sort();
  const { rows } = await database.pool.query<{ name: string }>('select source_file as name from boundary_set');
  const loaded = new Set(rows.map(({ name }) => name));
  const missing = files.filter((name) => !loaded.has(basename(name, '.zip')));
  if (missing.length === 0) {
    done(`Boundaries  ${files.length} Census files loaded`);
    return;
  }
  for (const name of missing) {
    signal.throwIfAborted();
    const bar = progress(`Importing ${name}`, 1);
    const result = await importFile(database, join(boundariesFolder, name), {
      signal,
      onProgress: (step, share) => bar.at(share, step),
    }).catch((error) => {
      bar.end();
      throw error;
    });
    if (result.kind === 'unchanged') bar.end();
    else {
      const { layer, coverage, vintage } = result.file;
      const label = layers.find(({ id }) => id === layer)?.plural ?? layer;
      const area = coverage === 'us' ? 'United States' : (stateByFips(coverage)?.name ?? coverage);
      bar.end(
        `${green('✓', process.stderr)} ${label}, ${area}, ${vintage}: ${result.regions.toLocaleString('en')} from ${result.name}`,
      );
      for (const notice of result.notices) process.stderr.write(`  ${yellow('!', process.stderr)} ${notice}\n`);
    }
  }
}

/** Runs a step under its label; what it returns (or `summary` of it) is the line that stays. */
async function say<T>(label: string, step: () => Promise<T>, summary: (result: T) => string = String): Promise<T> {
  const line = progress(label, 0);
  line.at(0, '…');
  try {
    const result = await step();
    line.end(`${green('✓', process.stderr)} ${label.split(' (')[0]}  ${dim(summary(result), process.stderr)}`);
    return result;
  } catch (error) {
    line.end();
    throw error;
  }
}

function done(line: string): void {
  process.stderr.write(`${green('✓', process.stderr)} ${line}\n`);
}
