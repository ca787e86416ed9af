/**
 * An import as a process of its own, for tests that kill it:
 * `node import-process.ts <url of the database> <folder for downloads> <url of a zip> …`.
 */
import { basename } from 'node:path';
import { openServer } from '../../../database/database.ts';
import { censusSource } from '../../download/census.ts';
import { jobsFor } from '../../download/jobs.ts';
import { importRun } from '../import-run.ts';

const [url = '', folder = '', ...zips] = process.argv.slice(2);
const database = await openServer(url, { connections: 1 });
const wanted = zips.map((zip) => ({
  dataSet: 'sldu' as const,
  states: undefined,
  candidates: [{ name: basename(zip, '.zip'), url: zip }],
  otherwise: [],
}));
const jobs = jobsFor({ wanted, lacking: [], notices: [] }, censusSource(folder, { firstPauseMs: 10 }));
const { outcome } = await importRun(database, jobs, { force: true, wait: true });
await database.close();
process.exitCode = outcome === 'done' ? 0 : 1;
