/** Who is told when, and what there is to look at: alarms, a dashboard, traces, and what it all may cost. */
import { ref } from '../cloudformation/expression.ts';
import { defineStack } from '../cloudformation/stack.ts';
import { functionName } from '../names.ts';
import { alarm } from '../resources/alarm.ts';
import { alarmTopic } from '../resources/alarm-topic.ts';
import { budget } from '../resources/budget.ts';
import { dashboard } from '../resources/dashboard.ts';
import { importFailure } from '../resources/import-failure.ts';
import { logMetrics } from '../resources/log-metrics.ts';
import { scheduledEvent } from '../resources/scheduled-event.ts';
import { tracing } from '../resources/tracing.ts';
import { essentialWatches, furtherWatches } from '../resources/watches.ts';
import { api } from './api.ts';
import { cdn } from './cdn.ts';
import { jobs } from './jobs.ts';
import { rateLimits } from './rate-limits.ts';

export const monitoring = defineStack({
  name: 'monitoring',
  scope: 'environment',
  description: 'Coalition Builder: alarms, dashboard and traces of an environment',
  build(template, { environment }) {
    const { name, monitoring: wanted } = environment;
    const alarms = alarmTopic(template, environment);

    const watches = [
      ...essentialWatches(environment),
      ...(wanted.alarms === 'all' ? furtherWatches(environment, rateLimits.output('tableName')) : []),
    ];
    for (const watch of watches) alarm(template, environment, alarms.topic, watch);
    importFailure(template, environment, alarms.topic);

    logMetrics(template, name, api.output('logGroupName'));
    scheduledEvent(template, 'ItemCount', {
      name: `${functionName(name)}-item-count`,
      description: 'Has the items in the rate-limit table counted',
      // DynamoDB itself counts about that often.
      every: 'rate(6 hours)',
      arn: jobs.output('functionArn'),
      event: { job: 'item-count' },
    });
    dashboard(template, environment);
    if (environment.tracing) tracing(template, environment, cdn.output('restApiId'));
    if (wanted.budgetUSD !== undefined) budget(template, wanted.budgetUSD, alarms);

    return { topicArn: ref(alarms.topic) };
  },
});
