/** A template read back: CloudFormation's short tags as the long form that its JSON has, `{ "Fn::GetAtt": [...] }`. */
import { CORE_SCHEMA, defineScalarTag, defineSequenceTag, load } from 'js-yaml';

export interface TemplateDocument {
  readonly AWSTemplateFormatVersion: string;
  readonly Description: string;
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Description?: string }>>;
  readonly Resources: Readonly<Record<string, ResourceDocument>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface ResourceDocument {
  readonly Type: string;
  readonly Metadata?: unknown;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

const schema = CORE_SCHEMA.withTags(
  defineScalarTag('!Ref', { resolve: (name) => ({ Ref: name }), identify: () => false }),
  defineScalarTag('!GetAtt', { resolve: (path) => ({ 'Fn::GetAtt': splitOnce(path) }), identify: () => false }),
  (['Sub', 'GetAZs'] as const).map((name) =>
    defineScalarTag(`!${name}`, { resolve: (text) => ({ [`Fn::${name}`]: text }), identify: () => false }),
  ),
  (['Join', 'Select', 'Cidr'] as const).map((name) =>
    defineSequenceTag<unknown[], object>(`!${name}`, {
      create: () => [],
      addItem: (items, item) => {
        items.push(item);
      },
      finalize: (items) => ({ [`Fn::${name}`]: items }),
      identify: () => false,
    }),
  ),
);

/** @param text a template that this generator wrote */
export function readTemplate(text: string): TemplateDocument {
  return load(text, { schema }) as TemplateDocument;
}

/** `Database.Endpoint.Address` -> `['Database', 'Endpoint.Address']`. */
function splitOnce(path: string): [string, string] {
  const dot = path.indexOf('.');
  return [path.slice(0, dot), path.slice(dot + 1)];
}
