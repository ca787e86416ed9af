/** A rehearsal of production: the same code, production-like limits, shared data stores. */
import type { EnvironmentDefinition } from './definition.ts';

export const staging: EnvironmentDefinition = {
  tier: 'nonproduction',
  database: {
    connections: 20,
  },
  siteUrl: 'https://staging.example.org',
  lambda: {
    memoryMB: 512,
    timeoutSeconds: 30,
    keepWarmMinutes: 10,
    logLevel: 'INFO',
  },
  api: {
    throttle: { ratePerSecond: 40, burst: 75 },
    corsOrigins: [],
    trustedProxyHops: 1,
  },
  cdn: {},
  media: { oldVersionsDays: 7 },
  outbound: { geocoder: 'none' },
  tracing: false,
  monitoring: { alarms: 'essential' },
};
