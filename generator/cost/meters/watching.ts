/** Logs, metrics, alarms, traces, and what is scheduled. */
import { environmentUse, type Meter, million, numberOf, secondsPerHour, tierUse, UnknownUse } from '../meter.ts';

const hoursPerDay = 24;

const logGroup: Meter = ({ stack, id, properties }, use) => {
  const { logGB } = stack.scope === 'tier' ? tierUse(use, stack) : environmentUse(use, stack.owner);
  const gigabytes = logGB[`${stack.name}/${id}`];
  if (gigabytes === undefined) throw new UnknownUse('the workload says nothing about it');
  const days = numberOf(properties.RetentionInDays, Number.NaN);
  const months = (days * hoursPerDay) / use.workload.hoursPerMonth;
  return [
    { price: 'logs.ingest', quantity: gigabytes, what: `${gigabytes} GB written` },
    { price: 'logs.storage', quantity: gigabytes * months, what: `kept for ${days} days` },
  ];
};

const metricFilter: Meter = ({ properties }) => [
  {
    price: 'cloudwatch.metric',
    quantity: ((properties.MetricTransformations ?? []) as readonly unknown[]).length,
    what: 'a metric of our own',
  },
];

/** One that compares several metrics is paid for by metric. */
const alarm: Meter = ({ properties: { Metrics } }) => {
  const metrics = (Metrics ?? []) as readonly { readonly MetricStat?: unknown }[];
  const quantity = Math.max(1, metrics.filter(({ MetricStat }) => MetricStat !== undefined).length);
  return [{ price: 'cloudwatch.alarm', quantity, what: 'an alarm' }];
};

const dashboard: Meter = () => [{ price: 'cloudwatch.dashboard', quantity: 1, what: 'a dashboard' }];

/** So many a second, and a share of the rest. At most: requests that come one by one are all within the reservoir. */
const sampling: Meter = ({ stack, properties }, use) => {
  const { requests } = environmentUse(use, stack.owner);
  const { ReservoirSize, FixedRate } = (properties.SamplingRule ?? {}) as Record<string, unknown>;
  const reserved = Math.min(requests, numberOf(ReservoirSize) * use.workload.hoursPerMonth * secondsPerHour);
  const traces = reserved + (requests - reserved) * numberOf(FixedRate);
  return [{ price: 'xray.trace', quantity: traces / million, what: 'traces, at most' }];
};

/** RDS's calls cost nothing; the schedule itself counts as one. */
const schedule: Meter = (_, use) => [
  {
    price: 'scheduler.invocation',
    quantity: use.workload.hoursPerMonth / hoursPerDay / million,
    what: 'calls, at most',
  },
];

export const watching: Readonly<Record<string, Meter>> = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::MetricFilter': metricFilter,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
  'AWS::XRay::SamplingRule': sampling,
  'AWS::Scheduler::Schedule': schedule,
};
