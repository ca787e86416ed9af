/** Which resources and parameters a value names: `!Ref`, `!GetAtt`, and `${…}` in `!Sub`. */
import { call, isTree, type Value } from './template.ts';

export interface Reference {
  /** The logical id of a resource, the name of a parameter, or a pseudo parameter. */
  readonly target: string;
  /** Present where an attribute is read. */
  readonly attribute?: string;
}

export function* references(value: Value): Generator<Reference> {
  const called = call(value);
  if (called) {
    const [name, argument] = called;
    if (name === 'Ref' && typeof argument === 'string') return yield { target: argument };
    if (name === 'Fn::GetAtt') {
      const [target, attribute] = getAtt(argument);
      yield { target, attribute: typeof attribute === 'string' ? attribute : '' };
      return;
    }
    if (name === 'Fn::Sub') {
      const [text, own] = substitution(argument);
      yield* references(own);
      for (const { name: target, attribute } of placeholders(text)) {
        if (!(isTree(own) && target in own)) yield attribute === undefined ? { target } : { target, attribute };
      }
      return;
    }
  }
  if (Array.isArray(value)) for (const item of value) yield* references(item);
  else if (isTree(value)) for (const item of Object.values(value)) yield* references(item);
}

/** The argument of `Fn::GetAtt`, which may also be written `A.B`. */
export function getAtt(argument: Value): readonly [string, Value] {
  if (typeof argument === 'string') {
    const at = argument.indexOf('.');
    return [argument.slice(0, at < 0 ? undefined : at), at < 0 ? '' : argument.slice(at + 1)];
  }
  const [target, attribute] = Array.isArray(argument) ? argument : [];
  return [String(target), attribute ?? ''];
}

/** The argument of `Fn::Sub`: its text, and the values of its own that the text may use. */
export function substitution(argument: Value): readonly [text: string, own: Value] {
  return Array.isArray(argument) ? [String(argument[0]), argument[1] ?? {}] : [String(argument), {}];
}

/** Every `${Name}` and `${Name.Attribute}`; `${!literal}` is none. */
export function placeholders(text: string): { name: string; attribute?: string }[] {
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, inside = '']) => {
    const path = inside.trim();
    const at = path.indexOf('.');
    return at < 0 ? { name: path } : { name: path.slice(0, at), attribute: path.slice(at + 1) };
  });
}

export const pseudoParameters = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
] as const;
