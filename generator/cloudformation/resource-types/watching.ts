/** Logs, numbers, alarms, traces and money. */
import type { BudgetProperties } from 'cloudform-types/types/budgets/budget.js';
import type { AlarmProperties } from 'cloudform-types/types/cloudWatch/alarm.js';
import type { DashboardProperties } from 'cloudform-types/types/cloudWatch/dashboard.js';
import type { LogGroupProperties } from 'cloudform-types/types/logs/logGroup.js';
import type { MetricFilterProperties } from 'cloudform-types/types/logs/metricFilter.js';
import type { SubscriptionProperties } from 'cloudform-types/types/sns/subscription.js';
import type { TopicProperties } from 'cloudform-types/types/sns/topic.js';
import type { TopicPolicyProperties } from 'cloudform-types/types/sns/topicPolicy.js';
import type { GroupProperties } from 'cloudform-types/types/xRay/group.js';
import type { SamplingRuleInner, SamplingRuleProperties } from 'cloudform-types/types/xRay/samplingRule.js';
import type { None, Text } from './kinds.ts';

export interface WatchingTypes {
  'AWS::Budgets::Budget': { properties: BudgetProperties; attributes: { Id: Text } };
  'AWS::CloudWatch::Alarm': { properties: AlarmProperties; attributes: { Arn: Text } };
  'AWS::CloudWatch::Dashboard': { properties: DashboardProperties; attributes: None };
  'AWS::Logs::LogGroup': {
    properties: LogGroupProperties;
    attributes: { Arn: Text };
    keeps: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  };
  'AWS::Logs::MetricFilter': { properties: MetricFilterProperties; attributes: None };
  'AWS::SNS::Subscription': { properties: SubscriptionProperties; attributes: { Arn: Text } };
  'AWS::SNS::Topic': { properties: TopicProperties; attributes: { TopicArn: Text; TopicName: Text } };
  'AWS::SNS::TopicPolicy': { properties: TopicPolicyProperties; attributes: { Id: Text } };
  'AWS::XRay::Group': { properties: GroupProperties; attributes: { GroupARN: Text } };
  'AWS::XRay::SamplingRule': {
    // cloudform-types 7.5 confuses the rule with the resource that holds it.
    properties: Omit<SamplingRuleProperties, 'SamplingRule'> & { SamplingRule?: SamplingRuleInner };
    attributes: { RuleARN: Text };
  };
}
