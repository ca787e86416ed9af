/**
 * What somebody has changed behind CloudFormation's back, stack by stack, as a Plan: what it would take to make it what was
 * deployed again. A drift-aware change set tells it, which is deleted afterwards; so nothing that is not deployed yet is
 * mistaken for drift.
 */
import type { DescribedChange } from '../../plan/described.ts';
import { isDrifted } from '../../plan/drift.ts';
import { findingsOf } from '../../plan/findings.ts';
import { type StackPlan, stackPlan } from '../../plan/plan.ts';
import { type OpenChangeSet, withChangeSet } from '../change-set.ts';
import { DeployError } from '../errors.ts';
import { fewAtOnce } from '../few-at-once.ts';
import { plannedAs } from '../preview.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import { type StackState, stackState } from '../stack-state.ts';
import { type IgnoredDrift, withoutExpected } from './expected.ts';

/** Yields as soon as each stack is known. */
export async function* drift(
  session: Session,
  stacks: readonly Deployable[],
  ignored: readonly IgnoredDrift[] = [],
): AsyncGenerator<StackPlan> {
  yield* fewAtOnce(session, stacks, (compiled) => driftOfStack(session, compiled, ignored));
}

/** @throws only where AWS cannot be asked: a stack that cannot be looked at hides none of the others */
export async function driftOfStack(
  session: Session,
  compiled: Deployable,
  ignored: readonly IgnoredDrift[],
  use: (plan: StackPlan, changeSet: OpenChangeSet) => Promise<StackPlan> = async (plan) => plan,
): Promise<StackPlan> {
  const blind = ({ message, remedy, exitCode }: DeployError) =>
    plannedAs(compiled, { outcome: 'blocked', exitCode }, [message, remedy], session.rules);
  let state: StackState;
  try {
    state = await stackState(session, compiled.stackName);
  } catch (error) {
    if (error instanceof DeployError) return blind(error);
    throw error;
  }
  if (state.kind !== 'ready') {
    return plannedAs(compiled, { outcome: 'unchanged' }, ['It is not deployed.'], session.rules);
  }
  const parameters = (state.stack.Parameters ?? []).map(({ ParameterKey }) => ({
    ParameterKey,
    UsePreviousValue: true,
  }));
  const wanted = { compiled, state, parameters, purpose: 'drift' } as const;
  let isRead = false;
  try {
    return await withChangeSet(session, wanted, async (changeSet) => {
      isRead = true;
      return use(planned(session, compiled, changeSet, ignored), changeSet);
    });
  } catch (error) {
    // Somebody else's change came between, or CloudFormation may not read what it is to compare.
    if (!isRead && error instanceof DeployError) return blind(error);
    throw error;
  }
}

function planned(
  { rules }: Session,
  compiled: Deployable,
  { isEmpty, changes }: OpenChangeSet,
  ignored: readonly IgnoredDrift[],
): StackPlan {
  if (isEmpty) return plannedAs(compiled, { outcome: 'unchanged' }, [], rules);
  const { hash: _, ...all } = plannedAs(compiled, { outcome: 'update', changes }, [], rules);
  const sifted = withoutExpected(compiled.stackName, all.changes, ignored, rules.today);
  const isReal = sifted.changes.some(isDrifted);
  const left = isReal ? sifted.changes : [];
  const findings = findingsOf(turned(changes)).filter(({ logicalId }) =>
    left.some((change) => change.logicalId === logicalId),
  );
  const outcome = isReal ? ('update' as const) : ('unchanged' as const);
  return stackPlan({ ...all, outcome, changes: left, findings, notes: sifted.notes });
}

/** What somebody has opened by hand is what deserves a look, not what closes when it is taken back. */
function turned(changes: readonly DescribedChange[]): readonly DescribedChange[] {
  return changes.flatMap(({ ResourceChange: change }) =>
    change
      ? [{ ResourceChange: { ...change, BeforeContext: change.AfterContext, AfterContext: change.BeforeContext } }]
      : [],
  );
}
