/** Stops the database in the evening and starts it on weekday mornings. RDS starts one by itself after seven days. */
import type { Tier } from '../../environments/index.ts';
import { aws, getAtt, ref, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { allow, serviceRole } from './policy.ts';

export function stopHours(template: Template, tier: Tier, instance: Resource<'AWS::RDS::DBInstance'>): void {
  const { name, database } = tier;
  if (!database.stopHours) return;
  const { start, stop, timeZone } = database.stopHours;
  const role = serviceRole(template, 'StopHoursRole', {
    owner: name,
    tier,
    service: 'scheduler.amazonaws.com',
    statements: [allow(['rds:StartDBInstance', 'rds:StopDBInstance'], getAtt(instance, 'DBInstanceArn'))],
  });
  const schedule = (action: 'start' | 'stop', time: string, days: string) => {
    const [hour, minute] = time.split(':').map(Number);
    template.add(`${pascalCase(action)}Schedule`, {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: `coalition-${name}-database-${action}`,
        ScheduleExpression: `cron(${minute} ${hour} ? * ${days} *)`,
        ScheduleExpressionTimezone: timeZone,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: sub`arn:${aws.partition}:scheduler:::aws-sdk:rds:${action}DBInstance`,
          RoleArn: getAtt(role, 'Arn'),
          Input: sub`{"DbInstanceIdentifier":"${ref(instance)}"}`,
        },
      },
    });
  };
  schedule('start', start, 'MON-FRI');
  schedule('stop', stop, '*');
}
