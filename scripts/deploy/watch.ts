/** Follows the execution of a change set, event by event, to its end. */
import type { Stack, StackEvent } from '../aws/cloudformation.ts';
import { AwsError } from '../aws/errors.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { dim, duration, green, red, yellow } from '../terminal/style.ts';
import { DeployError } from './errors.ts';
import { failure, isRootCause } from './failure.ts';
import type { Deployable } from './release.ts';
import { patiently, type Session } from './session.ts';
import { describe } from './stack-state.ts';

/** A database takes 20 minutes, a distribution 15. */
const patienceMs = 90 * 60_000;

/**
 * @param stackId the ARN: a stack of the same name that somebody makes meanwhile is another one
 * @param token by which the events of this operation are told from older ones
 * @returns the stack as it then is
 * @throws DeployError when the deployment failed: rolled back (6), stuck (7), or out of sight (3)
 */
export async function watch(session: Session, compiled: Deployable, stackId: string, token: string): Promise<Stack> {
  const { stackName } = compiled;
  const seen = new Set<string>();
  const begun = new Map<string, number>();
  const failures: StackEvent[] = [];
  session.signal.addEventListener('abort', sayWhatGoesOn, { once: true });
  try {
    for await (const _ of patiently(session, patienceMs)) {
      // Asked before the events are, so that what led to this status is among them.
      const stack = await describe(session, stackId);
      for (const event of await newEvents(session, stackId, token, seen)) {
        if (isRootCause(event)) failures.push(event);
        const line = eventLine(compiled.stack, event, begun);
        if (line) session.say(line);
      }
      // Right after the execution began a read may still show the status from before it.
      const status = stack?.StackStatus ?? '';
      if (!stack || seen.size === 0 || status.endsWith('_IN_PROGRESS')) continue;
      if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return stack;
      throw failure(compiled, status, failures);
    }
  } catch (error) {
    throw error instanceof AwsError ? outOfSight(error, stackName, stackId) : error;
  } finally {
    session.signal.removeEventListener('abort', sayWhatGoesOn);
  }
  throw new DeployError(
    `${stackName} is not done after ${duration(patienceMs)}; CloudFormation goes on with it.`,
    `See how it ends: aws cloudformation describe-stack-events --stack-name ${stackId}`,
    exitCode.partlyDone,
  );

  function sayWhatGoesOn() {
    session.say(`CloudFormation goes on with ${stackName}; nothing was cancelled. Its events tell how it ends:`);
    session.say(`  aws cloudformation describe-stack-events --stack-name ${stackId}`);
  }
}

/** The connection or the credentials went; the deployment did not. */
export function outOfSight(error: AwsError, stackName: string, stackId: string): DeployError {
  return new DeployError(
    `${error.message}\nCloudFormation goes on with ${stackName}, without being watched.`,
    `See how it ends: aws cloudformation describe-stack-events --stack-name ${stackId}\n${error.remedy}`,
    exitCode.partlyDone,
    error,
  );
}

/** The events of this operation that have not been seen; oldest first. */
async function newEvents({ aws, signal }: Session, stackId: string, token: string, seen: Set<string>) {
  const fresh: StackEvent[] = [];
  for (let page: string | undefined, more = true; more; ) {
    const { StackEvents = [], NextToken } = await aws.describeStackEvents(
      { StackName: stackId, ...(page !== undefined && { NextToken: page }) },
      { abortSignal: signal },
    );
    for (const event of StackEvents) {
      // Newest first: behind the first that is known, or is another operation's, there is nothing new.
      more = event.ClientRequestToken === token && !seen.has(event.EventId ?? '');
      if (!more) break;
      fresh.push(event);
    }
    page = NextToken;
    more &&= NextToken !== undefined;
  }
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
