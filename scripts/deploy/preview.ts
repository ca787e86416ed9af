/** What a deploy would change, stack by stack; nothing is left behind. */
import type { CompiledStack } from '../../generator/compile.ts';
import { fromChangeSet, fromTemplate, type ResourceChange } from '../plan/changes.ts';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';
import { refusal, withChangeSet } from './change-set.ts';
import { DeployError } from './errors.ts';
import { Outputs, parametersOf, sayUnknown } from './parameters.ts';
import type { Session } from './session.ts';
import { type StackState, stackState } from './stack-state.ts';

export interface StackPreview {
  readonly stack: string;
  readonly stackName: string;
  /** `blocked`: the stack is not in a state that can be deployed to; `note` says why, `exitCode` how bad it is. */
  readonly outcome: 'create' | 'update' | 'unchanged' | 'blocked';
  readonly changes: readonly ResourceChange[];
  readonly notes: readonly string[];
  readonly exitCode?: ExitCode;
}

/** Yields as soon as each stack is known. */
export async function* preview(session: Session, stacks: readonly CompiledStack[]): AsyncGenerator<StackPreview> {
  const outputs = new Outputs(session);
  for (const compiled of stacks) {
    session.signal.throwIfAborted();
    yield await previewStack(session, compiled, outputs);
  }
}

async function previewStack(session: Session, compiled: CompiledStack, outputs: Outputs): Promise<StackPreview> {
  const about = { stack: compiled.stack, stackName: compiled.stackName };
  let state: StackState;
  try {
    state = await stackState(session, compiled.stackName);
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    const notes = [error.message, error.remedy];
    return { ...about, outcome: 'blocked', changes: [], notes, exitCode: error.exitCode };
  }
  outputs.set(compiled.stackName, state.kind === 'ready' ? state.stack : undefined);
  const { values, unknown } = await parametersOf(compiled, outputs);
  const notes = unknown.map(sayUnknown);

  if (state.kind !== 'ready') {
    // Not by a change set: that would leave a stack of this name, which has nothing in it and cannot be updated.
    await validate(session, compiled);
    return { ...about, outcome: 'create', changes: fromTemplate(compiled.body), notes };
  }
  // A value that is not there yet is left as it is deployed, where it is; without one there is nothing to compare.
  const before = new Set(state.stack.Parameters?.map(({ ParameterKey }) => ParameterKey));
  const missing = unknown.filter(({ parameter }) => !before.has(parameter));
  if (missing.length > 0) {
    notes.push(`Its changes cannot be told before ${missing[0]?.producer} has been deployed.`);
    return { ...about, outcome: 'blocked', changes: [], notes, exitCode: exitCode.partlyDone };
  }
  const kept = unknown.map(({ parameter }) => ({ ParameterKey: parameter, UsePreviousValue: true }));
  const wanted = { compiled, state, parameters: [...values, ...kept], purpose: 'preview' } as const;
  return withChangeSet(session, wanted, async ({ isEmpty, changes }) => ({
    ...about,
    outcome: isEmpty ? 'unchanged' : 'update',
    changes: fromChangeSet(changes),
    notes,
  }));
}

/** @throws DeployError (2) where CloudFormation would refuse the template */
async function validate({ aws, signal }: Session, compiled: CompiledStack): Promise<void> {
  try {
    await aws.validateTemplate({ TemplateBody: compiled.body }, { abortSignal: signal });
  } catch (error) {
    throw refusal(error, compiled);
  }
}
