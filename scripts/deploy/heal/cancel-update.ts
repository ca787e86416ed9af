/** Takes an update back that is under way; whatever else is under way has to come to its end. */
import { exitCode } from '../../terminal/exit-codes.ts';
import { DeployError, isValidationError } from '../errors.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import { describe } from '../stack-state.ts';
import { resumeOf } from './ways-out.ts';

/**
 * Only asks for it: whoever watches sees the rollback.
 * @throws DeployError (5) where it cannot be cancelled, or has just ended
 */
export async function cancelUpdate(
  session: Session,
  { stackName }: Pick<Deployable, 'stackName'>,
  stackId: string,
): Promise<void> {
  const stack = await describe(session, stackId);
  const status = stack?.StackStatus ?? 'DELETE_COMPLETE';
  if (status !== 'UPDATE_IN_PROGRESS') throw notCancellable(session, stackName, status);
  try {
    await session.aws.cancelUpdateStack({ StackName: stackId });
  } catch (error) {
    // It went on meanwhile.
    if (!isValidationError(error)) throw error;
    const now = await describe(session, stackId);
    throw notCancellable(session, stackName, now?.StackStatus ?? status, error);
  }
  session.say(`  ${stackName}: the update is cancelled; what it changed is taken back`);
}

/** Why whatever is under way is not cancelled, in the words of its status. */
export function whyNot(status: string): string {
  if (!status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return 'nothing of it is under way any more';
  if (status.includes('ROLLBACK')) return 'it is on its way back already';
  if (status.includes('CLEANUP')) return 'the update is done, and only what it replaced is still being deleted';
  if (status === 'CREATE_IN_PROGRESS') return 'a creation cannot be cancelled, only deleted when it has ended';
  if (status === 'DELETE_IN_PROGRESS') return 'a deletion cannot be cancelled';
  return 'CloudFormation cancels updates, and nothing else';
}

function notCancellable(session: Session, stackName: string, status: string, cause?: unknown): DeployError {
  return new DeployError(
    `${stackName} is in ${status} and was not cancelled: ${whyNot(status)}.`,
    `Watch it to its end: ${resumeOf(session)}`,
    exitCode.busy,
    cause,
  );
}
