/** A finished template: the value whose YAML CloudFormation reads, and which other stacks' outputs it takes. */
import { Expression } from './expression.ts';
import type { Resource } from './resource.ts';
import { type Outputs, pascalCase, StackOutput } from './stack.ts';
import type { Template } from './template.ts';

export interface Document {
  readonly value: Readonly<Record<string, unknown>>;
  /** Each once, in the order of the parameters' names. */
  readonly imports: readonly StackOutput[];
}

/** @param parameter the declaration of the parameter through which an output of another stack comes in */
export function finish(
  template: Template,
  description: string,
  outputs: Outputs,
  parameter: (source: StackOutput) => object,
): Document {
  const resources = [...template.resources.values()];
  const imports = new Map<string, StackOutput>();
  eachSource([resources.map(({ declaration }) => declaration), outputs], (source) => {
    if (source instanceof StackOutput) imports.set(source.parameter, source);
    else if (source.template !== template) throw new Error(`${source.id} is another stack's; take it by output().`);
  });
  const sorted = [...imports.values()].sort((a, b) => (a.parameter < b.parameter ? -1 : 1));
  const value = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: description,
    ...section('Parameters', sorted, (source) => [source.parameter, parameter(source)]),
    ...section('Resources', resources, (resource) => [resource.id, written(resource)]),
    ...section('Outputs', Object.entries(outputs), ([name, output]) => [
      pascalCase(name),
      { Value: Array.isArray(output) ? new Expression('Join', [',', output]) : output },
    ]),
  };
  return { value, imports: sorted };
}

function section<T>(name: string, items: readonly T[], entry: (item: T) => [string, unknown]): object {
  return items.length > 0 ? { [name]: Object.fromEntries(items.map(entry)) } : {};
}

/** A resource in CloudFormation's order of keys, whichever order its author chose. */
function written({ type, declaration }: Resource): object {
  const { Ignore, DependsOn, DeletionPolicy, UpdateReplacePolicy, Properties } = declaration;
  return {
    Type: type,
    ...(Ignore && { Metadata: silenced(Ignore) }),
    ...(DependsOn && { DependsOn: DependsOn.map(({ id }) => id) }),
    ...(DeletionPolicy && { DeletionPolicy }),
    ...(UpdateReplacePolicy && { UpdateReplacePolicy }),
    ...(Properties && { Properties }),
  };
}

/** Checks that are wrong here, said to the checker in its own words: Checkov takes the reason too, cfn-lint does not. */
function silenced(ignore: Readonly<Record<string, string>>): object {
  const isCheckov = ([check]: readonly [string, string]) => check.startsWith('CKV');
  const entries = Object.entries(ignore);
  const checkov = entries.filter(isCheckov).map(([id, comment]) => ({ id, comment }));
  const lint = Object.fromEntries(entries.filter((entry) => !isCheckov(entry)));
  return {
    ...(Object.keys(lint).length > 0 && {
      'cfn-lint': { config: { ignore_checks: Object.keys(lint) } },
      Reasons: lint,
    }),
    ...(checkov.length > 0 && { checkov: { skip: checkov } }),
  };
}

/** Visits every resource and every output of another stack that a value refers to, however deep. */
function eachSource(value: unknown, visit: (source: Resource | StackOutput) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (isResource(value)) {
    visit(value);
  } else if (value instanceof Expression) {
    for (const source of value.sources) visit(source);
    eachSource(value.argument, visit);
  } else {
    for (const item of Object.values(value)) eachSource(item, visit);
  }
}

/** Resources stand by themselves in `DependsOn` only. */
function isResource(value: object): value is Resource {
  return 'template' in value && 'declaration' in value;
}
