/** Moves a stack or a resource to its next status, and writes the event that says so. */
import type { DetailedStatus, OperationType, ResourceStatus, StackStatus } from '@aws-sdk/client-cloudformation';
import { uuid } from './identifiers.ts';
import type { Account, Resource, Stack } from './state.ts';

export interface Recorder {
  stack(status: StackStatus, reason?: string): void;
  /** Also stands the resource in the stack, in place of the one of the same logical id. */
  resource(resource: Resource, status: ResourceStatus, reason?: string, detail?: DetailedStatus): Resource;
}

/**
 * Begins an operation on a stack.
 * @param token what the caller marked it with; every event of it carries the mark
 */
export function recorder(account: Account, stack: Stack, OperationType: OperationType, token?: string): Recorder {
  const OperationId = uuid('operation', stack.id, stack.operations.length);
  stack.operations.unshift({ OperationType, OperationId });
  const write = (
    status: ResourceStatus,
    reason: string | undefined,
    about: {
      LogicalResourceId: string;
      PhysicalResourceId: string;
      ResourceType: string;
      ResourceProperties?: string;
      DetailedStatus?: DetailedStatus;
    },
  ) => {
    stack.events.push({
      StackId: stack.id,
      StackName: stack.name,
      EventId: uuid('event', stack.id, stack.events.length),
      Timestamp: account.clock.now(),
      ResourceStatus: status,
      ...(reason !== undefined && { ResourceStatusReason: reason }),
      OperationId,
      ...(markOf(stack, token) !== undefined && { ClientRequestToken: markOf(stack, token) }),
      ...about,
    });
  };
  return {
    stack(status, reason) {
      stack.status = status;
      if (reason === undefined) delete stack.statusReason;
      else stack.statusReason = reason;
      // Stack statuses are resource statuses of the stack itself; the SDK's two unions overlap in all that occur here.
      write(status as ResourceStatus, reason, {
        LogicalResourceId: stack.name,
        PhysicalResourceId: stack.id,
        ResourceType: 'AWS::CloudFormation::Stack',
      });
    },
    resource({ statusReason: _, ...resource }, status, reason, detail) {
      const next: Resource = {
        ...resource,
        status,
        updatedAt: account.clock.now(),
        ...(reason !== undefined && { statusReason: reason }),
      };
      stack.resources.set(next.logicalId, next);
      write(status, reason, {
        LogicalResourceId: next.logicalId,
        PhysicalResourceId: next.physicalId,
        ResourceType: next.type,
        ResourceProperties: JSON.stringify(next.properties),
        ...(detail && { DetailedStatus: detail }),
      });
      return next;
    },
  };
}

/** Who cancels an update marks what follows from that. */
const markOf = ({ cancelled }: Stack, token: string | undefined) => cancelled?.token ?? token;
