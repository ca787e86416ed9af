/**
 * An immutable version of a function, and the alias by which it is called. Rolling back moves the alias.
 *
 * A version is published when its logical id is new, so the id derives from everything that a version freezes. What the
 * fingerprint cannot see is a value of another stack that changes under the same name.
 */
import { getAtt, ref } from '../cloudformation/expression.ts';
import { fingerprint } from '../cloudformation/fingerprint.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { aliasName } from '../names.ts';

export function liveAlias(
  template: Template,
  lambda: Resource<'AWS::Lambda::Function'>,
  provisionedConcurrency: number | undefined,
): Resource<'AWS::Lambda::Alias'> {
  // Reserved concurrency is the function's, not a version's.
  const { ReservedConcurrentExecutions: _, ...frozen } = { ...lambda.declaration.Properties } as Record<
    string,
    unknown
  >;
  const version = template.add(`Version${fingerprint(frozen)}`, {
    Type: 'AWS::Lambda::Version',
    // The next release's template no longer names this one, and must be able to go back to it.
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    // No description: it cannot be changed, and another wording would be another version.
    Properties: { FunctionName: ref(lambda) },
  });
  return template.add('LiveAlias', {
    Type: 'AWS::Lambda::Alias',
    Properties: {
      Name: aliasName,
      FunctionName: ref(lambda),
      FunctionVersion: getAtt(version, 'Version'),
      ...(provisionedConcurrency !== undefined && {
        ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: provisionedConcurrency },
      }),
    },
  });
}
