/** Functions, their published versions and their aliases, as the stacks of the account made them. */
import type { Account, PublishedVersion, Resource, Stack } from '../state.ts';
import type { Tree } from '../template/template.ts';

/** Freezes what the function is now. @returns the version's number, as AWS counts: from 1, and never again */
export function publish(account: Account, functionName: string): PublishedVersion {
  const published = account.versions.get(functionName) ?? [];
  const resource = functionOf(account, functionName);
  const frozen = resource ? actual(resource) : {};
  const { Code, MemorySize } = frozen;
  const version = {
    number: String(published.length + 1),
    imageUri: String((Code as Tree | undefined)?.ImageUri ?? ''),
    memoryMB: Number(MemorySize ?? 128),
    frozen,
  };
  account.versions.set(functionName, [...published, version]);
  return version;
}

/** @returns those that were not deleted, oldest first */
export function versionsOf(account: Account, functionName: string): readonly PublishedVersion[] {
  return (account.versions.get(functionName) ?? []).filter(({ isDeleted }) => !isDeleted);
}

/** @returns the resource behind a function's name; undefined where no stack has one */
export function functionOf(account: Account, name: string): Resource | undefined {
  return find(account, ({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === name)?.[1];
}

export function aliasOf(account: Account, functionName: string, name: string): [Stack, Resource] | undefined {
  return find(
    account,
    ({ type, properties }) =>
      type === 'AWS::Lambda::Alias' && properties.FunctionName === functionName && properties.Name === name,
  );
}

export function find(account: Account, wanted: (resource: Resource) => boolean): [Stack, Resource] | undefined {
  for (const stack of account.stacks) {
    if (stack.deletedAt) continue;
    for (const resource of stack.resources.values()) if (wanted(resource)) return [stack, resource];
  }
  return undefined;
}

/** What a resource is by now, whoever changed it: CloudFormation knows only what it wrote itself. */
export const actual = ({ live, properties }: Resource): Tree => live ?? properties;
