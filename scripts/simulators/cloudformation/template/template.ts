/** A CloudFormation template as the simulator holds it, read from JSON or YAML with the short forms of functions. */
import {
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  load,
  Schema,
  type TagDefinition,
  timestampTag,
  YAML11_SCHEMA,
  YAMLException,
} from 'js-yaml';
import { invalid } from '../fault.ts';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Tree = { readonly [key: string]: Value };

export interface ResourceDefinition extends Tree {
  readonly Type: string;
}

export interface Template {
  readonly Description?: string;
  readonly Parameters: Readonly<Record<string, Tree>>;
  readonly Mappings: Tree;
  readonly Conditions: Tree;
  readonly Resources: Readonly<Record<string, ResourceDefinition>>;
  readonly Outputs: Readonly<Record<string, Tree>>;
  readonly Metadata?: Value;
  readonly Transform?: Value;
}

/** @returns the sections as they stand, unchecked; `check()` makes a Template of them */
export function parse(body: string): Tree {
  const json = body.trimStart().startsWith('{');
  let value: unknown;
  try {
    value = json ? JSON.parse(body) : load(body, { schema });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw invalid('Template format error: JSON not well-formed.');
    const { line, column } = error.mark ?? { line: 0, column: 0 };
    throw invalid(`Template format error: YAML not well-formed. (line ${line + 1}, column ${column + 1})`);
  }
  if (!isTree(value)) throw invalid('Template format error: unsupported structure.');
  return value;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns the name and the argument where `value` calls a function, written in the long form */
export function call(value: Value): readonly [name: string, argument: Value] | undefined {
  if (!isTree(value)) return undefined;
  const [entry, ...others] = Object.entries(value);
  if (!entry || others.length > 0) return undefined;
  const [name, argument] = entry;
  // The statements of an IAM policy have a key Condition too, whose value is never a text.
  const calls = name === 'Ref' || name.startsWith('Fn::') || (name === 'Condition' && typeof argument === 'string');
  return calls ? entry : undefined;
}

const schema = new Schema([...YAML11_SCHEMA.tags.filter((tag) => tag !== timestampTag), ...shortForms()]);

/** CloudFormation reads YAML 1.1 without its timestamps, and each function also as a tag: `!Sub` for `Fn::Sub`. */
function shortForms(): TagDefinition[] {
  const never = () => false;
  const names = 'And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Not Or Select Split Sub Transform';
  const long = (name: string) => (name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`);
  return [...names.split(' '), 'Ref', 'Condition'].flatMap((name) => [
    defineScalarTag(`!${name}`, {
      // `!GetAtt A.B.C` reads attribute B.C of resource A.
      resolve: (text) => ({ [long(name)]: name === 'GetAtt' ? splitOnce(text, '.') : text }),
      identify: never,
    }),
    defineSequenceTag<Value[], Tree>(`!${name}`, {
      create: () => [],
      addItem: (items, item) => void items.push(item as Value),
      finalize: (items) => ({ [long(name)]: items }),
      identify: never,
    }),
    defineMappingTag<Record<string, Value>, Tree>(`!${name}`, {
      create: () => ({}),
      addPair: (pairs, key, value) => {
        pairs[String(key)] = value as Value;
        return '';
      },
      has: (pairs, key) => Object.hasOwn(pairs, String(key)),
      keys: Object.keys,
      get: (pairs, key) => pairs[String(key)],
      finalize: (pairs) => ({ [long(name)]: pairs }),
      identify: never,
    }),
  ]);
}

function splitOnce(text: string, separator: string): Value {
  const at = text.indexOf(separator);
  return at < 0 ? text : [text.slice(0, at), text.slice(at + 1)];
}
