/** What a series says: its sum or latest value, its worst one, and how it stands to its alarm. */
import type { AlarmInTemplate } from '../alarms.ts';
import type { Series } from './ask.ts';

export interface Measured {
  /** Of what is counted. */
  readonly total?: number;
  /** The last value that there is. */
  readonly latest: number;
  /** The value nearest to the alarm, or beyond it: the least where less is worse. */
  readonly worst: number;
  /** `ringing`: long enough beyond the threshold, at some time. `touched`: for a shorter time. */
  readonly standing?: 'quiet' | 'touched' | 'ringing';
}

/** @returns undefined where nothing was measured */
export function measure({ row, values }: Series): Measured | undefined {
  const measured = values.filter((value) => value !== undefined);
  const latest = measured.at(-1);
  if (latest === undefined) return undefined;
  const { alarm, stat } = row;
  const worse = worseOf(row);
  return {
    ...(stat === 'Sum' && { total: measured.reduce((sum, value) => sum + value, 0) }),
    latest,
    worst: measured.reduce((one, other) => worse(one, other)),
    ...(alarm && { standing: standing(alarm, values) }),
  };
}

/** Of what is free or left, less is worse. */
export function lessIsWorse({ alarm, stat }: Series['row']): boolean {
  return alarm ? alarm.comparison === 'LessThanThreshold' : stat === 'Minimum';
}

export const worseOf =
  (row: Series['row']) =>
  (one: number, other: number): number =>
    lessIsWorse(row) ? Math.min(one, other) : Math.max(one, other);

function standing(
  { comparison, threshold, periods, missing }: AlarmInTemplate,
  values: readonly (number | undefined)[],
): NonNullable<Measured['standing']> {
  const isBeyond = (value: number | undefined) => {
    if (value === undefined) return missing === 'breaching';
    return comparison === 'GreaterThanThreshold' ? value > threshold : value < threshold;
  };
  // Before the first value there may have been nothing to measure.
  const from = values.findIndex((value) => value !== undefined);
  let longest = 0;
  let run = 0;
  for (const value of values.slice(from, values.findLastIndex((each) => each !== undefined) + 1)) {
    run = isBeyond(value) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  if (longest >= periods) return 'ringing';
  return longest > 0 ? 'touched' : 'quiet';
}
