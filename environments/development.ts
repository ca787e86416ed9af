/** Where changes land first. */
import type { EnvironmentDefinition } from './definition.ts';

export const development: EnvironmentDefinition = {
  tier: 'nonproduction',
  database: {
    connections: 20,
  },
};
