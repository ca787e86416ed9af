/**
 * Takes up what was left: watches what runs to its end, lets a rollback go on that stopped, and takes back an update that
 * somebody had stay half-done. What a person has to decide is said, with what to type.
 */
import { randomUUID } from 'node:crypto';
import { UsageError } from '../../terminal/command.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { green } from '../../terminal/style.ts';
import { failure } from '../failure.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import { type BelongsToIt, follow, markedBy } from '../watch.ts';
import type { Mended } from './mend.ts';
import { type Found, foundStacks, isUnderWay, runningOperation } from './operations.ts';
import { deployOf, namedIn, wayOut } from './ways-out.ts';

export interface Resumed extends Mended {
  readonly did: 'watched' | 'rollback continued' | 'taken back' | 'left';
}

/** @param skip logical ids that a rollback leaves as they are @throws UsageError (2) where nothing of that name failed */
export async function resume(
  session: Session,
  stacks: readonly Deployable[],
  skip: readonly string[] = [],
): Promise<readonly Resumed[]> {
  const found = await foundStacks(session, stacks);
  const stopped = found.filter(({ status }) => status === 'UPDATE_ROLLBACK_FAILED');
  const skipped = await skippable(session, stopped, skip);
  const all = await Promise.all(found.map((each) => takeUp(session, each, skipped.get(each.stackId) ?? [])));
  return all.filter((each) => each !== undefined);
}

async function takeUp(session: Session, found: Found, skip: readonly string[]): Promise<Resumed | undefined> {
  const { compiled, stackId, status } = found;
  if (isUnderWay(found)) {
    session.say(`  ${compiled.stackName} is in ${status}; it is watched to its end`);
    return ended(session, found, 'watched', await runningOperation(session, stackId));
  }
  const token = randomUUID();
  const request = { StackName: stackId, ClientRequestToken: token };
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    const without = skip.length > 0 ? `, without ${skip.join(', ')}` : '';
    session.say(`  ${compiled.stackName}: the rollback goes on${without}`);
    await session.aws.continueUpdateRollback({ ...request, ...(skip.length > 0 && { ResourcesToSkip: [...skip] }) });
    return ended(session, found, 'rollback continued', markedBy(token));
  }
  if (status === 'UPDATE_FAILED') {
    session.say(`  ${compiled.stackName}: the update that failed is taken back`);
    await session.aws.rollbackStack(request);
    return ended(session, found, 'taken back', markedBy(token));
  }
  if (!status.endsWith('_FAILED')) return undefined;
  const { stackName, stack } = compiled;
  const reason = found.stack.StackStatusReason;
  const remedy = wayOut(session, { name: stackName, status, resources: namedIn(reason) });
  const message = `${stackName} is in ${status}${reason ? `: ${reason.trim()}` : '.'}`;
  return { stack, stackName, did: 'left', was: status, is: status, exitCode: exitCode.needsHuman, message, remedy };
}

const good: readonly string[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'];

async function ended(
  session: Session,
  { compiled, stackId, status: was }: Found,
  did: 'watched' | 'rollback continued' | 'taken back',
  isOfIt: BelongsToIt,
): Promise<Resumed> {
  const { stack, stackName } = compiled;
  const { status: is, failures } = await follow(session, compiled, stackId, isOfIt);
  const around = { stack, stackName, did, was, is };
  const isDone =
    did === 'watched'
      ? good.includes(is) || (was === 'DELETE_IN_PROGRESS' && is === 'DELETE_COMPLETE')
      : is === 'UPDATE_ROLLBACK_COMPLETE';
  if (isDone) {
    session.say(`  ${green('✓')} ${stackName} is in ${is}`);
    return { ...around, exitCode: exitCode.done };
  }
  const { message, remedy, exitCode: code } = failure(session, compiled, is, failures);
  return { ...around, exitCode: code, message, remedy };
}

/** What comes next, once everything rests. */
export function nextOf(session: Session, resumed: readonly Resumed[]): string {
  if (resumed.some(({ exitCode: code }) => code !== exitCode.done)) return '';
  if (resumed.length === 0) return 'Nothing is under way, and nothing was left half-way.';
  return resumed.some(({ did }) => did !== 'watched')
    ? `Put right why the update failed, then deploy again: ${deployOf(session)}`
    : `What was not tried yet comes next: ${deployOf(session)}; it goes on with the rest, asks the API, and records the release.`;
}

/** @returns by the stack's id; only what failed can be skipped (API reference, ContinueUpdateRollback) */
async function skippable(
  { aws, signal }: Session,
  stopped: readonly Found[],
  skip: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (skip.length === 0) return new Map();
  const failed = await Promise.all(
    stopped.map(async ({ stackId }) => {
      const { StackResources = [] } = await aws.describeStackResources({ StackName: stackId }, { abortSignal: signal });
      const ids = StackResources.filter(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED');
      return [stackId, ids.flatMap(({ LogicalResourceId }) => LogicalResourceId ?? [])] as const;
    }),
  );
  const all = failed.flatMap(([, ids]) => ids);
  const unknown = skip.filter((id) => !all.includes(id));
  if (unknown.length > 0) {
    throw new UsageError(
      `--skip names ${unknown.join(', ')}, which no rollback stopped at.`,
      all.length > 0 ? `They stopped at ${all.join(', ')}.` : 'No rollback has stopped.',
    );
  }
  return new Map(failed.map(([stackId, ids]) => [stackId, ids.filter((id) => skip.includes(id))]));
}
