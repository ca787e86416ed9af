/** One page with every number that an environment has. A number that is not collected has no widget. */
import type { Environment } from '../../environments/index.ts';
import type { Template } from '../cloudformation/template.ts';
import {
  applicationNamespace,
  functionName,
  instanceIdentifier,
  jobsFunctionName,
  keepWarmRuleName,
  rateLimitsTableName,
} from '../names.ts';
import { coldStarts, memoryUsed, metricNamespace, rateLimitItems } from './log-metrics.ts';

/** As CloudWatch writes them: namespace, name, dimensions by name and value, and how it is drawn. */
export type Metric = readonly (
  | string
  | {
      readonly stat?: string;
      readonly label?: string;
      readonly expression?: string;
      readonly id?: string;
      readonly visible?: boolean;
    }
)[];

export function dashboard(template: Template, environment: Environment): void {
  const { name, account } = environment;
  // Three in a row of 24 columns.
  const widgets = graphs(environment).map(({ title, metrics, stat = 'Sum' }, index) => ({
    type: 'metric',
    x: (index % 3) * 8,
    y: Math.floor(index / 3) * 6,
    width: 8,
    height: 6,
    properties: { title, metrics, stat, period: 300, view: 'timeSeries', region: account.region },
  }));
  template.add('Dashboard', {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: { DashboardName: functionName(name), DashboardBody: JSON.stringify({ widgets }) },
  });
}

export interface Graph {
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly stat?: string;
}

/** What the terminal shows as well (`npm run metrics`). */
export function graphs({ name, tier, lambda }: Environment): readonly Graph[] {
  const ofFunction = (metric: string): Metric => ['AWS/Lambda', metric, 'FunctionName', functionName(name)];
  const ofApi = (metric: string): Metric => ['AWS/ApiGateway', metric, 'ApiName', functionName(name), 'Stage', name];
  const ofTable = (metric: string): Metric => ['AWS/DynamoDB', metric, 'TableName', rateLimitsTableName(tier)];
  const ofDatabase = (metric: string): Metric => ['AWS/RDS', metric, 'DBInstanceIdentifier', instanceIdentifier(tier)];
  const ofJobs = (metric: string): Metric => ['AWS/Lambda', metric, 'FunctionName', jobsFunctionName(name)];
  const ofApplication = (metric: string): Metric => [applicationNamespace, metric, 'environment', name];
  const own = metricNamespace(name);
  return [
    {
      title: 'Function: invocations, errors, throttles',
      metrics: ['Invocations', 'Errors', 'Throttles'].map(ofFunction),
    },
    {
      title: 'Function: duration (ms)',
      metrics: ['p50', 'p95', 'Maximum'].map((stat) => [...ofFunction('Duration'), { stat, label: stat }]),
    },
    { title: 'Function: cold starts', metrics: [[own, coldStarts]] },
    {
      title: `Function: memory used, of ${lambda.memoryMB} MB (%)`,
      metrics: [
        [{ expression: `100 * used / ${lambda.memoryMB}`, label: 'used', id: 'share' }],
        [own, memoryUsed, { id: 'used', stat: 'Maximum', visible: false }],
      ],
    },
    { title: 'API: requests', metrics: [ofApi('Count')] },
    {
      title: 'API: latency (ms)',
      metrics: ['Latency', 'IntegrationLatency'].map((metric) => [
        ...ofApi(metric),
        { stat: 'p95', label: `${metric} p95` },
      ]),
    },
    { title: 'API: 4xx and 5xx', metrics: ['4XXError', '5XXError'].map(ofApi) },
    {
      title: 'Application: latency (ms)',
      metrics: ['p50', 'p95'].map((stat) => [...ofApplication('Latency'), { stat, label: stat }]),
    },
    {
      title: 'Application: faults, requests turned away, requests that nobody counted',
      metrics: ['Faults', 'Throttled', 'Uncounted'].map(ofApplication),
    },
    { title: 'Jobs: invocations, errors', metrics: ['Invocations', 'Errors'].map(ofJobs) },
    ...(lambda.keepWarmMinutes === undefined
      ? []
      : [{ title: 'Keep-warm: calls', metrics: [['AWS/Events', 'Invocations', 'RuleName', keepWarmRuleName(name)]] }]),
    {
      title: 'Rate limits: capacity used',
      metrics: ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'].map(ofTable),
    },
    { title: 'Rate limits: throttled', metrics: ['ReadThrottleEvents', 'WriteThrottleEvents'].map(ofTable) },
    { title: 'Rate limits: items', metrics: [[own, rateLimitItems]], stat: 'Maximum' },
    ...(tier.database.mode === 'external'
      ? []
      : [
          { title: 'Database: processor (%)', metrics: [ofDatabase('CPUUtilization')], stat: 'Average' },
          { title: 'Database: connections', metrics: [ofDatabase('DatabaseConnections')], stat: 'Maximum' },
          { title: 'Database: free storage (bytes)', metrics: [ofDatabase('FreeStorageSpace')], stat: 'Minimum' },
          { title: 'Database: free memory (bytes)', metrics: [ofDatabase('FreeableMemory')], stat: 'Minimum' },
          { title: 'Database: CPU credits', metrics: [ofDatabase('CPUCreditBalance')], stat: 'Minimum' },
        ]),
  ];
}
