/** What a deploy would change, stack by stack, as a Plan; nothing is left behind. */
import type { Place } from '../../generator/compile.ts';
import { describeOffline } from '../plan/offline.ts';
import type { CostDelta, StackPlan } from '../plan/plan.ts';
import { type Finds, planStack } from '../plan/plan-stack.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { refusal, withChangeSet } from './change-set.ts';
import { DeployError } from './errors.ts';
import { fewAtOnce } from './few-at-once.ts';
import { Outputs, parametersOf, sayUnknown } from './parameters.ts';
import { warnings } from './rejected.ts';
import { type Deployable, deployedTemplate } from './release.ts';
import { sentTemplate } from './sent-template.ts';
import type { Rules, Session } from './session.ts';
import { describe, type StackState, stackState } from './stack-state.ts';
import { isDeployedAlready } from './unchanged.ts';

/** Yields as soon as each stack is known. */
export async function* preview(
  session: Session,
  stacks: readonly Deployable[],
  outputs = new Outputs(session),
): AsyncGenerator<StackPlan> {
  yield* fewAtOnce(session, stacks, (compiled) => previewStack(session, compiled, outputs));
}

/** @param base the committed templates of before, by their path; undefined where there was none */
export async function previewOffline(
  region: string,
  stacks: readonly Deployable[],
  base: (path: string) => string | undefined,
  rules: Rules,
): Promise<readonly StackPlan[]> {
  const { costDelta } = await import('../plan/cost.ts');
  return stacks.map((compiled) => {
    const before = base(compiled.path);
    const cost = costDelta(region, compiled.path, before, compiled.body);
    const notes = (compiled.former ?? []).filter(({ path }) => base(path) !== undefined).map(staying);
    if (before === undefined) return plannedAs(compiled, { outcome: 'create' }, notes, rules, cost);
    const { changes, isEmpty } = describeOffline(before, compiled.body);
    if (isEmpty) return plannedAs(compiled, { outcome: 'unchanged' }, notes, rules);
    return plannedAs(compiled, { outcome: 'update', changes }, notes, rules, cost);
  });
}

/** Who moves to a database elsewhere has the old one still, and should not find out by the bill. */
function staying({ stackName }: Place): string {
  return `${stackName} stays as it is: environments/ ask for none any more, and nothing here changes or deletes it.
It keeps its data, runs and costs, until somebody has moved the data and deletes the stack, its protection first.`;
}

export function plannedAs(
  compiled: Deployable,
  found: Finds,
  notes: readonly string[],
  rules: Rules,
  cost?: CostDelta,
): StackPlan {
  const { body, committed = body, stack, stackName, path, protection, sources } = compiled;
  return planStack({ stack, stackName, path, body, committed, sources }, found, notes, { ...rules, protection }, cost);
}

async function previewStack(session: Session, compiled: Deployable, outputs: Outputs): Promise<StackPlan> {
  const planned = (found: Finds, notes: readonly string[], cost?: CostDelta) =>
    plannedAs(compiled, found, notes, session.rules, cost);
  let state: StackState;
  try {
    state = await stackState(session, compiled.stackName);
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    return planned({ outcome: 'blocked', exitCode: error.exitCode }, [error.message, error.remedy]);
  }
  outputs.set(compiled.stackName, state.kind === 'ready' ? state.stack : undefined);
  const { values, unknown } = await parametersOf(compiled, outputs);
  const notes = [...sayUnknown(unknown)];
  for (const former of compiled.former ?? []) {
    if (await describe(session, former.stackName)) notes.push(staying(former));
  }

  if (state.kind !== 'ready') {
    // Not by a change set: that would leave a stack of this name, which has nothing in it and cannot be updated.
    await validate(session, compiled);
    if (state.kind === 'remnant')
      notes.push('Its first creation failed; what is left of that, a name, is deleted first.');
    return planned({ outcome: 'create' }, notes, await cost(session, compiled, undefined));
  }
  // A value that is not there yet is left as it is deployed, where it is; without one there is nothing to compare.
  const before = new Set(state.stack.Parameters?.map(({ ParameterKey }) => ParameterKey));
  const missing = unknown.filter(({ parameter }) => !before.has(parameter));
  if (missing.length > 0) {
    notes.push(`Its changes cannot be told before ${missing[0]?.producer} has been deployed.`);
    return planned({ outcome: 'blocked', exitCode: exitCode.partlyDone }, notes);
  }
  if (unknown.length === 0 && (await isDeployedAlready(session, compiled, state.stack, values))) {
    return planned({ outcome: 'unchanged' }, notes);
  }
  const kept = unknown.map(({ parameter }) => ({ ParameterKey: parameter, UsePreviousValue: true }));
  const wanted = { compiled, state, parameters: [...values, ...kept], purpose: 'preview' } as const;
  return withChangeSet(session, wanted, async ({ id, isEmpty, changes }) => {
    if (isEmpty) return planned({ outcome: 'unchanged' }, notes);
    notes.push(...(await warnings(session, id)));
    // Whoever may not read it is shown everything but what it costs.
    const deployed = await deployedTemplate(session, compiled.stackName).catch(() => '');
    session.signal.throwIfAborted();
    return planned({ outcome: 'update', changes }, notes, await cost(session, compiled, deployed));
  });
}

/** Loaded when there is something to price. */
async function cost({ region }: Session, { path, body }: Deployable, before: string | undefined) {
  const { costDelta } = await import('../plan/cost.ts');
  return costDelta(region, path, before, body);
}

/** @throws DeployError (2) where CloudFormation would refuse the template */
async function validate(session: Session, compiled: Deployable): Promise<void> {
  const { aws, signal } = session;
  const template = await sentTemplate(session, compiled);
  try {
    await aws.validateTemplate(template, { abortSignal: signal });
  } catch (error) {
    throw refusal(error, compiled);
  }
}
