/** Which of the stacks of an environment have an operation under way, or rest where one stopped. */
import type { Stack } from '../../aws/cloudformation.ts';
import { fewAtOnce } from '../few-at-once.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import { describe } from '../stack-state.ts';
import type { BelongsToIt } from '../watch.ts';

export interface Found {
  readonly compiled: Deployable;
  readonly stack: Stack;
  readonly stackId: string;
  readonly status: string;
}

/** Those that are there, in the order of deployment. */
export async function foundStacks(session: Session, stacks: readonly Deployable[]): Promise<readonly Found[]> {
  const all = fewAtOnce(session, stacks, async (compiled): Promise<Found | undefined> => {
    const stack = await describe(session, compiled.stackName);
    return stack && { compiled, stack, stackId: stack.StackId ?? '', status: stack.StackStatus ?? '' };
  });
  const found: Found[] = [];
  for await (const each of all) if (each) found.push(each);
  return found;
}

/** A change set that gave a stack its name is no operation: nothing ends it but somebody. */
export const isUnderWay = ({ status }: Found): boolean =>
  status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';

/** Of the operation that runs: its own id, else the mark of who asked for it, as its newest event has them. */
export async function runningOperation({ aws, signal }: Session, stackId: string): Promise<BelongsToIt> {
  const { StackEvents = [] } = await aws.describeStackEvents({ StackName: stackId }, { abortSignal: signal });
  const { OperationId: id, ClientRequestToken: token, EventId: newest } = StackEvents[0] ?? {};
  return ({ OperationId, ClientRequestToken, EventId }) =>
    id !== undefined ? OperationId === id : token !== undefined ? ClientRequestToken === token : EventId === newest;
}

/** Whom else a stack belongs to: what is done to the stacks of a tier is done to all its environments. */
export function sharedWith({ compiled }: Found, environment: string, tier: readonly string[]): string {
  const others = compiled.tags.Environment === undefined ? tier.filter((name) => name !== environment) : [];
  return others.length > 0 ? `, which ${others.join(' and ')} shares,` : '';
}
