/** Where alarms go, and from there to whoever subscribes. */
import type { Environment } from '../../environments/index.ts';
import { aws, ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { accepted } from './accepted.ts';
import { allowService, document } from './policy.ts';

export interface AlarmTopic {
  readonly topic: Resource<'AWS::SNS::Topic'>;
  readonly policy: Resource<'AWS::SNS::TopicPolicy'>;
}

export function alarmTopic(template: Template, { monitoring }: Environment): AlarmTopic {
  const topic = template.add('Topic', {
    Type: 'AWS::SNS::Topic',
    Ignore: accepted('CKV_AWS_26'),
    Properties: { DisplayName: 'Coalition Builder' },
  });
  // Each that publishes has to be named; what an unnamed one says is lost without a word.
  const mayPublish = { Resource: ref(topic) };
  const forUs = { ...mayPublish, Condition: { StringEquals: { 'aws:SourceAccount': aws.accountId } } };
  const policy = template.add('TopicPolicy', {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [ref(topic)],
      PolicyDocument: document([
        allowService('budgets.amazonaws.com', ['sns:Publish'], forUs),
        allowService('cloudwatch.amazonaws.com', ['sns:Publish'], forUs),
        // EventBridge does not say for whom: with the condition, it publishes nothing.
        allowService('events.amazonaws.com', ['sns:Publish'], mayPublish),
      ]),
    },
  });
  if (monitoring.email) {
    template.add('EmailSubscription', {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: ref(topic), Protocol: 'email', Endpoint: monitoring.email },
    });
  }
  return { topic, policy };
}
