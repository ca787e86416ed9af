/** What is left of a stack whose first creation failed: a name with nothing behind it, which goes before it is tried again. */
import { randomUUID } from 'node:crypto';
import { failure } from '../failure.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import type { StackState } from '../stack-state.ts';
import { follow, markedBy } from '../watch.ts';

/** @returns the state as it is then: nothing is there */
export async function withoutRemnant(session: Session, compiled: Deployable, state: StackState): Promise<StackState> {
  if (state.kind !== 'remnant') return state;
  const { StackId = '', StackName } = state.stack;
  const token = randomUUID();
  session.signal.throwIfAborted();
  session.say(`  ${StackName} never worked and is empty; it is deleted and made anew`);
  await session.aws.deleteStack({ StackName: StackId, ClientRequestToken: token });
  const { status, failures } = await follow(session, compiled, StackId, markedBy(token));
  if (status !== 'DELETE_COMPLETE') throw failure(session, compiled, status, failures);
  return { kind: 'absent' };
}
