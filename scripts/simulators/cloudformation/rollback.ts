/** The ways back: of a creation and of an update that failed, by themselves or because somebody asks for it. */
import { remove, removeAll } from './deletion.ts';
import { type Recorder, recorder } from './record.ts';
import type { Account, Resource, Stack } from './state.ts';

export async function undoCreation(
  account: Account,
  stack: Stack,
  record: Recorder,
  onFailure: 'ROLLBACK' | 'DELETE',
  reason: string,
): Promise<void> {
  const verb = onFailure === 'DELETE' ? 'DELETE' : 'ROLLBACK';
  record.stack(`${verb}_IN_PROGRESS`, `${reason}${onFailure === 'DELETE' ? 'Delete' : 'Rollback'} requested by user.`);
  const failed = await removeAll(account, stack, record, true);
  if (failed.length > 0) {
    record.stack(`${verb}_FAILED`, `The following resource(s) failed to delete: [${failed.join(', ')}]. `);
    return;
  }
  record.stack(`${verb}_COMPLETE`);
  if (onFailure === 'DELETE') stack.deletedAt = account.clock.now();
}

/** @param skipped logical ids of those that are said to be what they were, whatever they are */
export async function undoUpdate(
  account: Account,
  stack: Stack,
  record: Recorder,
  before: ReadonlyMap<string, Resource>,
  reason: string,
  skipped: readonly string[] = [],
): Promise<void> {
  stack.before = before;
  record.stack('UPDATE_ROLLBACK_IN_PROGRESS', reason);
  const strangers: Resource[] = [];
  const failed: string[] = [];
  for (const now of [...stack.resources.values()].reverse()) {
    const old = before.get(now.logicalId);
    if (!old || (now.generation !== old.generation && now.physicalId !== old.physicalId)) strangers.push(now);
    if (!old) continue;
    if (old.properties === now.properties && now.status !== 'UPDATE_FAILED') {
      stack.resources.set(old.logicalId, old);
      continue;
    }
    if (skipped.includes(now.logicalId)) {
      // CloudFormation believes it from now on; that it is not so is drift.
      record.resource({ ...old, live: now.properties }, 'UPDATE_COMPLETE');
      continue;
    }
    record.resource(old, 'UPDATE_IN_PROGRESS');
    await account.clock.sleep(account.stepMs);
    const { logicalId, type, properties } = old;
    const resists = account.resisting({ stackName: stack.name, logicalId, type, properties, step: 'roll back' });
    if (resists === undefined) {
      record.resource(old, 'UPDATE_COMPLETE');
    } else {
      failed.push(logicalId);
      record.resource(now, 'UPDATE_FAILED', resists);
    }
  }
  if (failed.length > 0) {
    record.stack('UPDATE_ROLLBACK_FAILED', `The following resource(s) failed to update: [${failed.join(', ')}]. `);
    return;
  }
  record.stack('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  for (const stranger of strangers) {
    await remove(account, stack, record, stranger, undefined, before.get(stranger.logicalId));
  }
  record.stack('UPDATE_ROLLBACK_COMPLETE');
  delete stack.before;
}

/** Goes on with a rollback that stopped, or begins one that nobody wanted until now. */
export async function goBack(
  account: Account,
  stack: Stack,
  kind: 'CONTINUE_ROLLBACK' | 'ROLLBACK',
  token: string | undefined,
  skipped: readonly string[],
): Promise<void> {
  const record = recorder(account, stack, kind, token);
  const before = stack.before ?? new Map();
  if (stack.status === 'CREATE_FAILED') await undoCreation(account, stack, record, 'ROLLBACK', 'User Initiated. ');
  else await undoUpdate(account, stack, record, before, 'User Initiated', skipped);
}
