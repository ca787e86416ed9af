/** The functions of expressions that our workflows use. */
import type { Scope, Value } from './expression.ts';

/** Something that the simulation does not know, whether or not GitHub would. */
export class UnknownExpression extends Error {
  constructor(what: string) {
    super(`The simulation of GitHub Actions does not know this: ${what}.`);
    this.name = 'UnknownExpression';
  }
}

export function call(name: string, values: readonly Value[], { status }: Scope): Value {
  const [first = null, second = null] = values;
  const needs = (count: number) => {
    if (values.length !== count) throw new UnknownExpression(`${name} with ${values.length} arguments`);
  };
  switch (name) {
    case 'always':
      return true;
    case 'success':
    case 'failure':
    case 'cancelled':
      needs(0);
      return status[name];
    case 'contains':
      needs(2);
      return Array.isArray(first)
        ? first.some((each: Value) => text(each) === text(second))
        : text(first).includes(text(second));
    case 'startsWith':
      needs(2);
      return text(first).startsWith(text(second));
    case 'fromJSON':
      needs(1);
      try {
        return JSON.parse(String(first)) as Value;
      } catch {
        throw new Error(`fromJSON: ${JSON.stringify(first)} is no JSON.`);
      }
    case 'toJSON':
      needs(1);
      return JSON.stringify(first, null, 2);
    case 'join':
      needs(2);
      return (Array.isArray(first) ? first : [first]).join(String(second));
    case 'format':
      return String(first).replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index) + 1] ?? ''));
    default:
      throw new UnknownExpression(`the function ${name}`);
  }
}

/** Words are compared without regard to case. */
const text = (value: Value) => String(value ?? '').toLowerCase();
