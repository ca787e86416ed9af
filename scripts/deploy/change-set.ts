/** A change set, from its creation to the last page of its changes. */
import { createHash } from 'node:crypto';
import type { CompiledStack } from '../../generator/compile.ts';
import type { Change, DescribeChangeSetOutput, Parameter } from '../aws/cloudformation.ts';
import { AwsError } from '../aws/errors.ts';
import { type DescribedChange, merged } from '../plan/described.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError, isValidationError } from './errors.ts';
import { resumeOf } from './heal/ways-out.ts';
import { rejected } from './rejected.ts';
import { sentTemplate } from './sent-template.ts';
import { patiently, type Session } from './session.ts';
import type { StackState } from './stack-state.ts';

export interface OpenChangeSet {
  readonly id: string;
  readonly stackId: string;
  /** CloudFormation found nothing to do. Not the same as no changes: an output alone may change. */
  readonly isEmpty: boolean;
  /** Of all pages, with the values of properties. */
  readonly changes: readonly DescribedChange[];
  /** Executes exactly this change set. @returns the token that every event of the operation carries */
  execute(): Promise<string>;
}

export interface Wanted {
  readonly compiled: CompiledStack;
  readonly state: StackState;
  readonly parameters: readonly Parameter[];
  /** `drift`: what was deployed is compared with what is there by now; template and tags are those of the stack. */
  readonly purpose: 'preview' | 'deploy' | 'drift';
  /** With which CloudFormation works, now and from now on; without it, with the rights of whoever asks. */
  readonly roleArn?: string | undefined;
}

const patienceMs = 10 * 60_000;

/**
 * Creates a change set, waits for it, reads it, and deletes it afterwards, whatever happens, unless `use` executed it.
 * Where that leaves a stack that has nothing but the name which this change set gave it, the name goes too.
 */
export async function withChangeSet<T>(
  session: Session,
  wanted: Wanted,
  use: (changeSet: OpenChangeSet) => Promise<T>,
): Promise<T> {
  const created = await create(session, wanted);
  let executed = false;
  try {
    const { isEmpty, changes } = await read(session, created, wanted).catch((error) => {
      // Whoever executes another change set of the stack deletes this one.
      throw overtaken(error, wanted.compiled);
    });
    return await use({
      ...created,
      isEmpty,
      changes,
      async execute() {
        const token = created.id.split('/').at(-1) ?? '';
        session.signal.throwIfAborted();
        executed = true;
        try {
          // Not interruptible either: whether it was executed has to be known.
          await session.aws.executeChangeSet({ ChangeSetName: created.id, ClientRequestToken: token });
        } catch (error) {
          // Without an answer nobody knows; with one it was not.
          executed = !(error instanceof Error && ('$fault' in error || isRefused(error)));
          if (executed && error instanceof AwsError) throw unanswered(session, error, wanted.compiled);
          throw overtaken(error, wanted.compiled);
        }
        return token;
      },
    });
  } finally {
    if (!executed) await discard(session, created, wanted);
  }
}

interface Created {
  readonly id: string;
  readonly stackId: string;
}

async function create(session: Session, { compiled, state, parameters, purpose, roleArn }: Wanted): Promise<Created> {
  const { aws, signal } = session;
  const { stackName } = compiled;
  const template = purpose === 'drift' ? asDeployed : await sentTemplate(session, compiled);
  const type = state.kind === 'ready' ? 'UPDATE' : 'CREATE';
  const name = nameOf(session, compiled, state, parameters, purpose);
  signal.throwIfAborted();
  try {
    // Not interruptible: a change set that nobody knows of would be left behind.
    const { Id = '', StackId = '' } = await aws.createChangeSet({
      StackName: state.kind === 'ready' ? (state.stack.StackId ?? stackName) : stackName,
      ChangeSetName: name,
      // A retry after a timeout is answered with the change set that the first try made.
      ClientToken: name,
      ChangeSetType: type,
      ...template,
      Parameters: [...parameters],
      Capabilities: [...compiled.capabilities],
      ...(roleArn !== undefined && { RoleARN: roleArn }),
      ...(session.importsExisting && purpose !== 'drift' && { ImportExistingResources: true }),
      // Tags that are left out stay as they are.
      ...(purpose !== 'drift' && { Tags: Object.entries(compiled.tags).map(([Key, Value]) => ({ Key, Value })) }),
      // A stack that keeps nothing vanishes when its creation fails, so that the next deploy can begin anew.
      ...(type === 'CREATE' && { OnStackFailure: compiled.stateful ? ('ROLLBACK' as const) : ('DELETE' as const) }),
    });
    return { id: Id, stackId: StackId };
  } catch (error) {
    if (isValidationError(error) && error.message.includes('_IN_PROGRESS state')) {
      const remedy = 'Wait for it to end, then try again.';
      throw new DeployError(`${stackName} is being changed: ${error.message}`, remedy, exitCode.busy, error);
    }
    throw refusal(error, compiled);
  }
}

/** What is there is then compared with what was deployed (API reference, CreateChangeSet, DeploymentMode). */
const asDeployed = { UsePreviousTemplate: true, DeploymentMode: 'REVERT_DRIFT' } as const;

/** Follows from what is asked, and by whom: two runs may ask the same at the same time, and each deletes what it made. */
function nameOf(
  { id }: Session,
  { body, tags }: CompiledStack,
  state: StackState,
  parameters: readonly Parameter[],
  purpose: string,
): string {
  const against = state.kind === 'absent' ? [] : [state.stack.StackId, state.stack.LastUpdatedTime];
  const content = JSON.stringify([body, tags, parameters, against, id]);
  return `${purpose}-${createHash('sha256').update(content).digest('hex').slice(0, 24)}`;
}

async function read(
  session: Session,
  { id }: Created,
  { compiled }: Wanted,
): Promise<Pick<OpenChangeSet, 'isEmpty' | 'changes'>> {
  const { aws, signal } = session;
  const describe = (IncludePropertyValues: boolean, NextToken?: string) =>
    aws.describeChangeSet(
      { ChangeSetName: id, IncludePropertyValues, ...(NextToken !== undefined && { NextToken }) },
      { abortSignal: signal },
    );
  for await (const _ of patiently(session, patienceMs)) {
    const page = await describe(true);
    if (page.Status === 'FAILED') {
      if (isNothingToDo(page.StatusReason)) return { isEmpty: true, changes: [] };
      throw await rejected(session, id, compiled, page.StatusReason);
    }
    if (page.Status !== 'CREATE_COMPLETE') continue;
    const changes = await allPages(page, (token) => describe(true, token));
    // Complete as it is; a reason here is a warning that whole resources are left out for their values.
    if (page.StatusReason === undefined) return { isEmpty: false, changes };
    const bare = await allPages(await describe(false), (token) => describe(false, token));
    return { isEmpty: false, changes: merged(changes, bare) };
  }
  throw new DeployError(
    `The change set of ${compiled.stackName} is not ready after ${patienceMs / 60_000} minutes.`,
    'Try again; https://health.aws.amazon.com tells whether CloudFormation has a bad day.',
  );
}

async function allPages(
  first: DescribeChangeSetOutput,
  next: (token: string) => Promise<DescribeChangeSetOutput>,
): Promise<readonly Change[]> {
  const changes = [...(first.Changes ?? [])];
  for (let token = first.NextToken; token !== undefined; ) {
    const page = await next(token);
    changes.push(...(page.Changes ?? []));
    token = page.NextToken;
  }
  return changes;
}

/** The two sentences, and only these, by which CloudFormation says that there is nothing to do. */
function isNothingToDo(reason = ''): boolean {
  return /didn't contain changes|no updates are to be performed/i.test(reason);
}

/** Not interruptible, and no reason to fail: what cannot be deleted is named. */
async function discard(session: Session, { id, stackId }: Created, { state, compiled }: Wanted): Promise<void> {
  const { aws, pauses, say } = session;
  const uninterrupted = { pauses, signal: new AbortController().signal };
  try {
    for await (const _ of patiently(uninterrupted, 30_000)) {
      try {
        await aws.deleteChangeSet({ ChangeSetName: id });
        break;
      } catch (error) {
        // It cannot be deleted while it is still being made; and a twin of this run may have executed it.
        if (!(error instanceof Error && error.name.startsWith('InvalidChangeSetStatus'))) throw error;
        if (/EXECUTE_/.test(error.message)) return;
      }
    }
    // Only the name that this change set gave it: somebody else may be creating the stack by now.
    if (state.kind === 'absent' && (await isShell(session, stackId))) await aws.deleteStack({ StackName: stackId });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(`The change set ${id} of ${compiled.stackName} is left behind: ${why}`);
  }
}

/** Whether AWS answered at all: who is denied has changed nothing. */
const isRefused = (error: Error) =>
  error instanceof AwsError && error.cause instanceof Error && '$fault' in error.cause;

function unanswered(session: Session, error: AwsError, { stackName }: CompiledStack): DeployError {
  return new DeployError(
    `${error.message}\nWhether CloudFormation has begun to change ${stackName} is not known.`,
    `${error.remedy}\nThen see whether it has, and watch it to its end: ${resumeOf(session)}`,
    exitCode.partlyDone,
    error,
  );
}

async function isShell({ aws }: Session, stackId: string): Promise<boolean> {
  const { Stacks = [] } = await aws.describeStacks({ StackName: stackId });
  return Stacks[0]?.StackStatus === 'REVIEW_IN_PROGRESS';
}

/** @returns an error for people where the change set is OBSOLETE, or gone, or the stack is being changed */
function overtaken(error: unknown, { stackName }: CompiledStack): unknown {
  const refused =
    error instanceof Error && /^(InvalidChangeSetStatus|ChangeSetNotFound|ValidationError)/.test(error.name);
  if (!refused) return error;
  return new DeployError(
    `${stackName} was changed by somebody else meanwhile; nothing was done to it: ${error.message}`,
    'Preview it again, for the changes may be others now; then deploy.',
    exitCode.busy,
    error,
  );
}

/** @returns an error for people where CloudFormation refuses what was asked */
export function refusal(error: unknown, { path, stack }: CompiledStack): unknown {
  const refused =
    isValidationError(error) || (error instanceof Error && error.name.startsWith('InsufficientCapabilities'));
  if (!refused) return error;
  return new DeployError(
    `CloudFormation refuses templates/${path}: ${error.message}`,
    `Correct generator/stacks/${stack}.ts, run \`npm run generate\` and \`npm run check\`, and try again.`,
    exitCode.usage,
    error,
  );
}
