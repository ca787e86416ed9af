/** The table of rate limits: one item a window, found by its key, gone by itself. */
import type { Tier } from '../../environments/index.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { rateLimitsTableName } from '../names.ts';
import { accepted } from './accepted.ts';

export function rateLimitsTable(template: Template, tier: Tier): Resource<'AWS::DynamoDB::Table'> {
  const { rateLimits, deletionProtection } = tier;
  return template.add('Table', {
    Type: 'AWS::DynamoDB::Table',
    Ignore: accepted('CKV_AWS_119'),
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      TableName: rateLimitsTableName(tier),
      // `<environment>#<action>#<client>`: environments that share a table are kept apart by the key's first part.
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      // Epoch seconds. DynamoDB may take days to delete, so whoever reads compares the time itself.
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      OnDemandThroughput: {
        MaxReadRequestUnits: rateLimits.maxReadRequestUnits,
        MaxWriteRequestUnits: rateLimits.maxWriteRequestUnits,
      },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
      DeletionProtectionEnabled: deletionProtection,
    },
  });
}
