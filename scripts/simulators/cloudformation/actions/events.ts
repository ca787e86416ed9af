/** DescribeEvents: of a stack its steps, of a change set what was found wrong with it. */
import type {
  DescribeEventsInput,
  DescribeEventsOutput,
  OperationEvent,
  StackEvent,
} from '@aws-sdk/client-cloudformation';
import { invalid, notSimulated } from '../fault.ts';
import { page } from '../page.ts';
import { type Account, changeSetOf, stackOf } from '../state.ts';

export function describeEvents(account: Account, input: DescribeEventsInput): DescribeEventsOutput {
  if (input.OperationId !== undefined) throw notSimulated('OperationId; pass StackName or ChangeSetName');
  if (input.StackName === undefined && input.ChangeSetName === undefined) {
    throw invalid('Either StackName, ChangeSetName or OperationId must be specified.');
  }
  const all =
    input.ChangeSetName !== undefined
      ? changeSetOf(account, input.ChangeSetName, input.StackName)[1].validations
      : stackOf(account, input.StackName ?? '')
          .events.toReversed()
          .map(operationEvent);
  const wanted = input.Filters?.FailedEvents
    ? all.filter(
        ({ EventType, ResourceStatus }) =>
          EventType === 'VALIDATION_ERROR' || (ResourceStatus ?? '').endsWith('_FAILED'),
      )
    : all;
  const { items, ...next } = page(account, wanted, input.NextToken, ({ EventId }) => EventId ?? '');
  return { OperationEvents: items, ...next };
}

function operationEvent({ StackName: _, HookStatus, HookType, ...event }: StackEvent): OperationEvent {
  const failed = (event.ResourceStatus ?? '').endsWith('_FAILED') && event.PhysicalResourceId !== event.StackId;
  return { ...event, EventType: failed ? 'PROVISIONING_ERROR' : 'STACK_EVENT' };
}
