/**
 * What CloudFormation works out at deploy time: references and functions. They take resources, never their names, and
 * know whether they stand for a text or a list.
 */
import type { Attributes, Resource, ResourceType } from './resource.ts';
import type { StackOutput } from './stack.ts';

type Text = string;
type List = readonly string[];
export type FunctionName = 'Ref' | 'GetAtt' | 'Sub' | 'Join' | 'Select' | 'Cidr' | 'GetAZs';

/** One function call, as it will stand in the template: `!Join ['', [...]]` is `Expression('Join', ['', [...]])`. */
export class Expression<Kind extends Text | List = Text> {
  /** For the compiler only: a list is refused where a text is wanted. */
  declare readonly kind: Kind;
  readonly name: FunctionName;
  readonly argument: unknown;
  /** The resources and other stacks' outputs that the call itself names (those in its arguments name their own). */
  readonly sources: readonly (Resource | StackOutput)[];

  constructor(name: FunctionName, argument: unknown, sources: readonly (Resource | StackOutput)[] = []) {
    this.name = name;
    this.argument = argument;
    this.sources = sources;
  }
}

/** `!Ref` or `!GetAtt`: what `sub` can take into a text. */
export class Reference<Kind extends Text | List = Text> extends Expression<Kind> {
  declare readonly argument: string;
}

export function ref(resource: Resource): Reference {
  return new Reference('Ref', resource.id, [resource]);
}

export function getAtt<T extends ResourceType, A extends keyof Attributes<T> & string>(
  resource: Resource<T>,
  attribute: A,
): Reference<Attributes<T>[A] & (Text | List)> {
  return new Reference('GetAtt', `${resource.id}.${attribute}`, [resource]);
}

/** What AWS fills in for the account and region that a template is deployed to. */
export const aws = {
  accountId: new Reference('Ref', 'AWS::AccountId'),
  partition: new Reference('Ref', 'AWS::Partition'),
  region: new Reference('Ref', 'AWS::Region'),
  stackName: new Reference('Ref', 'AWS::StackName'),
  /** `amazonaws.com`, or its sibling in other partitions. */
  urlSuffix: new Reference('Ref', 'AWS::URLSuffix'),
} as const;

/** A text with references in it: sub`com.amazonaws.${aws.region}.s3`. It may stand in another one. */
export function sub(texts: TemplateStringsArray, ...values: readonly (Expression | string | number)[]): Expression {
  // `${!` is how !Sub writes a literal `${`.
  const literal = (text: string | number) => String(text).replaceAll('${', '${!');
  const written = (value: Expression | string | number | undefined) => {
    if (value === undefined) return '';
    if (!(value instanceof Expression)) return literal(value);
    if (value.name === 'Sub') return String(value.argument);
    if (value instanceof Reference) return `\${${value.argument}}`;
    throw new Error(`!${value.name} cannot stand in a !Sub.`);
  };
  const text = texts.map((part, index) => literal(part) + written(values[index]));
  const expressions = values.filter((value) => value instanceof Expression);
  return new Expression(
    'Sub',
    text.join(''),
    expressions.flatMap(({ sources }) => sources),
  );
}

export function join(separator: string, values: readonly (Expression | string)[] | Expression<List>): Expression {
  return new Expression('Join', [separator, values]);
}

export function select(index: number, list: Expression<List> | readonly (Expression | string)[]): Expression {
  return new Expression('Select', [index, list]);
}

/** `count` ranges out of `block`, each of 2^`bits` addresses. */
export function cidr(block: Expression | string, count: number, bits: number): Expression<List> {
  return new Expression('Cidr', [block, count, bits]);
}

/** The availability zones of the region that the stack is deployed to. */
export function getAZs(): Expression<List> {
  return new Expression('GetAZs', '');
}
