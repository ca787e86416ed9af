/** In which of CloudFormation's many states a stack is, as far as a deploy cares. */
import type { Stack } from '../aws/cloudformation.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError, isValidationError } from './errors.ts';
import { namedIn, resumeOf, wayOut } from './heal/ways-out.ts';
import type { Session } from './session.ts';

export type StackState =
  | { readonly kind: 'absent' }
  /** REVIEW_IN_PROGRESS: a change set made a name and nothing else; it is created like an absent one. */
  | { readonly kind: 'shell'; readonly stack: Stack }
  /** ROLLBACK_COMPLETE: its first creation failed, and nothing of it is there; its name has to go before it is created. */
  | { readonly kind: 'remnant'; readonly stack: Stack }
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
  if (status.endsWith('_IN_PROGRESS')) throw busy(session, stack);
  if (status === 'ROLLBACK_COMPLETE' && (await isEmpty(session, stack))) return { kind: 'remnant', stack };
  if (status.endsWith('_FAILED') || status === 'ROLLBACK_COMPLETE') throw stuck(session, stack);
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

async function isEmpty({ aws, signal }: Session, { StackId }: Stack): Promise<boolean> {
  const { StackResources = [] } = await aws.describeStackResources({ StackName: StackId }, { abortSignal: signal });
  return StackResources.every(({ ResourceStatus }) => ResourceStatus === 'DELETE_COMPLETE');
}

function busy(session: Session, stack: Stack): DeployError {
  const operation = stack.LastOperations?.[0]?.OperationId;
  return new DeployError(
    `${stack.StackName} is in ${stack.StackStatus}: somebody else's operation${operation ? ` (${operation})` : ''} is running.`,
    `Watch it to its end, then try again: ${resumeOf(session)}`,
    exitCode.busy,
  );
}

function stuck(session: Session, { StackName: name = '', StackStatus, StackStatusReason: reason }: Stack): DeployError {
  const status: string = StackStatus ?? '';
  return new DeployError(
    `${name} is in ${status}${reason ? `: ${reason.trim()}` : '.'}`,
    wayOut(session, { name, status, resources: namedIn(reason) }),
    exitCode.needsHuman,
  );
}
