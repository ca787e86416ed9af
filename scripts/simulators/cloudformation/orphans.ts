/** What stacks left behind under a name of its own: it is in the way of who wants the name, or can be imported. */
import { nameOf } from './resource-types.ts';
import type { Account, Resource } from './state.ts';
import type { ResourceDefinition, Tree } from './template/template.ts';

/** A resource that outlives its stack. */
export function orphan(account: Account, resource: Resource): void {
  if (nameOf(resource.type, resource.properties) !== undefined) account.orphans.push(resource);
}

/** It is somebody's again, or somebody deleted it. */
export function leave({ orphans }: Account, resource: Resource): void {
  orphans.splice(orphans.indexOf(resource), 1);
}

/** @returns the one that has the name which a template gives */
export function importable(
  { orphans }: Account,
  { Type }: Pick<ResourceDefinition, 'Type'>,
  properties: Tree,
): Resource | undefined {
  const name = nameOf(Type, properties);
  return orphans.find((other) => name !== undefined && other.type === Type && nameOf(Type, other.properties) === name);
}
