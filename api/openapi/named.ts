/** Schemas that have a name in the API's description. Built on first use, so that a request never pays for them. */
import * as z from 'zod/mini';

/** Names by schema. */
export const names = z.registry<{ id: string }>();

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
