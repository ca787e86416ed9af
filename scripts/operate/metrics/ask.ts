/** The values of all rows, by one question to CloudWatch, read page by page. */
import { type CloudWatch, connectCloudWatch } from '../../aws/cloudwatch.ts';
import type { Row } from './rows.ts';

export interface Series {
  readonly row: Row;
  /** When the first period begins: milliseconds since 1970, a multiple of the period. */
  readonly from: number;
  readonly periodSeconds: number;
  /** One for each period, oldest first; undefined where nothing was measured. */
  readonly values: readonly (number | undefined)[];
}

export interface Range {
  /** Milliseconds since 1970, a multiple of the step. */
  readonly from: number;
  readonly to: number;
  /** Seconds; a line has one mark for each. */
  readonly stepSeconds: number;
}

/** Marks of a line, at most. */
const marks = 48;

/** Lengths that people think in, all of them multiples of those before that an alarm may have. */
const steps = [60, 300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800];

/** @param from,to milliseconds since 1970 */
export function rangeOf(from: number, to: number): Range {
  const seconds = (to - from) / 1000;
  const stepSeconds = steps.find((step) => seconds / step <= marks) ?? (steps.at(-1) as number);
  const step = stepSeconds * 1000;
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step, stepSeconds };
}

/** An alarm's rows are asked by its own period, for only that compares with its threshold. */
const periodOf = ({ alarm }: Row, { stepSeconds }: Range) => alarm?.periodSeconds ?? stepSeconds;

export async function ask(
  region: string,
  rows: readonly Row[],
  range: Range,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const cloudWatch = await connectCloudWatch({ region });
  try {
    const found = await pages(cloudWatch, rows, range, signal);
    return rows.map((row, index) => {
      const periodSeconds = periodOf(row, range);
      const period = periodSeconds * 1000;
      // A period of an hour may have begun before a range of some minutes.
      const from = Math.floor(range.from / period) * period;
      const values: (number | undefined)[] = Array(Math.ceil((range.to - from) / period)).fill(undefined);
      for (const [at, value] of found.get(idOf(index)) ?? []) {
        const place = Math.floor((at - from) / period);
        if (place >= 0 && place < values.length) values[place] = value * (row.scale ?? 1);
      }
      return { row, from, periodSeconds, values };
    });
  } finally {
    cloudWatch.destroy();
  }
}

/** What CloudWatch calls a row in its answer: it wants a letter first. */
const idOf = (index: number) => `m${index}`;

type Points = readonly (readonly [at: number, value: number])[];

/** A series may go on over several pages. */
async function pages(
  cloudWatch: CloudWatch,
  rows: readonly Row[],
  range: Range,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Points>> {
  const found = new Map<string, (readonly [number, number])[]>();
  const question = {
    StartTime: new Date(range.from),
    EndTime: new Date(range.to),
    ScanBy: 'TimestampAscending' as const,
    MetricDataQueries: rows.map((row, index) => ({
      Id: idOf(index),
      MetricStat: {
        Metric: {
          Namespace: row.namespace,
          MetricName: row.metric,
          Dimensions: Object.entries(row.dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: periodOf(row, range),
        Stat: row.stat,
      },
    })),
  };
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await cloudWatch.getMetricData(
      { ...question, ...(token !== undefined && { NextToken: token }) },
      { abortSignal: signal },
    );
    for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const points = found.get(Id) ?? [];
      points.push(...Timestamps.map((at, index) => [at.getTime(), Values[index] ?? 0] as const));
      found.set(Id, points);
    }
    token = page.NextToken;
  }
  return found;
}
