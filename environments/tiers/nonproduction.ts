/** What development and staging share: one network, one database instance, one table. */
import type { TierDefinition } from '../definition.ts';

export const nonproduction: TierDefinition = {
  // Staging's data is here too.
  deletionProtection: true,
  network: {
    vpc: true,
    cidr: '10.20.0.0/16',
    egress: 'ipv6',
  },
  database: {
    mode: 'rds',
    instanceClass: 'db.t3.micro',
    allocatedStorageGB: 20,
    maxAllocatedStorageGB: 100,
    multiAZ: false,
    backupRetentionDays: 7,
    backupWindow: '07:00-08:00',
    maintenanceWindow: 'sun:08:30-sun:09:30',
    maxConnections: 80,
    importerConnections: 8,
  },
  rateLimits: {
    maxReadRequestUnits: 50,
    maxWriteRequestUnits: 200,
  },
  media: {
    oldVersionsDays: 7,
  },
  logs: {
    retentionDays: 7,
  },
};
