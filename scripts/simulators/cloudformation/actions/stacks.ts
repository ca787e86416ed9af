/** DescribeStacks, ListStacks, DeleteStack, termination protection and stack policies. */
import type {
  DeleteStackInput,
  Stack as DescribedStack,
  DescribeStacksInput,
  DescribeStacksOutput,
  GetStackPolicyInput,
  GetStackPolicyOutput,
  ListStacksInput,
  ListStacksOutput,
  SetStackPolicyInput,
  StackStatus,
  UpdateTerminationProtectionInput,
  UpdateTerminationProtectionOutput,
} from '@aws-sdk/client-cloudformation';
import { deleteStack as runDeletion } from '../deletion.ts';
import { invalid, notSimulated } from '../fault.ts';
import { page } from '../page.ts';
import { type Account, driftStatus, findStack, isBusy, type Stack, stackOf } from '../state.ts';
import { shown } from '../template/parameters.ts';

export function describeStacks(account: Account, input: DescribeStacksInput): DescribeStacksOutput {
  const wanted =
    input.StackName === undefined
      ? account.stacks.filter(({ deletedAt }) => !deletedAt)
      : [stackOf(account, input.StackName)];
  const { items, ...next } = page(account, wanted, input.NextToken, ({ id }) => id);
  return { Stacks: items.map(describe), ...next };
}

export function listStacks(account: Account, input: ListStacksInput): ListStacksOutput {
  const filter: readonly StackStatus[] = input.StackStatusFilter ?? [];
  const wanted = account.stacks.filter(({ status }) => filter.length === 0 || filter.includes(status)).reverse();
  const { items, ...next } = page(account, wanted, input.NextToken, ({ id }) => id);
  const summaries = items.map((stack) => ({
    ...around(stack),
    ...(stack.deployed?.template.Description !== undefined && {
      TemplateDescription: stack.deployed.template.Description,
    }),
  }));
  return { StackSummaries: summaries, ...next };
}

export function deleteStack(account: Account, input: DeleteStackInput): Record<string, never> {
  const stack = findStack(account, input.StackName ?? '');
  // Deleting what is gone succeeds.
  if (!stack || stack.deletedAt) return {};
  if (stack.terminationProtection) {
    throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  }
  if (isBusy(stack)) throw invalid(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`);
  const { RetainResources: retained = [], DeletionMode, ClientRequestToken: token } = input;
  if (retained.length > 0 && stack.status !== 'DELETE_FAILED') {
    throw invalid(
      `Invalid operation on stack [${stack.id}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`,
    );
  }
  const strangers = retained.filter((id) => !stack.resources.has(id));
  if (strangers.length > 0) throw invalid(`Resources [${strangers.join(', ')}] do not exist in stack [${stack.id}]`);
  void runDeletion(account, stack, { token, retained, forced: DeletionMode === 'FORCE_DELETE_STACK' });
  return {};
}

export function updateTerminationProtection(
  account: Account,
  input: UpdateTerminationProtectionInput,
): UpdateTerminationProtectionOutput {
  const stack = stackOf(account, input.StackName ?? '');
  stack.terminationProtection = input.EnableTerminationProtection === true;
  return { StackId: stack.id };
}

export function setStackPolicy(account: Account, input: SetStackPolicyInput): Record<string, never> {
  if (input.StackPolicyURL !== undefined) throw notSimulated('StackPolicyURL; pass the policy as StackPolicyBody');
  const stack = stackOf(account, input.StackName ?? '');
  const policy = input.StackPolicyBody ?? '';
  try {
    JSON.parse(policy);
  } catch {
    throw invalid('Error validating stack policy: Invalid stack policy');
  }
  stack.policy = policy;
  return {};
}

export function getStackPolicy(account: Account, input: GetStackPolicyInput): GetStackPolicyOutput {
  const { policy } = stackOf(account, input.StackName ?? '');
  return policy === undefined ? {} : { StackPolicyBody: policy };
}

function describe(stack: Stack): DescribedStack {
  const { deployed } = stack;
  return {
    ...around(stack),
    ...(stack.changeSetId !== undefined && { ChangeSetId: stack.changeSetId }),
    DisableRollback: false,
    EnableTerminationProtection: stack.terminationProtection,
    Outputs: stack.outputs,
    ...(deployed && {
      ...(deployed.template.Description !== undefined && { Description: deployed.template.Description }),
      Parameters: shown(deployed.template, deployed.parameters),
      Capabilities: [...deployed.capabilities],
      Tags: [...deployed.tags],
      NotificationARNs: [...deployed.notificationArns],
      RollbackConfiguration: deployed.rollback,
      ...(deployed.roleArn !== undefined && { RoleARN: deployed.roleArn }),
    }),
  };
}

function driftOf({ driftCheckedAt, resources }: Stack) {
  if (!driftCheckedAt) return { StackDriftStatus: 'NOT_CHECKED' as const };
  const drifted = [...resources.values()].some((resource) => driftStatus(resource) !== 'IN_SYNC');
  return {
    StackDriftStatus: drifted ? ('DRIFTED' as const) : ('IN_SYNC' as const),
    LastCheckTimestamp: driftCheckedAt,
  };
}

/** What a description and a summary of a stack have in common. */
function around(stack: Stack) {
  return {
    StackId: stack.id,
    StackName: stack.name,
    CreationTime: stack.createdAt,
    StackStatus: stack.status,
    ...(stack.updatedAt && { LastUpdatedTime: stack.updatedAt }),
    ...(stack.deletedAt && { DeletionTime: stack.deletedAt }),
    ...(stack.statusReason !== undefined && { StackStatusReason: stack.statusReason }),
    LastOperations: stack.operations.slice(0, 1),
    DriftInformation: driftOf(stack),
  };
}
