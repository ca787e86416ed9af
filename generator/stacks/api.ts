/** The API: a function behind its alias, and API Gateway in front of it. */
import { aws, getAtt, ref, sub } from '../cloudformation/expression.ts';
import { defineStack } from '../cloudformation/stack.ts';
import { functionName, keepWarmRuleName } from '../names.ts';
import { containerFunction } from '../resources/container-function.ts';
import { apiDomain } from '../resources/custom-domain.ts';
import { liveAlias } from '../resources/live-alias.ts';
import { publishedStage } from '../resources/rest-api.ts';
import { scheduledEvent } from '../resources/scheduled-event.ts';
import { set } from '../resources/variables.ts';
import { applicationStatements, applicationVariables, place } from './application.ts';
import { cdn } from './cdn.ts';

export const api = defineStack({
  name: 'api',
  scope: 'environment',
  description: 'Coalition Builder: the API of an environment',
  build(template, { environment, release }) {
    const { name, lambda, api: settings } = environment;
    const code = containerFunction(
      template,
      { environment, release },
      {
        name: functionName(name),
        handler: 'lambda.handler',
        memoryMB: lambda.memoryMB,
        timeoutSeconds: lambda.timeoutSeconds,
        reservedConcurrency: lambda.reservedConcurrency,
        place: place(environment),
        variables: set(applicationVariables(environment)),
        statements: applicationStatements(environment),
      },
    );
    const live = liveAlias(template, code.lambda, lambda.provisionedConcurrency);
    const restApiId = cdn.output('restApiId');
    const rootResourceId = cdn.output('restApiRootResourceId');
    const stage = publishedStage(template, environment, { restApiId, rootResourceId }, live);
    const domainTarget = settings.domain && apiDomain(template, settings.domain, restApiId, stage);
    const { keepWarmMinutes } = lambda;
    if (keepWarmMinutes !== undefined) {
      scheduledEvent(template, 'KeepWarm', {
        name: keepWarmRuleName(name),
        description: 'Keeps one instance awake',
        every: keepWarmMinutes === 1 ? 'rate(1 minute)' : `rate(${keepWarmMinutes} minutes)`,
        // Of the alias: an instance of the bare function would be awake for nobody.
        arn: ref(live),
        event: { warm: true },
      });
    }

    return {
      url: sub`https://${restApiId}.execute-api.${aws.region}.${aws.urlSuffix}/${ref(stage)}`,
      functionName: ref(code.lambda),
      functionArn: getAtt(code.lambda, 'Arn'),
      aliasArn: ref(live),
      logGroupName: ref(code.logs),
      ...(domainTarget && { domainTarget }),
    };
  },
});
