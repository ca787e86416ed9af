/** RDS PostgreSQL: encrypted, private, TLS only, with a master password that RDS keeps to itself. */
import type { Tier } from '../../environments/index.ts';
import { type Expression, ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { instanceIdentifier } from '../names.ts';
import { accepted } from './accepted.ts';
import { logGroup } from './log-group.ts';

interface Place {
  readonly subnetIds: Expression<readonly string[]>;
  readonly securityGroupId: Expression;
}

export function postgres(template: Template, tier: Tier, place: Place): Resource<'AWS::RDS::DBInstance'> {
  const { database, deletionProtection } = tier;
  // A name of our own, because the log group is named after it. It also makes CloudFormation refuse any change that
  // would replace the instance by an empty one: the name is taken.
  const identifier = instanceIdentifier(tier);

  const subnetGroup = template.add('SubnetGroup', {
    Type: 'AWS::RDS::DBSubnetGroup',
    Properties: { DBSubnetGroupDescription: 'The data subnets of the tier', SubnetIds: place.subnetIds },
  });

  const parameterGroup = template.add('ParameterGroup', {
    Type: 'AWS::RDS::DBParameterGroup',
    Properties: {
      Family: 'postgres16',
      Description: 'PostgreSQL 16 of Coalition Builder',
      Parameters: {
        // On by default since PostgreSQL 15; said here so that nobody switches it off unseen.
        'rds.force_ssl': '1',
        // Said rather than left to the formula of RDS, because the environments' connections are counted against it.
        max_connections: String(database.maxConnections),
        ...(database.queryLogging && { log_min_duration_statement: String(database.queryLogging.slowerThanMs) }),
      },
    },
  });

  const logs = logGroup(template, 'LogGroup', `/aws/rds/instance/${identifier}/postgresql`, tier);

  return template.add('Database', {
    Type: 'AWS::RDS::DBInstance',
    DependsOn: [logs],
    DeletionPolicy: 'Snapshot',
    UpdateReplacePolicy: 'Snapshot',
    Ignore: {
      ...accepted('CKV_AWS_118', 'CKV_AWS_157', 'CKV_AWS_161'),
      W3691:
        'The major version alone lets RDS choose its newest minor; a pinned one would be a downgrade after the next automatic upgrade.',
    },
    Properties: {
      DBInstanceIdentifier: identifier,
      Engine: 'postgres',
      EngineVersion: '16',
      AutoMinorVersionUpgrade: true,
      AllowMajorVersionUpgrade: false,
      EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
      DBInstanceClass: database.instanceClass,
      DBParameterGroupName: ref(parameterGroup),
      MultiAZ: database.multiAZ,

      StorageType: 'gp3',
      // Storage that has grown by itself is larger than this; a drift-reverting change set would try to shrink it.
      AllocatedStorage: String(database.allocatedStorageGB),
      MaxAllocatedStorage: database.maxAllocatedStorageGB,
      StorageEncrypted: true,

      DBSubnetGroupName: ref(subnetGroup),
      VPCSecurityGroups: [place.securityGroupId],
      PubliclyAccessible: false,
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',

      // RDS makes, keeps and rotates this password. Only the job that makes databases and roles reads it.
      MasterUsername: 'postgres',
      ManageMasterUserPassword: true,

      BackupRetentionPeriod: database.backupRetentionDays,
      PreferredBackupWindow: database.backupWindow,
      PreferredMaintenanceWindow: database.maintenanceWindow,
      CopyTagsToSnapshot: true,
      DeleteAutomatedBackups: false,
      ...(database.backupCopies && {
        AutomaticBackupReplicationRegion: database.backupCopies.region,
        AutomaticBackupReplicationKmsKeyId: database.backupCopies.kmsKeyArn,
        AutomaticBackupReplicationRetentionPeriod: database.backupCopies.retentionDays,
      }),
      DeletionProtection: deletionProtection,

      EnableCloudwatchLogsExports: ['postgresql'],
      EnablePerformanceInsights: false,
    },
  });
}
