/** Deletes stacks, and what updates leave over; where a resource resists, it and what it builds on stay. */
import { orphan } from './orphans.ts';
import { type Recorder, recorder } from './record.ts';
import type { Account, Resource, Stack } from './state.ts';
import { dependencies } from './template/order.ts';
import type { Value } from './template/template.ts';

export interface DeletionOptions {
  readonly token: string | undefined;
  /** Logical ids of those that are left alone. */
  readonly retained: readonly string[];
  /** Whether the stack goes although a resource resists. */
  readonly forced: boolean;
}

/** Resources in reverse, those that are to be retained left alone. */
export async function deleteStack(account: Account, stack: Stack, options: DeletionOptions): Promise<void> {
  const record = recorder(account, stack, 'DELETE_STACK', options.token);
  record.stack('DELETE_IN_PROGRESS', 'User Initiated');
  const failed = await removeAll(account, stack, record, false, options.retained);
  if (failed.length > 0 && !options.forced) {
    record.stack('DELETE_FAILED', `The following resource(s) failed to delete: [${failed.join(', ')}]. `);
    return;
  }
  for (const left of stack.resources.values()) orphan(account, left);
  record.stack('DELETE_COMPLETE');
  stack.deletedAt = account.clock.now();
}

/**
 * @param undoing whether a creation is taken back, where RetainExceptOnCreate deletes
 * @returns the logical ids of those that resist
 */
export async function removeAll(
  account: Account,
  stack: Stack,
  record: Recorder,
  undoing: boolean,
  retained: readonly string[] = [],
): Promise<readonly string[]> {
  const failed: string[] = [];
  const needed = new Set<string>();
  for (const resource of [...stack.resources.values()].reverse()) {
    const { logicalId, definition } = resource;
    const policy = retained.includes(logicalId) ? 'Retain' : definition.DeletionPolicy;
    // What was taken over was not created by what is taken back.
    const isNew = undoing && resource.status !== 'IMPORT_COMPLETE';
    const own = isNew && policy === 'RetainExceptOnCreate' ? undefined : policy;
    const isGone = !needed.has(logicalId) && (await remove(account, stack, record, resource, own));
    if (isGone) continue;
    if (!needed.has(logicalId)) failed.push(logicalId);
    // What something still builds on cannot go before it.
    if (stack.deployed) for (const id of dependencies(definition, stack.deployed.template)) needed.add(id);
  }
  return failed;
}

/**
 * @param successor what stands behind the logical id from then on
 * @returns false where it resists
 */
export async function remove(
  account: Account,
  stack: Stack,
  record: Recorder,
  resource: Resource,
  policy: Value | undefined,
  successor?: Resource,
): Promise<boolean> {
  let isGone = true;
  if (policy === 'Retain' || policy === 'RetainExceptOnCreate') {
    record.resource(resource, 'DELETE_SKIPPED');
    orphan(account, resource);
  } else {
    // What never came to be holds nothing, and nothing protects it.
    const neverWas = resource.status === 'CREATE_FAILED';
    record.resource(resource, 'DELETE_IN_PROGRESS');
    await account.clock.sleep(account.stepMs);
    const reason = neverWas ? undefined : whyNot(account, stack, resource);
    isGone = reason === undefined;
    if (isGone) record.resource(resource, 'DELETE_COMPLETE');
    else record.resource(resource, 'DELETE_FAILED', reason);
  }
  if (successor) stack.resources.set(successor.logicalId, successor);
  else if (isGone) stack.resources.delete(resource.logicalId);
  return isGone;
}

function whyNot(account: Account, { name: stackName }: Stack, resource: Resource): string | undefined {
  const { logicalId, type, properties, physicalId } = resource;
  if (type === 'AWS::S3::Bucket' && (account.objects.get(physicalId)?.size ?? 0) > 0) {
    return `The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Request ID: simulated) (BucketNotEmpty)`;
  }
  const { live } = resource;
  const isProtected = (name: string) => String((live ?? properties)[name]) === 'true';
  if (type === 'AWS::RDS::DBInstance' && isProtected('DeletionProtection')) {
    return 'Cannot delete protected DB Instance, please disable deletion protection and try again. (Service: Rds, Status Code: 400, Request ID: simulated)';
  }
  if (type === 'AWS::DynamoDB::Table' && isProtected('DeletionProtectionEnabled')) {
    return 'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first. (Service: DynamoDb, Status Code: 400, Request ID: simulated)';
  }
  return account.resisting({ stackName, logicalId, type, properties, step: 'delete' });
}
