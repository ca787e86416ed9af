/** What a change set shows: how a stack would differ once it has been executed. */
import type {
  Change,
  PolicyAction,
  Replacement,
  ResourceAttribute,
  ResourceChange,
  ResourceChangeDetail,
} from '@aws-sdk/client-cloudformation';
import { exists, outputsOf, propertiesOf, scopeOf } from './evaluation.ts';
import { importable } from './orphans.ts';
import { replacement } from './resource-types.ts';
import { type Account, type ChangeSet, type Deployment, driftStatus, type Resource, type Stack } from './state.ts';
import { creationOrder } from './template/order.ts';
import { references } from './template/references.ts';
import { knownAfterApply, type Scope } from './template/resolve.ts';
import { isTree, type ResourceDefinition, type Tree, type Value } from './template/template.ts';

export interface Difference {
  readonly changes: readonly Change[];
  /** False also where only an output or the tags of the stack change: then there are no changes, and still something to do. */
  readonly isEmpty: boolean;
}

/** Where a change set reverts drift, it is compared with what the resources are by now, not with what was deployed. */
export function difference(
  account: Account,
  stack: Stack,
  { wanted, revertsDrift, importsExisting }: Pick<ChangeSet, 'wanted' | 'revertsDrift' | 'importsExisting'>,
): Difference {
  // Those that will be another physical resource afterwards.
  const moving = new Set<string>();
  const scope = scopeOf(account, stack, wanted, (id) => (moving.has(id) ? undefined : stack.resources.get(id)));
  const changes: ResourceChange[] = [];
  const kept = new Set<string>();
  for (const id of creationOrder(wanted.template)) {
    const definition = wanted.template.Resources[id];
    if (!definition || !exists(definition, scope)) continue;
    kept.add(id);
    const known = stack.resources.get(id);
    const properties = propertiesOf(definition, scope);
    const isGone = revertsDrift && known?.live === null;
    if (!known || isGone) {
      const there = !known && importsExisting ? importable(account, definition, properties) : undefined;
      changes.push({
        ...addition(id, definition, properties),
        ...(isGone && { ResourceDriftStatus: 'DELETED' }),
        ...(there && { Action: 'Import', PhysicalResourceId: there.physicalId }),
      });
      if (isGone) moving.add(id);
      continue;
    }
    const before = revertsDrift ? { ...known, properties: known.live ?? known.properties } : known;
    const details = detailsOf(before, definition, properties, stack, wanted, moving);
    const told = revertsDrift ? withDrift(details, known, account.clock.now()) : details;
    if (told.length === 0) continue;
    const change = modification(before, definition, properties, told);
    if (change.Replacement !== 'False') moving.add(id);
    changes.push(revertsDrift ? { ...change, ResourceDriftStatus: driftStatus(known) } : change);
  }
  for (const before of stack.resources.values()) if (!kept.has(before.logicalId)) changes.push(removal(before));
  changes.sort((a, b) => compare(a.LogicalResourceId ?? '', b.LogicalResourceId ?? ''));
  return {
    changes: changes.map((ResourceChange) => ({ Type: 'Resource', ResourceChange })),
    isEmpty: changes.length === 0 && sameAround(stack, wanted, scope),
  };
}

/** Same value; numbers and booleans count as the text they are written as, for templates mix them freely. */
export function same(one: Value | undefined, other: Value | undefined): boolean {
  return canonical(one) === canonical(other);
}

export function changedProperties(before: Tree, after: Tree): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !same(before[name], after[name])).sort();
}

/** The parts of a resource, beside its properties, whose change is a change (API reference, ResourceTargetDefinition). */
export const attributes = [
  'Metadata',
  'CreationPolicy',
  'UpdatePolicy',
  'DeletionPolicy',
  'UpdateReplacePolicy',
] as const;

function detailsOf(
  before: Resource,
  definition: ResourceDefinition,
  properties: Tree,
  stack: Stack,
  wanted: Deployment,
  moving: ReadonlySet<string>,
): ResourceChangeDetail[] {
  const written = (resource: ResourceDefinition, name: string) =>
    isTree(resource.Properties) ? resource.Properties[name] : undefined;
  const details = changedProperties(before.properties, properties).map((name): ResourceChangeDetail => {
    const after = properties[name];
    const unknown = JSON.stringify(after ?? '').includes(knownAfterApply);
    const needs = replacement(before.type, name);
    const attribute: ResourceAttribute = name === 'Tags' ? 'Tags' : 'Properties';
    return {
      Target: {
        Attribute: attribute,
        ...(attribute === 'Properties' && { Name: name }),
        RequiresRecreation: needs === 'never' ? 'Never' : needs === 'always' && !unknown ? 'Always' : 'Conditionally',
        Path: `/Properties/${name}`,
        ...(before.properties[name] !== undefined && { BeforeValue: text(before.properties[name]) }),
        ...(after !== undefined && { AfterValue: text(after) }),
        AttributeChangeType: before.properties[name] === undefined ? 'Add' : after === undefined ? 'Remove' : 'Modify',
      },
      Evaluation: unknown ? 'Dynamic' : 'Static',
      ...(same(written(before.definition, name), written(definition, name))
        ? cause(written(definition, name) ?? null, stack, wanted, moving)
        : { ChangeSource: 'DirectModification' }),
    };
  });
  for (const attribute of attributes) {
    if (same(before.definition[attribute], definition[attribute])) continue;
    details.push({
      Target: { Attribute: attribute, RequiresRecreation: 'Never' },
      Evaluation: 'Static',
      ChangeSource: 'DirectModification',
    });
  }
  return details;
}

/** Says of each property that somebody else changed what it was; of those that became what is wanted, that they stay. */
function withDrift(details: readonly ResourceChangeDetail[], known: Resource, now: Date): ResourceChangeDetail[] {
  const { live, properties } = known;
  if (!live) return [...details];
  const drifted = changedProperties(properties, live);
  const driftOf = (name: string) => ({
    BeforeValueFrom: 'ACTUAL_STATE' as const,
    AfterValueFrom: 'TEMPLATE' as const,
    Drift: {
      ...(properties[name] !== undefined && { PreviousValue: text(properties[name]) }),
      ...(live[name] !== undefined && { ActualValue: text(live[name]) }),
      DriftDetectionTimestamp: now,
    },
  });
  const told = details.map((detail) => {
    const name = detail.Target?.Name ?? detail.Target?.Attribute ?? '';
    return drifted.includes(name) ? { ...detail, Target: { ...detail.Target, ...driftOf(name) } } : detail;
  });
  const named = new Set(details.map(({ Target }) => Target?.Name ?? Target?.Attribute));
  const kept = drifted
    .filter((name) => !named.has(name))
    .map(
      (name): ResourceChangeDetail => ({
        Target: {
          Attribute: 'Properties',
          Name: name,
          Path: `/Properties/${name}`,
          RequiresRecreation: 'Never',
          AttributeChangeType: 'SyncWithActual',
          ...driftOf(name),
        },
        Evaluation: 'Static',
        ChangeSource: 'NoModification',
      }),
    );
  return [...told, ...kept];
}

/** Why a property gets another value although the template says the same. */
function cause(
  written: Value,
  stack: Stack,
  wanted: Deployment,
  moving: ReadonlySet<string>,
): Pick<ResourceChangeDetail, 'ChangeSource' | 'CausingEntity'> {
  for (const { target, attribute } of references(written)) {
    if (moving.has(target)) {
      return attribute === undefined
        ? { ChangeSource: 'ResourceReference', CausingEntity: target }
        : { ChangeSource: 'ResourceAttribute', CausingEntity: `${target}.${attribute}` };
    }
    if (target in wanted.parameters && wanted.parameters[target] !== stack.deployed?.parameters[target]) {
      return { ChangeSource: 'ParameterReference', CausingEntity: target };
    }
  }
  return { ChangeSource: 'DirectModification' };
}

function addition(id: string, definition: ResourceDefinition, properties: Tree): ResourceChange {
  return {
    Action: 'Add',
    LogicalResourceId: id,
    ResourceType: definition.Type,
    Scope: [],
    Details: [],
    AfterContext: context(definition, properties),
  };
}

function modification(
  before: Resource,
  definition: ResourceDefinition,
  properties: Tree,
  details: ResourceChangeDetail[],
): ResourceChange {
  const recreation = details.map(({ Target }) => Target?.RequiresRecreation);
  const replacement: Replacement = recreation.includes('Always')
    ? 'True'
    : recreation.includes('Conditionally')
      ? 'Conditional'
      : 'False';
  return {
    ...(replacement === 'True' && { PolicyAction: policyAction('ReplaceAnd', definition.UpdateReplacePolicy) }),
    Action: details.every(({ Target }) => Target?.AttributeChangeType === 'SyncWithActual')
      ? 'SyncWithActual'
      : 'Modify',
    LogicalResourceId: before.logicalId,
    PhysicalResourceId: before.physicalId,
    ResourceType: before.type,
    Replacement: replacement,
    Scope: [...new Set(details.flatMap(({ Target }) => Target?.Attribute ?? []))],
    Details: details,
    BeforeContext: context(before.definition, before.properties),
    AfterContext: context(definition, properties),
  };
}

function removal(before: Resource): ResourceChange {
  return {
    PolicyAction: policyAction('', before.definition.DeletionPolicy),
    Action: 'Remove',
    LogicalResourceId: before.logicalId,
    PhysicalResourceId: before.physicalId,
    ResourceType: before.type,
    Scope: [],
    Details: [],
    BeforeContext: context(before.definition, before.properties),
  };
}

function policyAction(prefix: '' | 'ReplaceAnd', policy: Value | undefined): PolicyAction {
  const kept = policy === 'Retain' || policy === 'RetainExceptOnCreate';
  return `${prefix}${kept ? 'Retain' : policy === 'Snapshot' ? 'Snapshot' : 'Delete'}`;
}

/** The whole resource as JSON in a text, as BeforeContext and AfterContext give it. */
function context(definition: ResourceDefinition, properties: Tree): string {
  const around = attributes.flatMap((name) => (definition[name] === undefined ? [] : [[name, definition[name]]]));
  return JSON.stringify({ Properties: properties, ...Object.fromEntries(around) });
}

/** Whether what surrounds the resources stays: outputs, tags, notifications, alarms that watch. */
function sameAround({ deployed, outputs }: Stack, wanted: Deployment, scope: Scope): boolean {
  const around = ({ tags, notificationArns, rollback }: Deployment) =>
    JSON.stringify([tags, notificationArns, rollback]);
  return (
    deployed !== undefined &&
    around(deployed) === around(wanted) &&
    JSON.stringify(outputs) === JSON.stringify(outputsOf(scope))
  );
}

export function text(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function canonical(value: Value | undefined): string {
  return JSON.stringify(value, (_, item) => {
    if (isTree(item)) return Object.fromEntries(Object.entries(item).sort(([a], [b]) => compare(a, b)));
    return typeof item === 'number' || typeof item === 'boolean' ? String(item) : item;
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
