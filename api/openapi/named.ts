/** Schemas that have a name in the API's description. Built on first use, so that a request never pays for them. */
import * as z from 'zod/mini';

/** Names by schema. */
export const names = z.registry<{ id: string }>();

const numbers = new WeakMap<object, { readonly minimum: number; readonly maximum: number }>();

/** Text of a path or query that stands for a whole number, and is described as one: callers in code have a number. */
export function wholeNumber<T extends z.ZodMiniType>(schema: T, minimum: number, maximum: number): T {
  numbers.set(schema, { minimum, maximum });
  return schema;
}

/** @returns what describes it in place of its text; undefined for every other schema */
export function numberOf(schema: object): { readonly type: 'integer' } | undefined {
  const range = numbers.get(schema);
  return range && { type: 'integer', ...range };
}

/** @returns a function that makes the schema once */
export function named<T extends z.ZodMiniType>(id: string, make: () => T): () => T {
  let made: T | undefined;
  return () => {
    if (!made) {
      made = make();
      names.add(made, { id });
    }
    return made;
  };
}
