/** CancelUpdateStack, ContinueUpdateRollback, RollbackStack. */
import type {
  CancelUpdateStackInput,
  ContinueUpdateRollbackInput,
  ContinueUpdateRollbackOutput,
  RollbackStackInput,
  RollbackStackOutput,
} from '@aws-sdk/client-cloudformation';
import { invalid, notSimulated } from '../fault.ts';
import { goBack } from '../rollback.ts';
import { type Account, stackOf } from '../state.ts';

export function cancelUpdateStack(account: Account, input: CancelUpdateStackInput): Record<string, never> {
  const stack = stackOf(account, input.StackName ?? '');
  if (stack.status !== 'UPDATE_IN_PROGRESS') {
    throw invalid('CancelUpdateStack cannot be called from current stack status');
  }
  stack.cancelled = { token: input.ClientRequestToken };
  return {};
}

export function continueUpdateRollback(
  account: Account,
  input: ContinueUpdateRollbackInput,
): ContinueUpdateRollbackOutput {
  const stack = stackOf(account, input.StackName ?? '');
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
    throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not continue update rollback.`);
  }
  const skipped = input.ResourcesToSkip ?? [];
  const others = skipped.filter((id) => stack.resources.get(id)?.status !== 'UPDATE_FAILED');
  if (others.length > 0) {
    throw invalid(`The following resources to skip are not in a valid status: [${others.join(', ')}]`);
  }
  void goBack(account, stack, 'CONTINUE_ROLLBACK', input.ClientRequestToken, skipped);
  return {};
}

export function rollbackStack(account: Account, input: RollbackStackInput): RollbackStackOutput {
  if (input.RetainExceptOnCreate || input.DeploymentConfig) throw notSimulated('RetainExceptOnCreate of a rollback');
  const stack = stackOf(account, input.StackName ?? '');
  if (stack.status !== 'UPDATE_FAILED' && stack.status !== 'CREATE_FAILED') {
    throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
  }
  void goBack(account, stack, 'ROLLBACK', input.ClientRequestToken, []);
  return { StackId: stack.id };
}
