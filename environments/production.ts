/** What the public uses. */
import type { EnvironmentDefinition } from './definition.ts';

export const production: EnvironmentDefinition = {
  tier: 'production',
  database: {
    connections: 100,
  },
  siteUrl: 'https://www.example.org',
  lambda: {
    memoryMB: 1024,
    timeoutSeconds: 30,
    keepWarmMinutes: 4,
    logLevel: 'INFO',
  },
  api: {
    throttle: { ratePerSecond: 50, burst: 100 },
    corsOrigins: [],
    trustedProxyHops: 1,
  },
  cdn: {},
  media: { oldVersionsDays: 30 },
  outbound: { geocoder: 'none' },
  tracing: true,
  monitoring: { alarms: 'all', budgetUSD: 75 },
};
