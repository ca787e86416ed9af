/** Where changes land first. */
import type { EnvironmentDefinition } from './definition.ts';

export const development: EnvironmentDefinition = {
  tier: 'nonproduction',
  siteUrl: 'https://development.example.org',
  database: {
    connections: 20,
  },
  lambda: {
    memoryMB: 512,
    logLevel: 'DEBUG',
  },
  api: {
    throttle: { ratePerSecond: 25, burst: 50 },
    // A site on a laptop, against this API.
    corsOrigins: ['http://localhost:3000'],
  },
};
