/** What the account may cost a month. It counts everything: tags would leave out what environments share. */
import { ref } from '../cloudformation/expression.ts';
import type { Template } from '../cloudformation/template.ts';
import type { AlarmTopic } from './alarm-topic.ts';

export function budget(template: Template, amountUSD: number, { topic, policy }: AlarmTopic): void {
  const notification = (type: 'ACTUAL' | 'FORECASTED', percent: number) => ({
    Notification: {
      NotificationType: type,
      ComparisonOperator: 'GREATER_THAN',
      Threshold: percent,
      ThresholdType: 'PERCENTAGE',
    },
    Subscribers: [{ SubscriptionType: 'SNS', Address: ref(topic) }],
  });
  template.add('Budget', {
    Type: 'AWS::Budgets::Budget',
    // Budgets sends a first message at once, and fails where it may not.
    DependsOn: [policy],
    Properties: {
      // No name: a change of who is told replaces the budget, and two cannot be called the same. No period: it would age.
      Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: amountUSD, Unit: 'USD' } },
      NotificationsWithSubscribers: [notification('ACTUAL', 80), notification('FORECASTED', 100)],
    },
  });
}
