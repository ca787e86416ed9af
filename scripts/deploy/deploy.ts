/** Deploys stacks in their order, each by the change set that was shown, and hands its outputs to the next. */
import type { CompiledStack } from '../../generator/compile.ts';
import type { Stack } from '../aws/cloudformation.ts';
import { fromChangeSet, type ResourceChange } from '../plan/changes.ts';
import { counts, resourceLines } from '../plan/text.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { bold, dim, duration, green } from '../terminal/style.ts';
import { withChangeSet } from './change-set.ts';
import { DeployError } from './errors.ts';
import { Outputs, parametersOf, sayUnknown } from './parameters.ts';
import type { Session } from './session.ts';
import { stackState } from './stack-state.ts';
import { watch } from './watch.ts';

export interface DeployedStack {
  readonly stack: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  readonly changes: readonly ResourceChange[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly milliseconds: number;
}

/**
 * @param done is given each stack as it is finished, so that it can be reported although a later one fails
 * @throws an error that names what was deployed before it, and what was not tried
 */
export async function deploy(
  session: Session,
  stacks: readonly CompiledStack[],
  done: DeployedStack[] = [],
): Promise<readonly DeployedStack[]> {
  const outputs = new Outputs(session);
  for (const compiled of stacks) {
    session.signal.throwIfAborted();
    try {
      done.push(await deployStack(session, compiled, outputs));
    } catch (error) {
      throw error instanceof Error && 'remedy' in error ? inContext(error, compiled, stacks, done) : error;
    }
  }
  return done;
}

async function deployStack(session: Session, compiled: CompiledStack, outputs: Outputs): Promise<DeployedStack> {
  const started = Date.now();
  const state = await stackState(session, compiled.stackName);
  const { values, unknown } = await parametersOf(compiled, outputs);
  if (unknown.length > 0) throw incomplete(compiled, unknown.map(sayUnknown));

  const wanted = { compiled, state, parameters: values, purpose: 'deploy' } as const;
  const { stack, changes, outcome } = await withChangeSet(session, wanted, async (changeSet) => {
    if (changeSet.isEmpty && state.kind === 'ready') {
      session.say(`${bold(compiled.stack)}  nothing to do`);
      return { stack: state.stack, changes: [], outcome: 'unchanged' as const };
    }
    const changes = fromChangeSet(changeSet.changes);
    session.say(`${bold(compiled.stack)}  ${counts(changes) || 'only outputs or tags'}  ${dim(compiled.stackName)}`);
    if (changes.length > 0) session.say(resourceLines(changes));
    const token = await changeSet.execute();
    const stack = await watch(session, compiled.stackName, changeSet.stackId, token);
    return { stack, changes, outcome: state.kind === 'ready' ? ('updated' as const) : ('created' as const) };
  });
  await protect(session, stack, compiled.protection);
  // As it was read by its ARN: a read by name may still show the stack of before.
  outputs.set(compiled.stackName, stack);
  const milliseconds = Date.now() - started;
  if (outcome !== 'unchanged')
    session.say(`  ${green('✓')} ${compiled.stackName} ${outcome}  ${dim(duration(milliseconds))}`);
  return {
    stack: compiled.stack,
    stackName: compiled.stackName,
    stackId: stack.StackId ?? '',
    outcome,
    changes,
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    ),
    milliseconds,
  };
}

/** Termination protection is no part of a change set, so it is looked after also where there was nothing to do. */
async function protect({ aws, say }: Session, { StackId = '', ...stack }: Stack, wanted: boolean): Promise<void> {
  if ((stack.EnableTerminationProtection ?? false) === wanted) return;
  await aws.updateTerminationProtection({ StackName: StackId, EnableTerminationProtection: wanted });
  say(`  termination protection of ${stack.StackName} is now ${wanted ? 'on' : 'off'}`);
}

function incomplete({ stackName, dependsOn }: CompiledStack, why: readonly string[]): DeployError {
  return new DeployError(
    `${stackName} cannot be deployed:\n${why.map((line) => `  ${line}`).join('\n')}`,
    `Deploy ${dependsOn.join(', ')} first; without --stack everything is deployed in its order.`,
    exitCode.usage,
  );
}

/** Where something was done before, "invalid" and "failed" become "partly done"; what is worse stays what it is. */
function inContext(
  error: Error & { remedy?: unknown; exitCode?: unknown },
  failed: CompiledStack,
  stacks: readonly CompiledStack[],
  done: readonly DeployedStack[],
): DeployError {
  const changed = done.filter(({ outcome }) => outcome !== 'unchanged').map(({ stackName }) => stackName);
  const untried = stacks.slice(stacks.indexOf(failed) + 1).map(({ stackName }) => stackName);
  const around = [
    changed.length > 0 ? `Deployed before it: ${changed.join(', ')}.` : '',
    untried.length > 0 ? `Not tried: ${untried.join(', ')}.` : '',
  ].filter(Boolean);
  const mild = error.exitCode === exitCode.failed || error.exitCode === exitCode.usage;
  const own = Object.values(exitCode).find((code) => code === error.exitCode) ?? exitCode.failed;
  const code = changed.length > 0 && mild ? exitCode.partlyDone : own;
  return new DeployError([error.message, ...around].join('\n'), String(error.remedy), code, error);
}
