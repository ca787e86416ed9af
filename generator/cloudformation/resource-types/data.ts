/** What holds data: each type with the policies that may be chosen for what becomes of it. */
import type { TableProperties } from 'cloudform-types/types/dynamoDb/table.js';
import type { DBInstanceProperties } from 'cloudform-types/types/rds/dbInstance.js';
import type { DBParameterGroupProperties } from 'cloudform-types/types/rds/dbParameterGroup.js';
import type { DBSubnetGroupProperties } from 'cloudform-types/types/rds/dbSubnetGroup.js';
import type { BucketProperties } from 'cloudform-types/types/s3/bucket.js';
import type { BucketPolicyProperties } from 'cloudform-types/types/s3/bucketPolicy.js';
import type { SecretProperties } from 'cloudform-types/types/secretsManager/secret.js';
import type { None, Text } from './kinds.ts';

export interface DataTypes {
  'AWS::DynamoDB::Table': {
    properties: TableProperties;
    attributes: { Arn: Text };
    keeps: 'Retain' | 'RetainExceptOnCreate';
  };
  'AWS::RDS::DBInstance': {
    properties: DBInstanceProperties;
    attributes: {
      DBInstanceArn: Text;
      DbiResourceId: Text;
      'Endpoint.Address': Text;
      'Endpoint.Port': Text;
      'MasterUserSecret.SecretArn': Text;
    };
    keeps: 'Snapshot' | 'Retain';
  };
  'AWS::RDS::DBParameterGroup': {
    properties: DBParameterGroupProperties;
    attributes: { DBParameterGroupName: Text };
  };
  'AWS::RDS::DBSubnetGroup': { properties: DBSubnetGroupProperties; attributes: None };
  'AWS::S3::Bucket': {
    properties: BucketProperties;
    attributes: { Arn: Text; RegionalDomainName: Text };
    keeps: 'Retain' | 'RetainExceptOnCreate';
  };
  'AWS::S3::BucketPolicy': { properties: BucketPolicyProperties; attributes: None };
  'AWS::SecretsManager::Secret': {
    properties: SecretProperties;
    attributes: { Id: Text };
    keeps: 'Retain' | 'RetainExceptOnCreate';
  };
}

/** Properties that AWS added after cloudform-types 7.5. */
declare module 'cloudform-types/types/dynamoDb/table.js' {
  interface TableProperties {
    OnDemandThroughput?: { MaxReadRequestUnits?: number; MaxWriteRequestUnits?: number };
  }
  interface PointInTimeRecoverySpecification {
    RecoveryPeriodInDays?: number;
  }
}
declare module 'cloudform-types/types/rds/dbInstance.js' {
  interface DBInstanceProperties {
    EngineLifecycleSupport?: 'open-source-rds-extended-support' | 'open-source-rds-extended-support-disabled';
    AutomaticBackupReplicationKmsKeyId?: string;
    AutomaticBackupReplicationRetentionPeriod?: number;
  }
}
