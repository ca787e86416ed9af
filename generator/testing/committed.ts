/** The committed templates, read, as proofs and prices read them; and one of them changed, as a mistake would change it. */
import assert from 'node:assert/strict';
import { readTemplate, type TemplateDocument } from '../cloudformation/read-yaml.ts';
import { templates } from '../templates.ts';

export type Documents = ReadonlyMap<string, TemplateDocument>;

/** By path relative to `templates/`. */
export const committed: Documents = new Map([...templates()].map(([path, body]) => [path, readTemplate(body)]));

/** A template that may be changed. */
export interface Draft {
  Resources: Record<string, DraftResource>;
  Parameters?: Record<string, unknown>;
  Outputs?: Record<string, { Value: unknown }>;
}

export interface DraftResource {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Metadata?: unknown;
  Properties: Record<string, unknown>;
}

/** A resource's properties, to be changed in place. */
export function propertiesOf<T = Record<string, unknown>>(template: Draft, id: string): T {
  const resource = template.Resources[id];
  assert.ok(resource, `there is no ${id}`);
  return resource.Properties as T;
}

/** Gives a resource of the template other properties; `undefined` takes one out. */
export function set(template: Draft, id: string, properties: Readonly<Record<string, unknown>>): void {
  const resource = template.Resources[id];
  assert.ok(resource, `there is no ${id}`);
  resource.Properties ??= {};
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) delete resource.Properties[name];
    else resource.Properties[name] = value;
  }
}

/** The templates with one of them changed in a copy. */
export function mutated(path: string, change: (template: Draft) => void, documents = committed): Documents {
  const original = documents.get(path);
  assert.ok(original, `there is no ${path}`);
  const copy = structuredClone(original) as unknown as Draft;
  change(copy);
  return new Map([...documents, [path, copy as unknown as TemplateDocument]]);
}
