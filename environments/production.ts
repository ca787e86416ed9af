/** What the public uses. */
import type { EnvironmentDefinition } from './definition.ts';

export const production: EnvironmentDefinition = {
  tier: 'production',
  siteUrl: 'https://www.example.org',
  database: {
    connections: 100,
  },
  lambda: {
    memoryMB: 1024,
    keepWarmMinutes: 4,
  },
  api: {
    throttle: { ratePerSecond: 50, burst: 100 },
  },
  tracing: true,
  monitoring: {
    alarms: 'all',
    budgetUSD: 75,
  },
};
