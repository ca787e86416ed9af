/** In which of CloudFormation's many states a stack is, as far as a deploy cares. */
import type { Stack } from '../aws/cloudformation.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError, isValidationError } from './errors.ts';
import type { Session } from './session.ts';

export type StackState =
  | { readonly kind: 'absent' }
  /** REVIEW_IN_PROGRESS: a change set made a name and nothing else; it is created like an absent one. */
  | { readonly kind: 'shell'; readonly stack: Stack }
  | { readonly kind: 'ready'; readonly stack: Stack };

/**
 * @param nameOrId an ARN finds a deleted stack too
 * @throws DeployError where the stack cannot be worked with: busy (5), or in a state that needs a human (7)
 */
export async function stackState(session: Session, nameOrId: string): Promise<StackState> {
  const stack = await describe(session, nameOrId);
  if (!stack || stack.StackStatus === 'DELETE_COMPLETE') return { kind: 'absent' };
  const status = stack.StackStatus ?? '';
  if (status === 'REVIEW_IN_PROGRESS') return { kind: 'shell', stack };
  if (status.endsWith('_IN_PROGRESS')) throw busy(stack);
  if (status.endsWith('_FAILED') || status === 'ROLLBACK_COMPLETE') throw stuck(stack);
  return { kind: 'ready', stack };
}

/** @returns undefined where there is no such stack */
export async function describe(
  { aws, signal }: Pick<Session, 'aws' | 'signal'>,
  nameOrId: string,
): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await aws.describeStacks({ StackName: nameOrId }, { abortSignal: signal });
    return Stacks[0];
  } catch (error) {
    // There is no error code of its own for it.
    if (isValidationError(error) && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}

function busy(stack: Stack): DeployError {
  const operation = stack.LastOperations?.[0]?.OperationId;
  return new DeployError(
    `${stack.StackName} is in ${stack.StackStatus}: somebody else's operation${operation ? ` (${operation})` : ''} is running.`,
    `Wait for it to end, then try again: aws cloudformation describe-stack-events --stack-name ${stack.StackName}`,
    exitCode.busy,
  );
}

/** One sentence of advice for each state that only a person can end. */
const waysOut: Readonly<Record<string, string>> = {
  ROLLBACK_COMPLETE: 'It never worked and can only be deleted',
  CREATE_FAILED: 'It never worked and can only be deleted',
  ROLLBACK_FAILED: 'It never worked and can only be deleted',
  DELETE_FAILED: 'Its deletion stopped half-way; see which resource is in the way, then delete it again',
  UPDATE_FAILED: 'Return it to its last good state',
  UPDATE_ROLLBACK_FAILED: 'Put right what stopped the rollback, then let it go on',
};

function stuck(stack: Stack): DeployError {
  const { StackName: name, StackStatus: status = '', StackStatusReason: reason } = stack;
  const verb =
    status === 'UPDATE_ROLLBACK_FAILED'
      ? 'continue-update-rollback'
      : status === 'UPDATE_FAILED'
        ? 'rollback-stack'
        : 'delete-stack';
  const keeps =
    verb === 'delete-stack'
      ? '\nIts resources with the policy Retain stay, and have to go before names can be used again.'
      : '';
  return new DeployError(
    `${name} is in ${status}${reason ? `: ${reason}` : '.'}`,
    `${waysOut[status] ?? 'A person has to look at it'}: aws cloudformation ${verb} --stack-name ${name}${keeps}`,
    exitCode.needsHuman,
  );
}
