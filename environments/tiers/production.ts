/** What only production uses. */
import type { TierDefinition } from '../definition.ts';

export const production: TierDefinition = {
  deletionProtection: true,
  network: {
    vpc: true,
    cidr: '10.30.0.0/16',
    egress: 'ipv6',
  },
  database: {
    mode: 'rds',
    instanceClass: 'db.t3.small',
    allocatedStorageGB: 20,
    maxAllocatedStorageGB: 100,
    multiAZ: false,
    backupRetentionDays: 7,
    backupWindow: '07:00-08:00',
    // A day after nonproduction, so that a bad minor version is met there first.
    maintenanceWindow: 'mon:08:30-mon:09:30',
    maxConnections: 160,
    importerConnections: 8,
  },
  rateLimits: {
    maxReadRequestUnits: 50,
    maxWriteRequestUnits: 200,
  },
  media: {
    oldVersionsDays: 30,
  },
  logs: {
    retentionDays: 7,
  },
};
