/** A function called every so often with the same event. */
import { type Expression, getAtt } from '../cloudformation/expression.ts';
import type { Template } from '../cloudformation/template.ts';

interface Options {
  /** Unique in the account, and what the execution role knows it by: one that CloudFormation makes up is cut short. */
  readonly name: string;
  readonly description: string;
  /** `rate(4 minutes)` */
  readonly every: string;
  /** The function or alias. */
  readonly arn: Expression;
  readonly event: Readonly<Record<string, string | boolean>>;
}

export function scheduledEvent(
  template: Template,
  id: string,
  { name, description, every, arn, event }: Options,
): void {
  const rule = template.add(`${id}Rule`, {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: name,
      Description: description,
      ScheduleExpression: every,
      Targets: [
        {
          Id: 'function',
          Arn: arn,
          Input: JSON.stringify(event),
          // The next one comes soon enough.
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        },
      ],
    },
  });
  template.add(`${id}Permission`, {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      FunctionName: arn,
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: getAtt(rule, 'Arn'),
    },
  });
}
