/** A log group that is there before the service that writes to it would make its own, whose logs stay for ever. */
import type { Tier } from '../../environments/index.ts';
import type { Expression } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { accepted } from './accepted.ts';

export function logGroup(
  template: Template,
  id: string,
  name: string | Expression,
  { logs }: Tier,
): Resource<'AWS::Logs::LogGroup'> {
  return template.add(id, {
    Type: 'AWS::Logs::LogGroup',
    Ignore: accepted('CKV_AWS_158'),
    // A group that stayed behind would keep its name from the next stack.
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: { LogGroupName: name, RetentionInDays: logs.retentionDays },
  });
}
