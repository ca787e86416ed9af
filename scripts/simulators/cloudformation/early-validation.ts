/** What CloudFormation finds wrong before it does anything: names that are taken, and buckets that are not empty. */
import type { Change, OperationEvent } from '@aws-sdk/client-cloudformation';
import { uuid } from './identifiers.ts';
import { nameOf } from './resource-types.ts';
import type { Account, Stack } from './state.ts';
import { isTree } from './template/template.ts';

/** The reason names the kind of check alone; DescribeEvents has the rest. */
export const earlyValidation =
  'The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.';

export function nameConflicts(account: Account, stack: Stack, changes: readonly Change[]): readonly OperationEvent[] {
  return changes.flatMap(({ ResourceChange: change }): OperationEvent[] => {
    const { Action, LogicalResourceId = '', ResourceType = '', AfterContext = '{}' } = change ?? {};
    if (Action !== 'Add') return [];
    const { Properties } = JSON.parse(AfterContext);
    const name = isTree(Properties) ? nameOf(ResourceType, Properties) : undefined;
    const live = account.stacks.flatMap((other) => (other.deletedAt ? [] : [...other.resources.values()]));
    const taken = [...live, ...account.orphans].some(
      ({ type, properties }) => type === ResourceType && nameOf(type, properties) === name,
    );
    if (name === undefined || !taken) return [];
    return [
      {
        EventId: uuid('validation', stack.id, LogicalResourceId),
        StackId: stack.id,
        EventType: 'VALIDATION_ERROR',
        LogicalResourceId,
        ResourceType,
        Timestamp: account.clock.now(),
        ValidationFailureMode: 'FAIL',
        ValidationName: 'NAME_CONFLICT_VALIDATION',
        ValidationStatus: 'FAILED',
        ValidationStatusReason: `Resource of type '${ResourceType}' with identifier '${name}' already exists.`,
        ValidationPath: `/Resources/${LogicalResourceId}`,
      },
    ];
  });
}

/** A warning: the deletion of a bucket that has objects will fail, unless somebody empties it first. */
export function fullBuckets(account: Account, stack: Stack, changes: readonly Change[]): readonly OperationEvent[] {
  return changes.flatMap(({ ResourceChange: change }): OperationEvent[] => {
    const { PolicyAction = '', LogicalResourceId = '', ResourceType = '', PhysicalResourceId = '' } = change ?? {};
    const isFull = (account.objects.get(PhysicalResourceId)?.size ?? 0) > 0;
    if (!isFull || !PolicyAction.endsWith('Delete')) return [];
    return [
      {
        EventId: uuid('warning', stack.id, LogicalResourceId),
        StackId: stack.id,
        EventType: 'VALIDATION_ERROR',
        LogicalResourceId,
        ResourceType,
        Timestamp: account.clock.now(),
        ValidationFailureMode: 'WARN',
        ValidationName: 'BUCKET_EMPTINESS_VALIDATION',
        ValidationStatus: 'FAILED',
        ValidationStatusReason: `Bucket '${PhysicalResourceId}' is not empty.`,
        ValidationPath: `/Resources/${LogicalResourceId}`,
      },
    ];
  });
}
