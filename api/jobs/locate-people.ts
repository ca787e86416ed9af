import { chosenGeocoder } from '../geocoding/chosen.ts';
import { kept } from '../geocoding/kept.ts';
import { type LocateReport, locateWaiting } from '../geocoding/locate.ts';
import type { JobSettings } from '../settings.ts';
import { openInItsHours, stopped } from './database-hours.ts';

/** Leaves time before the function's own end: what is begun is finished, and the rest waits for the next run. */
const patienceMs = 10 * 60_000;

/** Looks up the addresses that wait for it. Without a geocoder they wait on, and nothing is lost. */
export async function locatePeople(
  settings: JobSettings,
): Promise<LocateReport | { readonly geocoder: 'none' } | typeof stopped> {
  const geocoder = chosenGeocoder(settings);
  if (!geocoder) return { geocoder: 'none' };
  const database = await openInItsHours(settings, 2);
  if (!database) return stopped;
  try {
    return await locateWaiting(database, kept(geocoder, database), {
      limit: 1_000,
      signal: AbortSignal.timeout(patienceMs),
    });
  } finally {
    await database.close();
  }
}
