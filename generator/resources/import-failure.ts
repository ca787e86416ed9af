/** Tells when an import of boundaries has failed, or has not even started. */
import type { Environment } from '../../environments/index.ts';
import { ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { functionName, importName } from '../names.ts';

/** What to do then: a heading of this repository, as alarms name theirs. */
const runbook = 'api/geodata/RUNBOOK.md#import-failed';

export function importFailure(
  template: Template,
  { name: environment, account: { github } }: Environment,
  topic: Resource<'AWS::SNS::Topic'>,
): void {
  template.add('ImportFailedRule', {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: `${functionName(environment)}-import-failed`,
      Description: `An import of boundaries ended with another exit code than 0, or without one. https://github.com/${github.owner}/${github.repository}/blob/main/${runbook}`,
      EventPattern: {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        detail: {
          lastStatus: ['STOPPED'],
          group: [`family:${importName}-${environment}`],
          $or: [{ containers: { exitCode: [{ 'anything-but': 0 }] } }, { stopCode: ['TaskFailedToStart'] }],
        },
      },
      Targets: [{ Id: 'topic', Arn: ref(topic) }],
    },
  });
}
