/** A number that somebody is told about when it leaves its bounds. */
import type { Environment } from '../../environments/index.ts';
import { type Expression, ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { suffixed } from '../names.ts';

export interface Watch {
  /** Its name in production; elsewhere the environment's is appended. */
  readonly name: string;
  readonly description: string;
  /** The file in this repository that says, under the alarm's name as a heading, what to do. */
  readonly runbook: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string | Expression>>;
  /** `Sum`, `Average`, `Minimum`, or a percentile like `p95`. */
  readonly statistic: 'Average' | 'Minimum' | 'Sum' | 'p95';
  /** Of five minutes, unless it says otherwise. */
  readonly periodSeconds?: number;
  readonly periods?: number;
  readonly bound: { readonly above: number } | { readonly below: number };
  /** What silence means. */
  readonly missing: 'notBreaching' | 'breaching' | 'missing';
}

export function alarm(
  template: Template,
  { name: environment, account: { github } }: Environment,
  topic: Resource<'AWS::SNS::Topic'>,
  watch: Watch,
): void {
  const { name, description, runbook, namespace, metric, dimensions, statistic, bound, missing } = watch;
  template.add(`${pascalCase(name)}Alarm`, {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: suffixed(name, environment),
      // Whoever is woken reads it in a mail, and has this link.
      AlarmDescription: `${description} https://github.com/${github.owner}/${github.repository}/blob/main/${runbook}#${name}`,
      Namespace: namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      ...(statistic === 'p95' ? { ExtendedStatistic: statistic } : { Statistic: statistic }),
      Period: watch.periodSeconds ?? 300,
      EvaluationPeriods: watch.periods ?? 1,
      ComparisonOperator: 'above' in bound ? 'GreaterThanThreshold' : 'LessThanThreshold',
      Threshold: 'above' in bound ? bound.above : bound.below,
      TreatMissingData: missing,
      AlarmActions: [ref(topic)],
      OKActions: [ref(topic)],
    },
  });
}
