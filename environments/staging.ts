/** A rehearsal of production: the same code, production-like limits, shared data stores. */
import type { EnvironmentDefinition } from './definition.ts';

export const staging: EnvironmentDefinition = {
  tier: 'nonproduction',
  database: {
    connections: 20,
  },
};
