/**
 * Works out a value of a template: every function replaced by what it gives.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
import { invalid, notSimulated } from '../fault.ts';
import { cidrBlocks } from './cidr.ts';
import type { ParameterValues } from './parameters.ts';
import { getAtt, placeholders, substitution } from './references.ts';
import { call, isTree, type Template, type Value } from './template.ts';

/** Stands in a change set for what only its execution will tell. */
export const knownAfterApply = '{{changeSet:KNOWN_AFTER_APPLY}}';

export interface Scope {
  readonly template: Template;
  readonly parameters: ParameterValues;
  readonly pseudoParameters: Readonly<Record<string, Value>>;
  /** What `Ref` of a resource gives. */
  physicalId(logicalId: string): string;
  /** What `Fn::GetAtt` gives. */
  attribute(logicalId: string, name: string): Value;
}

/** @returns undefined where the value is `AWS::NoValue` */
export function resolve(value: Value, scope: Scope): Value | undefined {
  const called = call(value);
  if (called) return apply(called[0], called[1], scope);
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
  if (!isTree(value)) return value;
  const resolved: Record<string, Value> = {};
  for (const [key, item] of Object.entries(value)) {
    const known = resolve(item, scope);
    if (known !== undefined) resolved[key] = known;
  }
  return resolved;
}

export function isTrue(condition: string, scope: Scope): boolean {
  return resolve(scope.template.Conditions[condition] ?? false, scope) === true;
}

function apply(name: string, argument: Value, scope: Scope): Value | undefined {
  if (name === 'Ref') return ref(String(argument), scope);
  if (name === 'Condition') return isTrue(String(argument), scope);
  if (name === 'Fn::Sub') return substitute(argument, scope);
  if (name === 'Fn::GetAtt') {
    const [id, attribute] = getAtt(argument);
    return scope.attribute(id, String(resolve(attribute, scope)));
  }
  if (name === 'Fn::If') {
    const [condition, yes = null, no = null] = list(argument, name);
    return resolve(isTrue(String(condition), scope) ? yes : no, scope);
  }
  const pure = functions[name];
  if (!pure) throw notSimulated(name);
  const given = resolve(argument, scope) ?? null;
  // A part that is not known yet leaves the whole unknown.
  return name !== 'Fn::GetAZs' && JSON.stringify(given).includes(knownAfterApply)
    ? knownAfterApply
    : pure(given, scope);
}

function ref(name: string, scope: Scope): Value | undefined {
  if (name === 'AWS::NoValue') return undefined;
  const parameter = scope.parameters[name];
  if (parameter === undefined) return scope.pseudoParameters[name] ?? scope.physicalId(name);
  const type = String(scope.template.Parameters[name]?.Type);
  return type.startsWith('List<') || type === 'CommaDelimitedList'
    ? parameter.split(',').map((item) => item.trim())
    : parameter;
}

function substitute(argument: Value, scope: Scope): Value {
  const [text, own] = substitution(argument);
  let unknown = false;
  const result = text.replace(/\$\{(!?)([^}]*)\}/g, (placeholder, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const [found] = placeholders(placeholder);
    if (!found) return placeholder;
    const { name: target, attribute } = found;
    const mine = isTree(own) && attribute === undefined ? own[target] : undefined;
    const value =
      mine !== undefined
        ? resolve(mine, scope)
        : attribute === undefined
          ? ref(target, scope)
          : scope.attribute(target, attribute);
    unknown ||= value === knownAfterApply;
    return String(value);
  });
  return unknown ? knownAfterApply : result;
}

const functions: Readonly<Record<string, (argument: Value, scope: Scope) => Value>> = {
  'Fn::Join': (argument) => {
    const [separator, items] = list(argument, 'Fn::Join');
    return list(items, 'Fn::Join').map(String).join(String(separator));
  },
  'Fn::Select': (argument) => {
    const [index, items] = list(argument, 'Fn::Select');
    const item = list(items, 'Fn::Select')[Number(index)];
    if (item === undefined) {
      throw invalid(`Template error: Fn::Select cannot select nonexistent value at index ${index}`);
    }
    return item;
  },
  'Fn::Split': (argument) => {
    const [separator, text] = list(argument, 'Fn::Split');
    return String(text).split(String(separator));
  },
  'Fn::Base64': (argument) => Buffer.from(String(argument)).toString('base64'),
  'Fn::Cidr': (argument) => {
    const [block, count, bits = 8] = list(argument, 'Fn::Cidr');
    return cidrBlocks(String(block), Number(count), Number(bits));
  },
  'Fn::GetAZs': (argument, scope) => {
    const region = argument === '' ? String(scope.pseudoParameters['AWS::Region']) : String(argument);
    return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
  },
  'Fn::FindInMap': (argument, { template }) => {
    const [map, first, second] = list(argument, 'Fn::FindInMap').map(String);
    const top = template.Mappings[map ?? ''];
    const row = isTree(top) ? top[first ?? ''] : undefined;
    const value = isTree(row) ? row[second ?? ''] : undefined;
    if (value === undefined) {
      throw invalid(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
    }
    return value;
  },
  'Fn::Equals': (argument) => {
    const [one, other] = list(argument, 'Fn::Equals');
    return JSON.stringify(one) === JSON.stringify(other);
  },
  'Fn::And': (argument) => list(argument, 'Fn::And').every((item) => item === true),
  'Fn::Or': (argument) => list(argument, 'Fn::Or').some((item) => item === true),
  'Fn::Not': (argument) => list(argument, 'Fn::Not')[0] !== true,
};

function list(value: Value | undefined, name: string): readonly Value[] {
  if (!Array.isArray(value)) throw invalid(`Template error: every ${name} object requires a list of arguments.`);
  return value;
}
