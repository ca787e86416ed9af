/**
 * Two numbers that Lambda has no metric for, counted from the platform's own lines. They are JSON, so the text INIT_START
 * that one finds recommended is in none of them. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
import type { EnvironmentName } from '../../environments/index.ts';
import type { Expression } from '../cloudformation/expression.ts';
import type { Template } from '../cloudformation/template.ts';

export const metricNamespace = (environment: EnvironmentName) => `coalition-builder/${environment}`;
export const coldStarts = 'ColdStarts';
export const memoryUsed = 'MaxMemoryUsedMB';
/** Written by the job `item-count`: DynamoDB tells the number of items on request only. */
export const rateLimitItems = 'RateLimitItems';

export function logMetrics(template: Template, environment: EnvironmentName, logGroupName: Expression): void {
  const filter = (id: string, FilterPattern: string, MetricName: string, MetricValue: string) =>
    template.add(id, {
      Type: 'AWS::Logs::MetricFilter',
      Properties: {
        LogGroupName: logGroupName,
        FilterPattern,
        MetricTransformations: [{ MetricNamespace: metricNamespace(environment), MetricName, MetricValue }],
      },
    });
  const report = '$.type = "platform.report"';
  filter('ColdStartFilter', `{ ${report} && $.record.metrics.initDurationMs > 0 }`, coldStarts, '1');
  filter('MemoryFilter', `{ ${report} }`, memoryUsed, '$.record.metrics.maxMemoryUsedMB');
}
