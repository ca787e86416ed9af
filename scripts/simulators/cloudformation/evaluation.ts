/** A template seen from inside a stack: what its functions give there, and which of its resources exist. */
import type { Output } from '@aws-sdk/client-cloudformation';
import { invalid } from './fault.ts';
import { attributeOf } from './resource-types.ts';
import type { Account, Deployment, Resource, Stack } from './state.ts';
import { isTrue, knownAfterApply, resolve, type Scope } from './template/resolve.ts';
import { isTree, type ResourceDefinition, type Tree } from './template/template.ts';

/** @param find what stands behind a logical id: a resource, `undefined` where it will only be known after the execution */
export function scopeOf(
  account: Account,
  stack: Stack,
  { template, parameters, notificationArns }: Deployment,
  find: (logicalId: string) => Resource | undefined,
): Scope {
  const existing = (logicalId: string) => {
    const definition = template.Resources[logicalId];
    if (!definition || !exists(definition, scope)) {
      throw invalid(
        `Template format error: Unresolved resource dependencies [${logicalId}] in the Resources block of the template`,
      );
    }
    return find(logicalId);
  };
  const scope: Scope = {
    template,
    parameters,
    pseudoParameters: {
      'AWS::AccountId': account.id,
      'AWS::NotificationARNs': notificationArns,
      'AWS::Partition': 'aws',
      'AWS::Region': account.region,
      'AWS::StackId': stack.id,
      'AWS::StackName': stack.name,
      'AWS::URLSuffix': 'amazonaws.com',
    },
    physicalId: (logicalId) => existing(logicalId)?.physicalId ?? knownAfterApply,
    attribute(logicalId, name) {
      const resource = existing(logicalId);
      return resource ? attributeOf(account, resource.type, resource.physicalId, name) : knownAfterApply;
    },
  };
  return scope;
}

/** Whether the condition of a resource or output holds. */
export function exists({ Condition }: Tree, scope: Scope): boolean {
  return typeof Condition !== 'string' || isTrue(Condition, scope);
}

export function propertiesOf(definition: ResourceDefinition, scope: Scope): Tree {
  const properties = resolve(definition.Properties ?? {}, scope);
  return isTree(properties) ? properties : {};
}

export function outputsOf(scope: Scope): Output[] {
  const outputs: Output[] = [];
  for (const [OutputKey, output] of Object.entries(scope.template.Outputs)) {
    if (!exists(output, scope)) continue;
    const value = resolve(output.Value ?? null, scope);
    if (typeof value === 'object' || value === undefined) {
      throw invalid('Template format error: The Value field of every Outputs member must evaluate to a String.');
    }
    outputs.push({
      OutputKey,
      OutputValue: String(value),
      ...(typeof output.Description === 'string' && { Description: output.Description }),
    });
  }
  return outputs;
}
