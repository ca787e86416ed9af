/** Makes one stack what was deployed again, by the drift-aware change set that was shown; where there is data, never. */
import { driftLines } from '../../plan/drift.ts';
import type { StackPlan } from '../../plan/plan.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { DeployError } from '../errors.ts';
import { refuseBlocked } from '../guard.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import { watch } from '../watch.ts';
import { driftOfStack } from './drift.ts';
import type { IgnoredDrift } from './expected.ts';

/** @throws DeployError (4) where the stack holds data, or where what is expected would be taken back as well */
export async function revertDrift(
  session: Session,
  compiled: Deployable,
  ignored: readonly IgnoredDrift[],
): Promise<StackPlan> {
  if (compiled.stateful) throw holdsData(compiled);
  const plan = await driftOfStack(session, compiled, ignored, async (found, changeSet) => {
    session.say(driftLines(found));
    if (found.outcome !== 'update') return found;
    if (found.notes.length > 0) throw takesTooMuch(found);
    refuseBlocked([found]);
    await watch(session, compiled, changeSet.stackId, await changeSet.execute());
    return found;
  });
  // In no state in which it could be looked at.
  refuseBlocked([plan]);
  return plan;
}

function holdsData({ stackName }: Deployable): DeployError {
  return new DeployError(
    `${stackName} holds data, and what was changed by hand there is not taken back by a verb.`,
    'Change it back by hand, or write it as it is into environments/ or generator/ and deploy that.',
    exitCode.stoppedByGuard,
  );
}

/** A change set is executed whole. */
function takesTooMuch({ stackName, notes }: StackPlan): DeployError {
  return new DeployError(
    `${stackName} was not touched, for this would be taken back with the rest:\n${notes.map((note) => `  ${note}`).join('\n')}`,
    'Change back by hand what should not be so, or deploy: that leaves alone what the template does not change.',
    exitCode.stoppedByGuard,
  );
}
