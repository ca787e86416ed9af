/**
 * A database that is stopped in the evening and started on weekday mornings is no failure at night: what waits, waits
 * until then. When it should be up, that it does not answer is one.
 */
import { isRefusedLogin } from '../database/connection-error.ts';
import { type Database, DatabaseError, openServer } from '../database/database.ts';
import { ownDatabaseUrl } from '../secrets/own-database.ts';
import type { JobSettings } from '../settings.ts';

/** What a job answers that found it stopped. */
export const stopped = { database: 'stopped for the night' } as const;

/** Starting an instance of RDS takes minutes. */
const startMinutes = 15;

/**
 * @returns undefined while it is stopped by its hours; somebody may have started it all the same, so it is asked
 * @throws DatabaseError where it should be up
 */
export async function openInItsHours(
  settings: JobSettings,
  connections: number,
  now: Date = new Date(),
): Promise<Database | undefined> {
  const { DATABASE_HOURS } = settings;
  const mayBeStopped = DATABASE_HOURS !== undefined && !isUp(DATABASE_HOURS, now);
  const url = await ownDatabaseUrl(settings);
  try {
    // What is stopped does not answer at all, and each second of waiting for it is paid for, once a minute.
    return await openServer(url, {
      connections,
      ...(mayBeStopped && { connectTimeoutMs: 1_000 }),
    });
  } catch (error) {
    // One that refuses us is up.
    if (mayBeStopped && error instanceof DatabaseError && !isRefusedLogin(error.cause)) return undefined;
    throw error;
  }
}

/**
 * Whether the last thing that its hours did was to start it, a while ago.
 * @param hours `07:30-19:00 America/New_York`: started Monday to Friday, stopped every day
 */
export function isUp(hours: string, now: Date): boolean {
  const [, start = '', stop = '', timeZone = ''] = /^(\d\d:\d\d)-(\d\d:\d\d) (\S+)$/.exec(hours) ?? [];
  const { day, minutes } = localTime(now, timeZone);
  const [startsAt, stopsAt] = [minutesOf(start), minutesOf(stop)];
  // Minutes since each of the last week's events, by the clock on the wall.
  const since = (at: number, days: readonly number[]) =>
    Math.min(
      ...Array.from({ length: 8 }, (_, back) => back)
        .filter((back) => days.includes((day - back + 14) % 7) && (back > 0 || at <= minutes))
        .map((back) => back * 1_440 + minutes - at),
    );
  const started = since(startsAt, [1, 2, 3, 4, 5]);
  return started >= startMinutes && started < since(stopsAt, [0, 1, 2, 3, 4, 5, 6]);
}

function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

/** @returns 0 for Sunday, and minutes since midnight */
function localTime(now: Date, timeZone: string): { readonly day: number; readonly minutes: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(of('weekday'));
  return { day, minutes: minutesOf(`${of('hour')}:${of('minute')}`) };
}
