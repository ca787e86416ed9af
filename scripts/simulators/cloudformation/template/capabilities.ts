/** Which capabilities a template needs acknowledged (API reference, CreateChangeSet, Capabilities). */
import type { Capability } from '@aws-sdk/client-cloudformation';
import { Fault } from '../fault.ts';
import { isTree, type Template } from './template.ts';

/** The IAM resources that the API reference lists, each with the property that gives it a name of one's own. */
const iamTypes: Readonly<Record<string, string | undefined>> = {
  'AWS::IAM::AccessKey': undefined,
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': undefined,
};

export interface Needed {
  readonly capability: Capability;
  readonly reason: string;
}

export function neededCapability(template: Template): Needed | undefined {
  const types = new Set<string>();
  let named = false;
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (!Object.hasOwn(iamTypes, Type)) continue;
    types.add(Type);
    const property = iamTypes[Type];
    named ||= property !== undefined && isTree(Properties) && property in Properties;
  }
  if (types.size === 0) return undefined;
  const reason = `The following resource(s) require capabilities: [${[...types].sort().join(', ')}]`;
  return { capability: named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM', reason };
}

/** @throws InsufficientCapabilitiesException; CAPABILITY_NAMED_IAM covers CAPABILITY_IAM */
export function checkCapabilities(template: Template, given: readonly string[]): void {
  const needed = neededCapability(template);
  if (!needed || given.includes('CAPABILITY_NAMED_IAM') || given.includes(needed.capability)) return;
  throw new Fault('InsufficientCapabilitiesException', `Requires capabilities : [${needed.capability}]`);
}
