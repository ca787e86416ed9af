/** Where changes land first. */
import type { EnvironmentDefinition } from './definition.ts';

export const development: EnvironmentDefinition = {
  tier: 'nonproduction',
  database: {
    connections: 20,
  },
  lambda: {
    memoryMB: 512,
    timeoutSeconds: 30,
    logLevel: 'DEBUG',
  },
  api: {
    throttle: { ratePerSecond: 25, burst: 50 },
    corsOrigins: ['http://localhost:3000', 'https://development.example.org'],
    trustedProxyHops: 1,
  },
  cdn: {},
  media: { oldVersionsDays: 7 },
  outbound: { geocoder: 'none' },
  tracing: false,
  monitoring: { alarms: 'essential' },
};
