/** Tells when an import of boundaries has failed, or has not even started. */
import type { EnvironmentName } from '../../environments/index.ts';
import { ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { functionName, importName } from '../names.ts';

export function importFailure(
  template: Template,
  environment: EnvironmentName,
  topic: Resource<'AWS::SNS::Topic'>,
): void {
  template.add('ImportFailedRule', {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: `${functionName(environment)}-import-failed`,
      Description: 'An import of boundaries ended with another exit code than 0, or without one',
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
