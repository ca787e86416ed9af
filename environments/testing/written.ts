/** What the files of environments/ say, as a test may change it before it is assembled. */
import { account } from '../account.ts';
import { development } from '../development.ts';
import { assemble, DefinitionError, type Environments } from '../index.ts';
import { production } from '../production.ts';
import type { Fault } from '../refusals.ts';
import { staging } from '../staging.ts';
import { nonproduction } from '../tiers/nonproduction.ts';
import { production as productionTier } from '../tiers/production.ts';

export const written = {
  account,
  tiers: { nonproduction, production: productionTier },
  environments: { development, staging, production },
};

/** What is written, with some values replaced, by their paths with dots; `undefined` removes a key. */
export function changed(values: Readonly<Record<string, unknown>>): unknown {
  const copy = structuredClone(written) as Record<string, unknown>;
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let parent = copy;
    for (const key of keys) {
      parent[key] ??= {};
      parent = parent[key] as Record<string, unknown>;
    }
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}

export function assembled(values: Readonly<Record<string, unknown>>): Environments {
  return assemble(changed(values));
}

/** @throws unless something is refused */
export function faults(values: Readonly<Record<string, unknown>>): readonly Fault[] {
  try {
    assembled(values);
  } catch (error) {
    if (error instanceof DefinitionError) return error.faults;
    throw error;
  }
  throw new Error('nothing was refused');
}
