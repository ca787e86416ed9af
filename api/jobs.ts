/** What Lambda calls for jobs: `{"job": "migrate"}` in, what was done out. Nobody outside reaches it. */
import * as z from 'zod/mini';
import { addStaff } from './jobs/add-staff.ts';
import { bootstrapDatabase } from './jobs/bootstrap-database.ts';
import { countItems } from './jobs/count-items.ts';
import { stopped } from './jobs/database-hours.ts';
import { examine } from './jobs/doctor.ts';
import { locatePeople } from './jobs/locate-people.ts';
import { migrateDatabase } from './jobs/migrate-database.ts';
import { reassignEverybody } from './jobs/reassign-everybody.ts';
import { type JobSettings, readJobSettings, SettingsError } from './settings.ts';
import { log } from './telemetry/log.ts';

/** Each is a line here; what one job alone loads much for is loaded by it. */
const jobs = {
  migrate: migrateDatabase,
  'db-bootstrap': bootstrapDatabase,
  'add-staff': addStaff,
  locate: locatePeople,
  reassign: reassignEverybody,
  'item-count': (settings: JobSettings) => countItems(settings),
  outbox: async (settings: JobSettings) => (await import('./jobs/outbox.ts')).emptyOutbox(settings),
  doctor: examine,
};

const event = z.object({ job: z.enum(Object.keys(jobs) as Array<keyof typeof jobs>) });

/** @throws what the job throws: an invocation that failed is one that fails */
export async function handler(given: unknown): Promise<unknown> {
  const named = event.safeParse(given);
  if (!named.success) throw new SettingsError([`The event names no job. There are ${Object.keys(jobs).join(', ')}.`]);
  const { job } = named.data;
  const started = Date.now();
  try {
    const result: unknown = await jobs[job](readJobSettings(), given);
    const outcome = result === stopped ? `waits: the database is ${stopped.database}` : 'is done';
    log('info', `The job ${job} ${outcome}.`, { milliseconds: Date.now() - started });
    return result;
  } catch (error) {
    log('error', `The job ${job} failed.`, { error });
    throw error;
  }
}
