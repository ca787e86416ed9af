/** DescribeStackEvents, DescribeStackResource, DescribeStackResources, ListStackResources. */
import type {
  DescribeStackEventsInput,
  DescribeStackEventsOutput,
  DescribeStackResourceInput,
  DescribeStackResourceOutput,
  DescribeStackResourcesInput,
  DescribeStackResourcesOutput,
  ListStackResourcesInput,
  ListStackResourcesOutput,
  StackResource,
  StackResourceDetail,
  StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { invalid } from '../fault.ts';
import { page } from '../page.ts';
import { type Account, driftStatus, type Resource, type Stack, stackOf } from '../state.ts';

export function describeStackEvents(account: Account, input: DescribeStackEventsInput): DescribeStackEventsOutput {
  const newestFirst = stackOf(account, input.StackName ?? '').events.toReversed();
  const { items, ...next } = page(account, newestFirst, input.NextToken, ({ EventId }) => EventId ?? '');
  return { StackEvents: items, ...next };
}

export function describeStackResource(
  account: Account,
  input: DescribeStackResourceInput,
): DescribeStackResourceOutput {
  const stack = stackOf(account, input.StackName ?? '');
  const resource = resourceOf(stack, input.LogicalResourceId ?? '');
  const detail: StackResourceDetail = {
    ...summary(resource, stack.driftCheckedAt !== undefined),
    StackName: stack.name,
    StackId: stack.id,
    ...(resource.definition.Metadata !== undefined && { Metadata: JSON.stringify(resource.definition.Metadata) }),
  };
  return { StackResourceDetail: detail };
}

/** Not paged: the first hundred (API reference, DescribeStackResources). */
export function describeStackResources(
  account: Account,
  input: DescribeStackResourcesInput,
): DescribeStackResourcesOutput {
  const { StackName, PhysicalResourceId, LogicalResourceId } = input;
  if ((StackName === undefined) === (PhysicalResourceId === undefined)) {
    throw invalid('You must specify either StackName or PhysicalResourceId, but not both');
  }
  const stack =
    StackName !== undefined
      ? stackOf(account, StackName)
      : account.stacks.find(({ resources }) =>
          [...resources.values()].some(({ physicalId }) => physicalId === PhysicalResourceId),
        );
  if (!stack) throw invalid(`Stack for ${PhysicalResourceId} does not exist`);
  const wanted =
    LogicalResourceId === undefined ? [...stack.resources.values()] : [resourceOf(stack, LogicalResourceId)];
  return { StackResources: wanted.slice(0, 100).map((resource) => describe(stack, resource)) };
}

export function listStackResources(account: Account, input: ListStackResourcesInput): ListStackResourcesOutput {
  const stack = stackOf(account, input.StackName ?? '');
  const { items, ...next } = page(
    account,
    [...stack.resources.values()],
    input.NextToken,
    ({ logicalId }) => logicalId,
  );
  return {
    StackResourceSummaries: items.map((resource) => summary(resource, stack.driftCheckedAt !== undefined)),
    ...next,
  };
}

function resourceOf(stack: Stack, logicalId: string): Resource {
  const resource = stack.resources.get(logicalId);
  if (!resource) throw invalid(`Resource ${logicalId} does not exist for stack ${stack.name}`);
  return resource;
}

function describe(stack: Stack, resource: Resource): StackResource {
  const { LastUpdatedTimestamp, ...rest } = summary(resource, stack.driftCheckedAt !== undefined);
  return { ...rest, StackName: stack.name, StackId: stack.id, Timestamp: LastUpdatedTimestamp };
}

function summary(resource: Resource, checked: boolean): StackResourceSummary & { LastUpdatedTimestamp: Date } {
  return {
    LogicalResourceId: resource.logicalId,
    ...(resource.physicalId !== '' && { PhysicalResourceId: resource.physicalId }),
    ResourceType: resource.type,
    LastUpdatedTimestamp: resource.updatedAt,
    ResourceStatus: resource.status,
    ...(resource.statusReason !== undefined && { ResourceStatusReason: resource.statusReason }),
    DriftInformation: { StackResourceDriftStatus: checked ? driftStatus(resource) : 'NOT_CHECKED' },
  };
}
