/** What the public uses. */
import type { EnvironmentDefinition } from './definition.ts';

export const production: EnvironmentDefinition = {
  tier: 'production',
  database: {
    connections: 100,
  },
};
