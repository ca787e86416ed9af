/** What stops a deploy before CloudFormation is asked to do anything: exit code 4. */
import { compareStacks } from '../plan/compare.ts';
import type { Change, StackPlan } from '../plan/plan.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';

/** @throws DeployError (4) where something dangerous is not allowed; (5) or (7) where a stack is in no state for it */
export function refuseBlocked(plans: readonly StackPlan[]): void {
  const stuck = plans.find(({ outcome, exitCode: code }) => outcome === 'blocked' && code !== exitCode.partlyDone);
  if (stuck) {
    const code = stuck.exitCode === exitCode.busy ? exitCode.busy : exitCode.needsHuman;
    throw new DeployError(stuck.notes[0] ?? '', stuck.notes.slice(1).join('\n'), code);
  }
  const blocked = plans.flatMap((plan) =>
    plan.changes.filter(({ verdict }) => verdict === 'blocked').map((change) => ({ plan, change })),
  );
  if (blocked.length === 0) return;
  const lines = blocked.map(
    ({ plan, change }) => `  ${plan.stackName}: ${change.reasons.join('; ')}${placeOf(change)}`,
  );
  const [first] = blocked;
  const kind = first?.change.action === 'remove' ? 'remove' : 'replace';
  throw new DeployError(
    `Nothing was deployed, for it would do harm:\n${lines.join('\n')}`,
    `If it is meant, say so in allowedChanges of environments/account.ts, and have that reviewed: { stack: '${first?.plan.stackName}', resource: '${first?.change.logicalId}', change: '${kind}', until: …, reason: … }`,
    exitCode.stoppedByGuard,
  );
}

/** @param stackId an ARN: nothing else tells whose the credentials are @throws DeployError (2) */
export function refuseOtherAccount(account: string | undefined, stackId = ''): void {
  const own = stackId.split(':')[4];
  if (account === undefined || own === account) return;
  throw new DeployError(
    `The plan is of the account ${account}, and these credentials are of ${own}; nothing was executed.`,
    'Use credentials of that account, or preview this one and have its plan reviewed.',
    exitCode.usage,
  );
}

function placeOf({ definedAt = [], source }: Change): string {
  const places = [...definedAt, ...(source === undefined ? [] : [source])];
  return places.length > 0 ? ` (${places.join(', ')})` : '';
}

/** @throws DeployError (4), with the difference, where a fresh change set is not what was reviewed */
export function refuseOthers(reviewed: StackPlan | undefined, fresh: StackPlan, isFile: boolean): void {
  // Its changes could not be told before its producers were deployed; they are shown now.
  if (reviewed?.outcome === 'blocked' && !isFile) return;
  const lines = reviewed ? compareStacks(reviewed, fresh) : ['The plan does not have this stack.'];
  if (lines.length === 0) return;
  const what = isFile ? 'the plan' : 'what was just shown';
  throw new DeployError(
    `${fresh.stackName} was not touched, for it would change otherwise than ${what}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    isFile
      ? 'Preview it again, have the new plan reviewed, and deploy that one.'
      : 'Deploy again: the changes are shown as they are now.',
    exitCode.stoppedByGuard,
  );
}
