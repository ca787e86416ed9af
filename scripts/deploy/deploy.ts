/** Deploys stacks, each as soon as those that it builds on are there, and nothing that was not reviewed. */
import type { Stack } from '../aws/cloudformation.ts';
import type { Change, StackPlan } from '../plan/plan.ts';
import { exitCode, worst } from '../terminal/exit-codes.ts';
import { Interrupted } from '../terminal/interruptions.ts';
import { dim, duration, green } from '../terminal/style.ts';
import { withChangeSet } from './change-set.ts';
import { DeployError } from './errors.ts';
import { refuseBlocked, refuseOtherAccount, refuseOthers } from './guard.ts';
import { withoutRemnant } from './heal/remnant.ts';
import { Outputs, parametersOf, sayUnknown } from './parameters.ts';
import { plannedAs, preview } from './preview.ts';
import { liftPolicy, protect } from './protection.ts';
import type { Deployable } from './release.ts';
import type { Session } from './session.ts';
import { stackState } from './stack-state.ts';
import { previewLines } from './text.ts';
import { isDeployedAlready } from './unchanged.ts';
import { watch } from './watch.ts';

export interface DeployedStack {
  readonly stack: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  readonly changes: readonly Change[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly milliseconds: number;
}

export interface DeployOptions {
  /** What was reviewed, of every stack; without it, everything is previewed first, and shown. */
  readonly reviewed?: readonly StackPlan[];
  /** What was just shown, where that has been done already. */
  readonly shown?: readonly StackPlan[];
  /** Of which account that was. */
  readonly account?: string | undefined;
  readonly steps?: Steps;
  /** Is given each stack as it is finished, so that it can be reported although a later one fails. */
  readonly done?: DeployedStack[];
}

/** What belongs to a deploy beside its stacks. */
export interface Steps {
  /** Stacks that begin after others of the same deploy, although they take nothing from them; by their short names. */
  readonly order: Readonly<Record<string, readonly string[]>>;
  /** Once what will be executed is known to be what was reviewed. */
  beforeExecution(stack: Deployable): Promise<void>;
  /** Also where there was nothing to do; what builds on the stack begins afterwards. */
  afterwards(stack: Deployable, deployed: DeployedStack): Promise<void>;
}

const noSteps: Steps = { order: {}, beforeExecution: async () => {}, afterwards: async () => {} };

/** @throws an error that names what was deployed before it, and what was not tried */
export async function deploy(
  session: Session,
  stacks: readonly Deployable[],
  { reviewed, shown, account, steps = noSteps, done = [] }: DeployOptions = {},
): Promise<readonly DeployedStack[]> {
  const outputs = new Outputs(session);
  const plans = reviewed ?? shown ?? (await previewAll(session, stacks));
  refuseBlocked(plans);
  const deployment = { session, outputs, plans, isFile: reviewed !== undefined, account, steps, done };
  const failures: Failure[] = [];
  const running = new Map<string, Promise<void>>();
  for (const compiled of stacks) {
    const waitsFor = stacks.filter(({ stack, stackName }) => {
      return compiled.dependsOn.includes(stackName) || steps.order[compiled.stack]?.includes(stack);
    });
    const before = waitsFor.map(({ stackName }) => running.get(stackName));
    running.set(
      compiled.stackName,
      Promise.all(before).then(async () => {
        // What runs is watched to its end, and nothing else is begun.
        if (failures.length > 0 || session.signal.aborted) return;
        try {
          const deployed = await deployStack(deployment, compiled);
          done.push(deployed);
          await steps.afterwards(compiled, deployed);
        } catch (error) {
          failures.push({ compiled, error });
        }
      }),
    );
  }
  await Promise.all(running.values());
  if (failures.length > 0) throw inContext(failures, stacks, done);
  session.signal.throwIfAborted();
  return done;
}

/** What is about to be deployed is shown before anything of it is. */
export async function previewAll(
  session: Session,
  stacks: readonly Deployable[],
  outputs = new Outputs(session),
): Promise<readonly StackPlan[]> {
  const plans: StackPlan[] = [];
  for await (const plan of preview(session, stacks, outputs)) {
    session.say(previewLines(plan));
    plans.push(plan);
  }
  return plans;
}

interface Deployment {
  readonly session: Session;
  readonly outputs: Outputs;
  readonly plans: readonly StackPlan[];
  /** Whether the plans are from a file: made at another time, perhaps by somebody else. */
  readonly isFile: boolean;
  readonly account: string | undefined;
  readonly steps: Steps;
  readonly done: readonly DeployedStack[];
}

async function deployStack(deployment: Deployment, compiled: Deployable): Promise<DeployedStack> {
  const { session, outputs, plans, isFile, account, steps, done } = deployment;
  const { stackName } = compiled;
  const started = Date.now();
  const state = await withoutRemnant(session, compiled, await stackState(session, stackName));
  const { values, unknown } = await parametersOf(compiled, outputs);
  if (unknown.length > 0) throw incomplete(compiled, sayUnknown(unknown));

  const finished = async (stack: Stack, outcome: DeployedStack['outcome'], changes: readonly Change[]) => {
    await protect(session, compiled, stack);
    // As it was read by its ARN: a read by name may still show the stack of before.
    outputs.set(stackName, stack);
    return deployedStack(compiled, stack, outcome, changes, Date.now() - started);
  };
  const reviewed = plans.find((plan) => plan.stackName === stackName);
  const builtOn = done.filter((other) => compiled.dependsOn.includes(other.stackName));
  const isSettled = !isFile && builtOn.every(({ outcome }) => outcome === 'unchanged');
  if (state.kind === 'ready') {
    refuseOtherAccount(account, state.stack.StackId);
    const isUnchanged = reviewed?.outcome === 'unchanged';
    if (isUnchanged && (isSettled || (await isDeployedAlready(session, compiled, state.stack, values)))) {
      return finished(state.stack, 'unchanged', []);
    }
  }

  const role = compiled.executionRole;
  const roleArn = role && (await outputs.of(role.stackName))?.get(role.output);
  const wanted = { compiled, state, parameters: values, purpose: 'deploy', roleArn } as const;
  const { stack, outcome, changes } = await withChangeSet(session, wanted, async (changeSet) => {
    refuseOtherAccount(account, changeSet.stackId);
    const isReady = state.kind === 'ready';
    const found = changeSet.isEmpty
      ? ({ outcome: 'unchanged' } as const)
      : ({ outcome: 'update', changes: changeSet.changes } as const);
    const fresh = plannedAs(compiled, found, [], session.rules);
    // What is taken over is told by the change set alone: before, all of a new stack was to be added.
    const isTakenOver = session.importsExisting && !isFile && fresh.changes.some(({ action }) => action === 'import');
    if (isTakenOver && !isReady) session.say(previewLines(fresh));
    else refuseOthers(reviewed, fresh, isFile);
    refuseBlocked([fresh]);
    if (changeSet.isEmpty && isReady) return { stack: state.stack, changes: [], outcome: 'unchanged' as const };
    if (reviewed?.outcome === 'blocked') session.say(previewLines(fresh));
    await steps.beforeExecution(compiled);
    const restore = await liftPolicy(session, compiled, changeSet.stackId, fresh.changes);
    try {
      const token = await changeSet.execute();
      const stack = await watch(session, compiled, changeSet.stackId, token);
      return { stack, changes: fresh.changes, outcome: isReady ? ('updated' as const) : ('created' as const) };
    } finally {
      await restore();
    }
  });
  const result = await finished(stack, outcome, changes);
  if (outcome !== 'unchanged')
    session.say(`  ${green('✓')} ${stackName} ${outcome}  ${dim(duration(result.milliseconds))}`);
  return result;
}

function deployedStack(
  { stack: name, stackName }: Deployable,
  stack: Stack,
  outcome: DeployedStack['outcome'],
  changes: readonly Change[],
  milliseconds: number,
): DeployedStack {
  const outputs = Object.fromEntries(
    (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
  const parameters = Object.fromEntries(
    (stack.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
  );
  return { stack: name, stackName, stackId: stack.StackId ?? '', outcome, changes, parameters, outputs, milliseconds };
}

function incomplete({ stackName, dependsOn }: Deployable, why: readonly string[]): DeployError {
  return new DeployError(
    `${stackName} cannot be deployed:\n${why.map((line) => `  ${line}`).join('\n')}`,
    `Deploy ${dependsOn.join(', ')} first; without --stack everything is deployed in its order.`,
    exitCode.usage,
  );
}

interface Failure {
  readonly compiled: Deployable;
  readonly error: unknown;
}

/** Where something was done before, "invalid" and "failed" become "partly done"; what is worse stays what it is. */
function inContext(
  failures: readonly Failure[],
  stacks: readonly Deployable[],
  done: readonly DeployedStack[],
): unknown {
  // That one stopped watching is no news beside what went wrong, such as an update that was cancelled.
  const isNews = failures.some(({ error }) => isForPeople(error));
  const bug = failures.find(({ error }) => !isForPeople(error) && !(isNews && isInterruption(error)));
  if (bug) return bug.error;
  const errors = failures.flatMap(({ error }) => (isForPeople(error) ? [error] : []));
  const changed = done.filter(({ outcome }) => outcome !== 'unchanged').map(({ stackName }) => stackName);
  const tried = [...done.map(({ stackName }) => stackName), ...failures.map(({ compiled }) => compiled.stackName)];
  const untried = stacks.map(({ stackName }) => stackName).filter((name) => !tried.includes(name));
  const around = [
    changed.length > 0 ? `Deployed: ${changed.join(', ')}.` : '',
    untried.length > 0 ? `Not tried: ${untried.join(', ')}.` : '',
  ].filter(Boolean);
  const codes = errors.map((error) => ({
    exitCode: Object.values(exitCode).find((code) => code === error.exitCode) ?? exitCode.failed,
  }));
  const own = worst(codes) ?? exitCode.failed;
  const mild = own === exitCode.failed || own === exitCode.usage;
  return new DeployError(
    [...errors.map(({ message }) => message), ...around].join('\n'),
    [...new Set(errors.map(({ remedy }) => remedy))].join('\n'),
    changed.length > 0 && mild ? exitCode.partlyDone : own,
    errors[0],
  );
}

function isForPeople(error: unknown): error is Error & { remedy: string; exitCode?: unknown } {
  return error instanceof Error && 'remedy' in error && typeof error.remedy === 'string';
}

const isInterruption = (error: unknown): boolean =>
  error instanceof Error && (error instanceof Interrupted || error.name === 'AbortError');
