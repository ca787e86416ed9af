/** Follows an operation of CloudFormation, event by event, to its end. */
import type { Stack, StackEvent } from '../aws/cloudformation.ts';
import { AwsError, isThrottled } from '../aws/errors.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { dim, duration, green, red, yellow } from '../terminal/style.ts';
import { DeployError } from './errors.ts';
import { failure, isRootCause } from './failure.ts';
import { cancelUpdate } from './heal/cancel-update.ts';
import { resumeOf } from './heal/ways-out.ts';
import type { Deployable } from './release.ts';
import { patiently, type Session } from './session.ts';
import { describe } from './stack-state.ts';

/** A database takes 20 minutes, a distribution 15. */
const patienceMs = 90 * 60_000;

/** For a second Ctrl-C; shorter than GitHub waits before it becomes rougher. */
const secondThoughtMs = 4_000;

/** Tells the first events of an operation from older ones. */
export type BelongsToIt = (event: StackEvent) => boolean;

/** By the mark of who asked for it. */
export const markedBy =
  (token: string): BelongsToIt =>
  ({ ClientRequestToken }) =>
    ClientRequestToken === token;

export interface Ended {
  /** As it then is. */
  readonly stack: Stack;
  readonly status: string;
  /** What failed by itself, in its order. */
  readonly failures: readonly StackEvent[];
}

/**
 * @param stackId the ARN: a stack of the same name that somebody makes meanwhile is another one
 * @returns the stack as it then is
 * @throws DeployError when the deployment failed: rolled back (6), stuck (7), or out of sight (3)
 */
export async function watch(session: Session, compiled: Deployable, stackId: string, token: string): Promise<Stack> {
  const { stack, status, failures } = await follow(session, compiled, stackId, markedBy(token));
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return stack;
  throw failure(session, compiled, status, failures);
}

/**
 * To whichever end. The first Ctrl-C stops watching, a second one cancels an update, and its rollback is watched.
 * @throws DeployError (3) where it goes out of sight
 */
export async function follow(
  session: Session,
  compiled: Pick<Deployable, 'stack' | 'stackName'>,
  stackId: string,
  isOfIt: BelongsToIt,
): Promise<Ended> {
  const { stackName } = compiled;
  const seen = new Set<string>();
  const begun = new Map<string, number>();
  const failures: StackEvent[] = [];
  // Nothing else can be cancelled; until it is known, it may be one.
  let isUpdate = true;
  session.signal.addEventListener('abort', sayWhatGoesOn, { once: true });
  try {
    return await toTheEnd(session);
  } catch (error) {
    if (session.signal.aborted && isUpdate && (await session.again?.(secondThoughtMs))) {
      const calm = { ...session, signal: new AbortController().signal };
      await cancelUpdate(calm, compiled, stackId);
      return await toTheEnd(calm);
    }
    throw error instanceof AwsError ? outOfSight(error, session, stackName) : error;
  } finally {
    session.signal.removeEventListener('abort', sayWhatGoesOn);
  }

  async function toTheEnd(own: Session): Promise<Ended> {
    for await (const _ of patiently(own, patienceMs)) {
      try {
        // Asked before the events are, so that what led to this status is among them.
        const stack = await describe(own, stackId);
        for (const event of await newEvents(own, stackId, isOfIt, seen)) {
          if (isRootCause(event)) failures.push(event);
          const line = eventLine(compiled.stack, event, begun);
          if (line) own.say(line);
        }
        isUpdate = seen.size === 0 || stack?.StackStatus === 'UPDATE_IN_PROGRESS';
        // Right after an operation began a read may still show the status from before it.
        const status = stack?.StackStatus ?? '';
        if (stack && seen.size > 0 && !status.endsWith('_IN_PROGRESS')) return { stack, status, failures };
      } catch (error) {
        // Whoever asks too often asks again later.
        if (!isThrottled(error)) throw error;
      }
    }
    throw new DeployError(
      `${stackName} is not done after ${duration(patienceMs)}; CloudFormation goes on with it.`,
      `Watch it to its end: ${resumeOf(session)}`,
      exitCode.partlyDone,
    );
  }

  function sayWhatGoesOn() {
    session.say(`CloudFormation goes on with ${stackName}; nothing was cancelled. Watch it to its end:`);
    session.say(`  ${resumeOf(session)}`);
    if (isUpdate && session.again)
      session.say(dim(`  Press Ctrl-C again within ${secondThoughtMs / 1000} seconds to cancel the update.`));
  }
}

/** The connection or the credentials went; the deployment did not. */
function outOfSight(error: AwsError, session: Session, stackName: string): DeployError {
  return new DeployError(
    `${error.message}\nCloudFormation goes on with ${stackName}, without being watched.`,
    `${error.remedy}\nThen watch it to its end: ${resumeOf(session)}`,
    exitCode.partlyDone,
    error,
  );
}

/**
 * Those of this operation that have not been seen; oldest first. Whatever comes after its first ones belongs to it, also
 * under the mark of who cancelled it, for a stack has one operation at a time.
 */
async function newEvents({ aws, signal }: Session, stackId: string, isOfIt: BelongsToIt, seen: Set<string>) {
  const found: StackEvent[] = [];
  let oldest = -1;
  // They are among the newest, or a read still shows what was before them.
  const isSought = () => oldest < 0 && found.length < 100;
  for (let page: string | undefined, more = true; more; ) {
    const { StackEvents = [], NextToken } = await aws.describeStackEvents(
      { StackName: stackId, ...(page !== undefined && { NextToken: page }) },
      { abortSignal: signal },
    );
    for (const event of StackEvents) {
      // Newest first: behind the first that is known, or is of before, there is nothing new.
      more = !seen.has(event.EventId ?? '') && (isOfIt(event) || seen.size > 0 || isSought());
      if (!more) break;
      found.push(event);
      if (isOfIt(event)) oldest = found.length - 1;
    }
    page = NextToken;
    more &&= NextToken !== undefined;
  }
  const fresh = seen.size > 0 ? found : found.slice(0, oldest + 1);
  // By id, for two events can share a timestamp.
  for (const { EventId } of fresh) seen.add(EventId ?? '');
  return fresh.reverse();
}

/** One line for each end of something; beginnings only start its clock. */
function eventLine(stack: string, event: StackEvent, begun: Map<string, number>): string | undefined {
  const { LogicalResourceId: id = '', ResourceType: type = '', ResourceStatus: status = '', Timestamp } = event;
  const { DetailedStatus: detail } = event;
  const at = Timestamp?.getTime() ?? 0;
  const about = `    ${stack.padEnd(14)}`;
  const time = () => dim(duration(at - (begun.get(id) ?? at)));
  if (status.endsWith('_IN_PROGRESS')) {
    if (!begun.has(id)) begun.set(id, at);
    // Those that build on it may begin; it has still to come to rest.
    if (detail === 'CONFIGURATION_COMPLETE' && event.PhysicalResourceId !== event.StackId) {
      return `${about}  ${yellow('configured'.padEnd(15))}  ${type.padEnd(39)}  ${id}  ${time()}, settling`;
    }
    const turns =
      /^(ROLLBACK|UPDATE_ROLLBACK|DELETE)_IN_PROGRESS$/.test(status) && event.PhysicalResourceId === event.StackId;
    return turns ? `${about}  ${yellow(status)}  ${event.ResourceStatusReason ?? ''}` : undefined;
  }
  if (event.PhysicalResourceId === event.StackId) return undefined;
  const took = time();
  begun.delete(id);
  const paint = status.endsWith('_FAILED') ? red : status === 'DELETE_SKIPPED' ? yellow : green;
  const reason =
    status.endsWith('_FAILED') && event.ResourceStatusReason ? `\n      ${event.ResourceStatusReason}` : '';
  return `${about}  ${paint(status.padEnd(15))}  ${type.padEnd(39)}  ${id}  ${took}${reason}`;
}
