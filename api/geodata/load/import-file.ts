/** Imports one file that is on this machine: what `npm start` does with the files that the repository carries. */
import { basename } from 'node:path';
import type { Database } from '../../database/database.ts';
import { type FileReport, importRun, type RunOptions } from './import-run.ts';

export type ImportResult = Extract<FileReport, { kind: 'loaded' | 'unchanged' }>;

/**
 * @param path of a .zip as the Census Bureau publishes it
 * @throws FormatError, CatalogueError or ImportError; then what was in force is still in force
 */
export async function importFile(
  database: Pick<Database, 'pool' | 'bulkRoad'>,
  path: string,
  options: Omit<RunOptions, 'onFile' | 'onFileEnd'> = {},
): Promise<ImportResult> {
  const job = { name: basename(path, '.zip'), fetch: async () => ({ kind: 'file', path, origin: path }) as const };
  const { files } = await importRun(database, [job], options);
  const report = files[0];
  if (report?.kind === 'refused') throw report.error;
  if (report?.kind !== 'loaded' && report?.kind !== 'unchanged') throw new Error(`Nothing became of ${path}.`);
  return report;
}
