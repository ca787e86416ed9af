/** Where changes land first. */
import type { EnvironmentDefinition } from './definition.ts';

export const development: EnvironmentDefinition = {
  tier: 'nonproduction',
  database: {
    connections: 20,
  },
  siteUrl: 'https://development.example.org',
  lambda: {
    memoryMB: 512,
    timeoutSeconds: 30,
    logLevel: 'DEBUG',
  },
  api: {
    throttle: { ratePerSecond: 25, burst: 50 },
    corsOrigins: ['http://localhost:3000'],
    trustedProxyHops: 1,
  },
  cdn: {},
  media: { oldVersionsDays: 7 },
  outbound: { geocoder: 'none' },
  tracing: false,
  monitoring: { alarms: 'essential' },
};
