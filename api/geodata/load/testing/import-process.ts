/** An import as a process of its own, for tests that kill it: `node import-process.ts <url> <zip> …`. */
import { basename } from 'node:path';
import { openServer } from '../../../database/database.ts';
import { importRun } from '../import-run.ts';

const [url = '', ...paths] = process.argv.slice(2);
const database = await openServer(url, { connections: 1 });
const { outcome } = await importRun(
  database,
  paths.map((path) => ({ name: basename(path, '.zip'), fetch: async () => ({ kind: 'file', path, origin: path }) })),
  { force: true, wait: true, onProgress: (step) => process.send?.(step) },
);
await database.close();
process.exitCode = outcome === 'done' ? 0 : 1;
