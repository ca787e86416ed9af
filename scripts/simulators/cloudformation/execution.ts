/** Runs a change set: resources in their order, then outputs; where something fails, the way back. */
import { changedProperties, attributes as resourceAttributes, same } from './changes.ts';
import { remove } from './deletion.ts';
import { exists, outputsOf, propertiesOf, scopeOf } from './evaluation.ts';
import { Fault } from './fault.ts';
import { importable, leave } from './orphans.ts';
import { refusedByPolicy } from './policy.ts';
import { type Recorder, recorder } from './record.ts';
import { newPhysicalId, replacement, settles } from './resource-types.ts';
import { undoCreation, undoUpdate } from './rollback.ts';
import type { Account, ChangeSet, Resource, Stack } from './state.ts';
import { creationOrder, dependencies } from './template/order.ts';
import type { ResourceDefinition, Tree } from './template/template.ts';

export interface ExecutionOptions {
  readonly token?: string;
  readonly disableRollback: boolean;
}

export async function execute(
  account: Account,
  stack: Stack,
  changeSet: ChangeSet,
  options: ExecutionOptions,
): Promise<void> {
  delete stack.cancelled;
  const before = new Map(stack.resources);
  const creating = changeSet.type === 'CREATE';
  const record = recorder(account, stack, creating ? 'CREATE_STACK' : 'UPDATE_STACK', options.token);
  const verb = creating ? 'CREATE' : 'UPDATE';
  changeSet.executionStatus = 'EXECUTE_IN_PROGRESS';
  stack.changeSetId = changeSet.id;
  if (creating) stack.deployed = changeSet.wanted;
  else stack.updatedAt = account.clock.now();
  record.stack(`${verb}_IN_PROGRESS`, 'User Initiated');

  const failed = await applyResources(account, stack, changeSet, record);
  if (stack.cancelled) {
    changeSet.executionStatus = 'EXECUTE_FAILED';
    await undoUpdate(account, stack, record, before, 'User Initiated');
  } else if (failed.length > 0) {
    changeSet.executionStatus = 'EXECUTE_FAILED';
    const reason = `The following resource(s) failed to ${verb.toLowerCase()}: [${failed.join(', ')}]. `;
    const onFailure = changeSet.onStackFailure ?? (options.disableRollback ? 'DO_NOTHING' : 'ROLLBACK');
    stack.before = before;
    if (onFailure === 'DO_NOTHING') record.stack(`${verb}_FAILED`, reason);
    else if (creating) await undoCreation(account, stack, record, onFailure, reason);
    else await undoUpdate(account, stack, record, before, reason);
  } else {
    if (!creating) await cleanUp(account, stack, changeSet, record, before);
    const scope = scopeOf(account, stack, changeSet.wanted, (id) => stack.resources.get(id));
    stack.deployed = changeSet.wanted;
    stack.outputs = outputsOf(scope);
    changeSet.executionStatus = 'EXECUTE_COMPLETE';
    record.stack(`${verb}_COMPLETE`);
  }
  // The others were for a stack that is no more.
  stack.changeSets.splice(0, stack.changeSets.length, changeSet);
}

/** @returns the logical ids of those that failed */
async function applyResources(
  account: Account,
  stack: Stack,
  changeSet: ChangeSet,
  record: Recorder,
): Promise<string[]> {
  const { template } = changeSet.wanted;
  const scope = scopeOf(account, stack, changeSet.wanted, (id) => stack.resources.get(id));
  const failed: string[] = [];
  for (const old of stack.resources.values()) {
    const definition = template.Resources[old.logicalId];
    if (definition && exists(definition, scope)) continue;
    const refusal = refusedByPolicy(stack, old, 'Update:Delete');
    if (refusal === undefined) continue;
    failed.push(old.logicalId);
    record.resource(old, 'UPDATE_FAILED', refusal);
  }

  const settle = async (id: string, definition: ResourceDefinition) => {
    if (failed.length > 0 || stack.cancelled || !exists(definition, scope)) return;
    const known = stack.resources.get(id);
    const old = changeSet.revertsDrift ? asItIs(known) : known;
    const verb = old ? 'UPDATE' : 'CREATE';
    let properties: Tree = {};
    let refusal: string | undefined;
    try {
      properties = propertiesOf(definition, scope);
      refusal = account.failing({ stackName: stack.name, logicalId: id, type: definition.Type, properties });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      refusal = error.message;
    }
    if (old && isSettled(old, definition, properties)) {
      // What somebody else made what is wanted is known as such from now on.
      const { live: _, ...synced } = { ...old, definition };
      stack.resources.set(id, changeSet.revertsDrift ? synced : { ...old, definition });
      return;
    }
    const changed = old ? changedProperties(old.properties, properties) : [];
    const replaces = changed.some((name) => replacement(definition.Type, name) === 'always');
    if (old) refusal ??= refusedByPolicy(stack, old, replaces ? 'Update:Replace' : 'Update:Modify');
    const making: Resource = {
      logicalId: id,
      type: definition.Type,
      physicalId: old?.physicalId ?? '',
      generation: (known?.generation ?? 0) + (old && !replaces ? 0 : 1),
      definition,
      properties,
      // Only what the template changes is written; what somebody else changed beside it stays.
      ...(old?.live && !replaces && { live: { ...old.live, ...only(changed, properties) } }),
      status: `${verb}_IN_PROGRESS`,
      updatedAt: account.clock.now(),
    };
    const orphan = old || !changeSet.importsExisting ? undefined : importable(account, definition, properties);
    if (orphan) {
      await account.clock.sleep(account.stepMs);
      leave(account, orphan);
      record.resource({ ...making, physicalId: orphan.physicalId }, 'IMPORT_COMPLETE');
      return;
    }
    const newcomer = 'Requested update requires the creation of a new physical resource; hence creating one.';
    record.resource(making, `${verb}_IN_PROGRESS`, replaces ? newcomer : undefined);
    await account.clock.sleep(account.stepMs);
    if (refusal !== undefined) {
      failed.push(id);
      record.resource(making, `${verb}_FAILED`, refusal);
      return;
    }
    if (failed.length > 0 || stack.cancelled) {
      record.resource(making, `${verb}_FAILED`, `Resource ${old ? 'update' : 'creation'} cancelled`);
      return;
    }
    const physicalId =
      old && !replaces
        ? old.physicalId
        : newPhysicalId(account, { ...making, stackName: stack.name, stackId: stack.id });
    const made = { ...making, physicalId };
    if (!old || replaces) record.resource(made, `${verb}_IN_PROGRESS`, 'Resource creation Initiated');
    await account.clock.sleep(account.stepMs);
    if (settles(definition.Type)) {
      record.resource(made, `${verb}_IN_PROGRESS`, undefined, 'CONFIGURATION_COMPLETE');
      await account.clock.sleep(account.stepMs);
    }
    record.resource(made, `${verb}_COMPLETE`);
  };

  // Each resource begins when those it waits for are done; those that wait for nothing begin together.
  const begun = new Map<string, Promise<void>>();
  for (const id of creationOrder(template)) {
    const definition = template.Resources[id];
    if (!definition) continue;
    const waitedFor = dependencies(definition, template).map((other) => begun.get(other));
    begun.set(
      id,
      Promise.all(waitedFor).then(() => settle(id, definition)),
    );
  }
  await Promise.all(begun.values());
  return failed;
}

/** A resource with what it is by now in place of what was deployed; none where somebody deleted it. */
function asItIs(known: Resource | undefined): Resource | undefined {
  if (known?.live === undefined) return known;
  const { live, ...resource } = known;
  return live === null ? undefined : { ...resource, properties: live };
}

const only = (names: readonly string[], properties: Tree): Tree =>
  Object.fromEntries(names.map((name) => [name, properties[name] ?? null]));

function isSettled(old: Resource, definition: ResourceDefinition, properties: Tree): boolean {
  return (
    changedProperties(old.properties, properties).length === 0 &&
    resourceAttributes.every((name) => same(old.definition[name], definition[name]))
  );
}

/** After an update: what the template no longer has, and what was replaced. */
async function cleanUp(
  account: Account,
  stack: Stack,
  changeSet: ChangeSet,
  record: Recorder,
  before: ReadonlyMap<string, Resource>,
): Promise<void> {
  record.stack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  const scope = scopeOf(account, stack, changeSet.wanted, (id) => stack.resources.get(id));
  for (const old of [...before.values()].reverse()) {
    const definition = changeSet.wanted.template.Resources[old.logicalId];
    const now = definition && exists(definition, scope) ? stack.resources.get(old.logicalId) : undefined;
    if (!now) {
      await remove(account, stack, record, old, old.definition.DeletionPolicy);
    } else if (now.generation !== old.generation) {
      await remove(account, stack, record, old, now.definition.UpdateReplacePolicy, now);
    }
  }
}
