/** How far back is looked: `45s`, `30m`, `6h`, `7d`, or a moment. */
import { UsageError } from '../terminal/command.ts';

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns milliseconds since 1970 @throws UsageError (2) */
export function since(text: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = units[unit];
  const moment = milliseconds === undefined ? Date.parse(text) : now - Number(count) * milliseconds;
  // Date.parse reads a bare number as a year.
  if (Number.isNaN(moment) || /^\d+$/.test(text))
    throw new UsageError(`--since is "${text}".`, 'It takes 45s, 30m, 6h or 7d, or a moment: 2026-11-25T10:00:00Z.');
  if (moment > now)
    throw new UsageError(`--since is "${text}", which is still to come.`, 'Leave it out for the last hour.');
  return moment;
}
