/** Metrics as lines for people. */
import { bold, columns, dim, duration, red, yellow } from '../../terminal/style.ts';
import type { Range, Series } from './ask.ts';
import { lessIsWorse, type Measured, measure, worseOf } from './measure.ts';
import type { Unit } from './rows.ts';
import { fitted, sparkline } from './sparkline.ts';

export function table(all: readonly Series[], range: Range): string {
  const marks = Math.round((range.to - range.from) / 1000 / range.stepSeconds);
  const rows = [...Map.groupBy(all, ({ row }) => row.title)].flatMap(([title, series]) => [
    [bold(title)],
    ...series.map((one) => rowOf(one, marks)),
  ]);
  // Titles are no column: they would make the first one as wide as the longest.
  const aligned = columns(rows.filter((row) => row.length > 1)).split('\n');
  return rows.map((row) => (row.length === 1 ? row[0] : aligned.shift())).join('\n');
}

function rowOf(series: Series, marks: number): readonly string[] {
  const { row, values } = series;
  const measured = measure(series);
  if (!measured) return [`  ${row.label}`, dim('no data'), '', '', alarmOf(series, undefined)];
  const line = sparkline(fitted(values, marks, worseOf(row)));
  const { total, latest, worst } = measured;
  const sum = total === undefined ? `now ${amount(latest, row.unit)}` : `total ${amount(total, row.unit)}`;
  const peak = `${lessIsWorse(row) ? 'least' : 'most'} ${amount(worst, row.unit)}`;
  const within = row.alarm && row.stat === 'Sum' ? ` in ${length(series.periodSeconds)}` : '';
  return [`  ${row.label}`, line, sum, `${peak}${within}`, alarmOf(series, measured)];
}

function alarmOf({ row: { alarm, unit } }: Series, measured: Measured | undefined): string {
  if (!alarm) return '';
  const bound = `${alarm.comparison === 'GreaterThanThreshold' ? 'above' : 'below'} ${amount(alarm.threshold, unit)}`;
  const lasting = alarm.periods > 1 ? ` for ${length(alarm.periods * alarm.periodSeconds)}` : '';
  const text = `alarm ${bound}${lasting}`;
  if (!measured) return alarm.missing === 'breaching' ? red(`${text}, and when silent`) : dim(text);
  if (measured.standing === 'ringing') return red(`${text}: it was`);
  return measured.standing === 'touched' ? yellow(`${text}: shortly`) : dim(text);
}

/** `5 min`, `1 h` */
function length(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : duration(seconds * 1000);
}

export function amount(value: number, unit: Unit): string {
  if (unit === 'bytes')
    return value >= 1024 ** 3 ? `${(value / 1024 ** 3).toFixed(1)} GiB` : `${Math.round(value / 1024 ** 2)} MiB`;
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1;
  const number = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === 'count' ? number : `${number} ${unit}`;
}

export function heading(environment: string, region: string, { from, to, stepSeconds }: Range): string {
  const at = (moment: number) => `${new Date(moment).toISOString().slice(0, 16)}Z`;
  return `${bold(environment)} · ${region} · ${at(from)} to ${at(to)} · a mark is ${length(stepSeconds)}, · nothing measured`;
}
