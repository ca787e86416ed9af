/** A rehearsal of production: the same code, production-like limits, shared data stores. */
import type { EnvironmentDefinition } from './definition.ts';

export const staging: EnvironmentDefinition = {
  tier: 'nonproduction',
  siteUrl: 'https://staging.example.org',
  database: {
    connections: 20,
  },
  lambda: {
    memoryMB: 512,
    keepWarmMinutes: 10,
  },
  api: {
    throttle: { ratePerSecond: 40, burst: 75 },
  },
};
