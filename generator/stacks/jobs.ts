/**
 * What is too long or too powerful for a request: migrations, making databases and roles, looking after everything
 * else. The same image as the API under another handler; a release deploys it first, and has it migrate.
 */
import { getAtt, ref } from '../cloudformation/expression.ts';
import { defineStack, pascalCase } from '../cloudformation/stack.ts';
import { jobsFunctionName } from '../names.ts';
import { containerFunction } from '../resources/container-function.ts';
import { outboundFunction } from '../resources/outbound-function.ts';
import { allow } from '../resources/policy.ts';
import { scheduledEvent } from '../resources/scheduled-event.ts';
import { type JobVariables, set } from '../resources/variables.ts';
import { applicationStatements, applicationVariables, place, sendsBySes } from './application.ts';
import { database } from './database.ts';
import { rateLimits } from './rate-limits.ts';

export const jobs = defineStack({
  name: 'jobs',
  scope: 'environment',
  description: 'Coalition Builder: the jobs of an environment, from migrations to checks',
  build(template, { environment, release }) {
    // Nobody but this function reads it. RDS changes the password every week, so it is read anew each time.
    const masterSecret = environment.tier.database.mode === 'rds' ? database.output('masterSecretArn') : undefined;
    const { stopHours } = environment.tier.database;
    const variables: JobVariables = {
      ...applicationVariables(environment),
      MASTER_SECRET_ARN: masterSecret ?? null,
      DATABASE_HOURS: stopHours ? `${stopHours.start}-${stopHours.stop} ${stopHours.timeZone}` : null,
    };
    const { lambda, logs } = containerFunction(
      template,
      { environment, release },
      {
        name: jobsFunctionName(environment.name),
        handler: 'jobs.handler',
        memoryMB: environment.lambda.memoryMB,
        timeoutSeconds: 900,
        place: place(environment),
        variables: set(variables),
        statements: [
          ...applicationStatements(environment),
          ...(masterSecret ? [allow(['secretsmanager:GetSecretValue'], masterSecret)] : []),
          // The number of items is nobody's metric; a job asks for it.
          allow(['dynamodb:DescribeTable'], rateLimits.output('tableArn')),
          // Whether SES lets us send, and how much; the job that looks after everything asks.
          ...(sendsBySes(environment) ? [allow(['ses:GetAccount'], '*')] : []),
        ],
      },
    );
    outboundFunction(template, environment, release);
    const schedule = (job: string, description: string, every: string) =>
      scheduledEvent(template, pascalCase(job), {
        name: `${jobsFunctionName(environment.name)}-${job}`,
        description,
        every,
        arn: getAtt(lambda, 'Arn'),
        event: { job },
      });
    // Somebody has just signed, and looks for the mail.
    schedule('outbox', 'Sends the mail that waits, and calls webhooks', 'rate(1 minute)');
    if (environment.tier.outbound.geocoder !== 'none') {
      schedule('locate', 'Looks up the addresses that wait for it', 'rate(5 minutes)');
    }
    return { functionName: ref(lambda), functionArn: getAtt(lambda, 'Arn'), logGroupName: ref(logs) };
  },
});
