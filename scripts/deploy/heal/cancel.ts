/** Cancels the updates of an environment that are under way, and watches what they changed being taken back. */
import { exitCode } from '../../terminal/exit-codes.ts';
import { green } from '../../terminal/style.ts';
import { DeployError } from '../errors.ts';
import { failure } from '../failure.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import { follow } from '../watch.ts';
import { cancelUpdate } from './cancel-update.ts';
import type { Mended } from './mend.ts';
import { type Found, foundStacks, isUnderWay, runningOperation, sharedWith } from './operations.ts';

/** @param tier the environments that share a tier with this one */
export async function cancel(
  session: Session,
  stacks: readonly Deployable[],
  tier: readonly string[],
): Promise<readonly Mended[]> {
  const found = await foundStacks(session, stacks);
  return Promise.all(found.filter(isUnderWay).map((each) => cancelOne(session, each, tier)));
}

async function cancelOne(session: Session, found: Found, tier: readonly string[]): Promise<Mended> {
  const { compiled, stackId, status: was } = found;
  const around = { stack: compiled.stack, stackName: compiled.stackName, was };
  try {
    const isOfIt = await runningOperation(session, stackId);
    session.say(`  ${compiled.stackName}${sharedWith(found, session.name, tier)} is in ${was}`);
    await cancelUpdate(session, compiled, stackId);
    const { status: is, failures } = await follow(session, compiled, stackId, isOfIt);
    if (is !== 'UPDATE_ROLLBACK_COMPLETE') throw failure(session, compiled, is, failures);
    session.say(`  ${green('✓')} ${compiled.stackName} is as it was before the update`);
    return { ...around, is, exitCode: exitCode.done };
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    const { message, remedy, exitCode: code } = error;
    return { ...around, is: was, exitCode: code, message, remedy };
  }
}
