/** DescribeEvents: of a stack its steps, of a change set what was found wrong with it. */
import type {
  DescribeEventsInput,
  DescribeEventsOutput,
  OperationEvent,
  StackEvent,
} from '@aws-sdk/client-cloudformation';
import { invalid } from '../fault.ts';
import { page } from '../page.ts';
import { type Account, changeSetOf, type Stack, stackOf } from '../state.ts';

export function describeEvents(account: Account, input: DescribeEventsInput): DescribeEventsOutput {
  const { StackName, ChangeSetName, OperationId } = input;
  if (StackName === undefined && ChangeSetName === undefined && OperationId === undefined) {
    throw invalid('Either StackName, ChangeSetName or OperationId must be specified.');
  }
  const all =
    ChangeSetName !== undefined
      ? changeSetOf(account, ChangeSetName, StackName)[1].validations
      : (OperationId === undefined ? stackOf(account, StackName ?? '') : operatedOn(account, OperationId)).events
          .toReversed()
          .filter((event) => OperationId === undefined || event.OperationId === OperationId)
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

function operatedOn({ stacks }: Account, operationId: string): Stack {
  const found = stacks.find(({ operations }) => operations.some(({ OperationId }) => OperationId === operationId));
  if (!found) throw invalid(`Operation [${operationId}] does not exist`);
  return found;
}

function operationEvent({ StackName: _, HookStatus, HookType, ...event }: StackEvent): OperationEvent {
  const failed = (event.ResourceStatus ?? '').endsWith('_FAILED') && event.PhysicalResourceId !== event.StackId;
  return { ...event, EventType: failed ? 'PROVISIONING_ERROR' : 'STACK_EVENT' };
}
