/** What tests read: templates as CloudFormation sees them. */
import assert from 'node:assert/strict';
import { type Environment, type EnvironmentName, environments } from '../../environments/index.ts';
import { readTemplate, type TemplateDocument } from '../cloudformation/read-yaml.ts';
import { type CompiledStack, compile, placeholderRelease } from '../compile.ts';

export type Properties = Readonly<Record<string, unknown>>;

export function stackOf(environment: Environment | EnvironmentName, stack: string): CompiledStack {
  const wanted = typeof environment === 'string' ? environments[environment] : environment;
  const found = compile(wanted, placeholderRelease).find((candidate) => candidate.stack === stack);
  assert.ok(found, `${wanted.name} has no stack ${stack}`);
  return found;
}

export function templateOf(environment: Environment | EnvironmentName, stack: string): TemplateDocument {
  return readTemplate(stackOf(environment, stack).body);
}

export function resources(template: TemplateDocument, type: string) {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => ({ id, resource, properties: resource.Properties ?? {} }));
}

/** The only resource of its type. */
export function only(template: TemplateDocument, type: string) {
  const [found, ...others] = resources(template, type);
  assert.ok(found && others.length === 0, `one ${type}, not ${others.length + (found ? 1 : 0)}`);
  return found;
}

/** Some of an object's properties, for comparing with what is promised. */
export function pick(properties: Properties, keys: readonly string[]): Properties {
  return Object.fromEntries(keys.map((key) => [key, properties[key]]));
}

/** @returns for each action that the function of a stack may take, the statement that says so */
export function allowed(stack: string, name: EnvironmentName): Record<string, Properties | undefined> {
  const { properties } = only(templateOf(name, stack), 'AWS::IAM::Role');
  const [policy] = properties.Policies as { PolicyDocument: { Statement: Properties[] } }[];
  const statements = policy?.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow') ?? [];
  return Object.fromEntries(
    statements.flatMap((statement) => (statement.Action as string[]).map((action) => [action, statement])),
  );
}
