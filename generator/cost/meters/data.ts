/** What keeps data: PostgreSQL, the rate-limit table, buckets, secrets, images. */
import { placesOf } from '../../platform/platform.ts';
import {
  environmentsUsing,
  environmentUse,
  type Meter,
  million,
  numberOf,
  thousand,
  tierUse,
  UnknownUse,
} from '../meter.ts';
import { shareOfWeek } from '../stop-hours.ts';

const database: Meter = (place, use) => {
  const { properties } = place;
  const unpriced = ['Iops', 'StorageThroughput', 'AutomaticBackupReplicationRegion', 'PerformanceInsightsKMSKeyId'];
  const found = unpriced.find((name) => properties[name] !== undefined);
  if (found) throw new UnknownUse(`${found} has no price here`);
  if (properties.StorageType !== 'gp3')
    throw new UnknownUse(`storage of type ${properties.StorageType} has no price here`);
  const { backupGB } = tierUse(use, place.stack);
  // Multi-AZ is a standby of the same kind: everything twice.
  const copies = properties.MultiAZ === true ? 2 : 1;
  const share = shareOfWeek(placesOf(place.stack));
  const size = numberOf(properties.AllocatedStorage);
  const awake = share < 1 ? `, ${Math.round(share * 100)} % of the week` : '';
  return [
    {
      price: `rds.${properties.DBInstanceClass}`,
      quantity: use.workload.hoursPerMonth * copies * share,
      what: `${properties.DBInstanceClass}${copies > 1 ? ', twice' : ''}${awake}`,
    },
    { price: 'rds.gp3', quantity: size * copies, what: `${size} GB${copies > 1 ? ', twice' : ''}` },
    { price: 'rds.backup', quantity: Math.max(0, backupGB - size), what: 'backups beyond its size' },
    ...(properties.ManageMasterUserPassword === true
      ? [{ price: 'secrets.secret', quantity: 1, what: 'the master password, kept by RDS' }]
      : []),
  ];
};

const table: Meter = (place, use) => {
  const { BillingMode, PointInTimeRecoverySpecification: recovery } = place.properties;
  if (BillingMode !== 'PAY_PER_REQUEST') throw new UnknownUse(`billing mode ${BillingMode} has no price here`);
  const users = environmentsUsing(use, place);
  if (users.length === 0) throw new UnknownUse('no environment in these templates uses it');
  const { tableGB } = tierUse(use, place.stack);
  const each = users.map((name) => environmentUse(use, name));
  const sum = (per: 'writesPerRequest' | 'readsPerRequest') =>
    each.reduce((total, environment) => total + environment.requests * environment[per], 0) / million;
  const { PointInTimeRecoveryEnabled } = (recovery ?? {}) as { PointInTimeRecoveryEnabled?: boolean };
  return [
    { price: 'dynamodb.write', quantity: sum('writesPerRequest'), what: 'writes' },
    { price: 'dynamodb.read', quantity: sum('readsPerRequest'), what: 'reads' },
    { price: 'dynamodb.storage', quantity: tableGB, what: 'items' },
    ...(PointInTimeRecoveryEnabled ? [{ price: 'dynamodb.recovery', quantity: tableGB, what: 'recovery' }] : []),
  ];
};

const bucket: Meter = ({ stack, id }, use) => {
  const { buckets } = stack.scope === 'account' ? accountUse(use) : environmentUse(use, stack.owner);
  const found = buckets[id];
  if (!found) throw new UnknownUse('the workload says nothing about it');
  return [
    { price: 's3.storage', quantity: found.GB, what: `${found.GB} GB` },
    { price: 's3.write', quantity: found.writes / thousand, what: 'uploads' },
    { price: 's3.read', quantity: found.reads / thousand, what: 'downloads' },
  ];
};

/** An environment's functions read its secrets when they start. */
const secret: Meter = ({ stack, properties }, use) => {
  const tags = (properties.Tags ?? []) as readonly { readonly Key: string; readonly Value: unknown }[];
  const owner = tags.find(({ Key }) => Key === 'Environment')?.Value ?? stack.owner;
  const { coldStarts } = environmentUse(use, String(owner));
  return [
    { price: 'secrets.secret', quantity: 1, what: 'a secret' },
    { price: 'secrets.read', quantity: coldStarts / (10 * thousand), what: 'read at each cold start' },
  ];
};

const repository: Meter = ({ id }, use) => {
  const gigabytes = accountUse(use).repositoryGB[id];
  if (gigabytes === undefined) throw new UnknownUse('the workload says nothing about it');
  return [{ price: 'ecr.storage', quantity: gigabytes, what: `${gigabytes} GB of images` }];
};

const key: Meter = () => [{ price: 'kms.key', quantity: 1, what: 'a key' }];

export const data: Readonly<Record<string, Meter>> = {
  'AWS::RDS::DBInstance': database,
  'AWS::DynamoDB::Table': table,
  'AWS::S3::Bucket': bucket,
  'AWS::SecretsManager::Secret': secret,
  'AWS::ECR::Repository': repository,
  'AWS::KMS::Key': key,
};

function accountUse({ workload }: Parameters<Meter>[1]) {
  if (!workload.account) throw new UnknownUse('the workload says nothing about the account');
  return workload.account;
}
