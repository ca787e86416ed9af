/** What is shown: every line of the environment's dashboard, each with the alarm that watches it. */
import type { Environment } from '../../../environments/index.ts';
import { type Graph, graphs, type Metric } from '../../../generator/resources/dashboard.ts';
import { type AlarmInTemplate, alarmsIn } from '../alarms.ts';

export interface Row {
  /** Of the dashboard's widget. */
  readonly title: string;
  readonly label: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `Minimum`, `Maximum`, `p95`. */
  readonly stat: string;
  /** With which each value is multiplied: a share of something, in per cent. */
  readonly scale?: number;
  readonly unit: Unit;
  readonly alarm?: AlarmInTemplate;
}

export type Unit = 'count' | 'ms' | '%' | 'bytes';

export function rowsOf(environment: Environment): readonly Row[] {
  const alarms = alarmsIn(environment);
  return graphs(environment).flatMap((graph) =>
    graph.metrics.flatMap((line) => {
      const row = rowOf(graph, line);
      if (!row) return [];
      const watching = alarms.filter((alarm) => watches(alarm, row));
      // An alarm judges a statistic of its own: that one is shown beside the threshold.
      return watching.length === 0
        ? [row]
        : watching.map((alarm) => ({ ...row, stat: alarm.statistic, alarm, label: labelled(row, alarm) }));
    }),
  );
}

function rowOf({ title, metrics, stat: usual = 'Sum' }: Graph, line: Metric): Row | undefined {
  const names = line.filter((part) => typeof part === 'string');
  const { stat = usual, label, expression, visible } = optionsOf(line);
  if (visible === false) return undefined;
  if (expression !== undefined) {
    const [, id, whole] = /^100 \* (\w+) \/ (\d+)$/.exec(expression) ?? [];
    const part = metrics.find((other) => optionsOf(other).id === id);
    if (!part) throw new Error(`The expression ${expression} of the dashboard is none that the terminal works out.`);
    const row = rowOf(
      { title, metrics },
      part.map((each) => (typeof each === 'string' ? each : { ...each, visible: true })),
    );
    return row && { ...row, label: label ?? row.label, scale: 100 / Number(whole), unit: '%' };
  }
  const [namespace = '', metric = '', ...dimensions] = names;
  const pairs = dimensions.flatMap((name, index) => (index % 2 === 0 ? [[name, dimensions[index + 1] ?? '']] : []));
  return {
    title,
    label: label ?? metric,
    namespace,
    metric,
    dimensions: Object.fromEntries(pairs),
    stat,
    unit: unitOf(title, metric),
  };
}

function optionsOf(line: Metric): Exclude<Metric[number], string> {
  const last = line.at(-1);
  return typeof last === 'object' ? last : {};
}

/** A dimension whose value another stack hands on is the environment's own: no two alarms differ in it alone. */
function watches(alarm: AlarmInTemplate, row: Row): boolean {
  if (alarm.namespace !== row.namespace || alarm.metric !== row.metric) return false;
  // Of several lines of one metric, the one with the statistic that the alarm judges; a line without, any.
  if (/^p\d/.test(row.stat) && row.stat !== alarm.statistic) return false;
  if (row.stat === 'Maximum' && /^p\d/.test(alarm.statistic)) return false;
  return Object.entries(alarm.dimensions).every(([name, value]) => row.dimensions[name] === value);
}

const labelled = ({ label, metric }: Row, { statistic }: AlarmInTemplate) =>
  label === metric && statistic === 'Average' ? `${label} (average)` : label;

function unitOf(title: string, metric: string): Unit {
  if (title.includes('(bytes)')) return 'bytes';
  if (title.includes('(%)')) return '%';
  return /Duration|Latency/.test(metric) ? 'ms' : 'count';
}
