/**
 * Nothing that holds data loses it, whether its stack is deleted, it is taken out of its template, or a change would
 * make another one in its place. Which changes do is in the registry's own schemas (`cloudformation/create-only.json`).
 */
import { alwaysCreateOnly } from '../cloudformation/create-only.ts';
import { ofType, type Place, type Platform, targets } from '../platform/platform.ts';
import { at, type Claim, claim, type Finding, type Proof, within } from './proof.ts';

/** What holds data, with the property that names it and what may become of it; null where no template of ours has one. */
const stateful: Readonly<Record<string, { readonly name: string; readonly keeps: readonly string[] } | null>> = {
  'AWS::DynamoDB::Table': { name: 'TableName', keeps: ['Retain', 'RetainExceptOnCreate'] },
  'AWS::ECR::Repository': { name: 'RepositoryName', keeps: ['Retain', 'RetainExceptOnCreate'] },
  'AWS::RDS::DBInstance': { name: 'DBInstanceIdentifier', keeps: ['Snapshot', 'Retain', 'RetainExceptOnCreate'] },
  'AWS::S3::Bucket': { name: 'BucketName', keeps: ['Retain', 'RetainExceptOnCreate'] },
  'AWS::SecretsManager::Secret': { name: 'Name', keeps: ['Retain', 'RetainExceptOnCreate'] },
  'AWS::Cognito::UserPool': null,
  'AWS::DynamoDB::GlobalTable': null,
  'AWS::EC2::Volume': null,
  'AWS::EFS::FileSystem': null,
  'AWS::ElastiCache::ReplicationGroup': null,
  'AWS::Kinesis::Stream': null,
  'AWS::KMS::Key': null,
  'AWS::OpenSearchService::Domain': null,
  'AWS::RDS::DBCluster': null,
  'AWS::SQS::Queue': null,
};

/** @param terminationProtected by a stack's path: whether the deploy protects it; a template cannot say so itself */
export function dataSafety(platform: Platform, terminationProtected: ReadonlyMap<string, boolean>): Proof {
  const keeping = platform.places.filter((place) => place.type in stateful && !isReplica(place));
  const owners = [...new Set(keeping.map(({ stack }) => stack.owner))];
  return {
    name: 'Data safety',
    claims: [
      ...owners.flatMap((owner) => {
        const own = keeping.filter(({ stack }) => stack.owner === owner);
        return [survives(platform, owner, own), keepsItsIdentity(platform, owner, own), canBeRestored(owner, own)];
      }),
      refusesDeletion(platform, keeping, terminationProtected),
      everyTypeIsKnown(platform),
    ],
  };
}

function survives(platform: Platform, owner: string, places: readonly Place[]): Claim {
  return claim(
    owner,
    `what ${owner} keeps survives its stack, and being replaced`,
    places.map(({ id, resource }) => `${id} (${resource.DeletionPolicy})`).join(', '),
    places.flatMap((place) => {
      const { DeletionPolicy: deleted, UpdateReplacePolicy: replaced } = place.resource;
      const keeps = stateful[place.type]?.keeps;
      if (!keeps)
        return [at(place, `holds data, and generator/proofs/data-safety.ts does not say how ${place.type} keeps it`)];
      return [
        !keeps.includes(deleted ?? 'Delete') &&
          at(place, `is deleted with its stack: DeletionPolicy ${deleted ?? 'is missing'}`),
        !keeps.includes(replaced ?? 'Delete') &&
          at(place, `is deleted when it is replaced: UpdateReplacePolicy ${replaced ?? 'is missing'}`),
      ];
    }),
    ofType(platform, 'AWS::S3::Bucket')
      .filter(({ stack }) => stack.owner === owner)
      .flatMap(expiringFiles),
  );
}

/** A fixed name cannot be had twice: a change that would make another one fails before the old one is touched. */
function keepsItsIdentity(platform: Platform, owner: string, places: readonly Place[]): Claim {
  return claim(
    owner,
    `nothing that ${owner} keeps is replaced without a person deciding so`,
    places.map(({ id, type }) => `${id} by ${stateful[type]?.name}`).join(', '),
    places.flatMap((place) => {
      const name = stateful[place.type]?.name;
      if (name === undefined) return [];
      const createOnly = alwaysCreateOnly(place.type) ?? [];
      const given = createOnly.filter((property) => place.properties[property] !== undefined);
      return [
        !createOnly.includes(name) && at(place, `has no create-only name to hold on to, by its schema`),
        place.properties[name] === undefined &&
          at(place, `has no ${name}: a change of ${createOnly.join(', ')} would put an empty one in its place`),
        ...given.flatMap((property) => replacedAlong(platform, place, property)),
      ];
    }),
  );
}

/** What a create-only property refers to must not itself be made anew by a change of a setting. */
function replacedAlong(platform: Platform, place: Place, property: string): readonly Finding[] {
  return targets(platform, place.stack, place.properties[property])
    .filter(({ place: other }) => other !== place)
    .flatMap(({ place: other }) => {
      const movable = (alwaysCreateOnly(other.type) ?? []).filter((name) => other.properties[name] !== undefined);
      return movable.map((name) =>
        at(place, `is replaced when ${other.id} is, by its ${property}; and ${other.id} is when its ${name} changes`),
      );
    });
}

/** What is current in a bucket is never deleted by a rule, but for one folder that says so. */
function expiringFiles(bucket: Place): readonly (Finding | false)[] {
  const { Rules: rules = [] } = (bucket.properties.LifecycleConfiguration ?? {}) as {
    readonly Rules?: readonly Readonly<Record<string, unknown>>[];
  };
  const expiry = ['Expiration', 'ExpirationInDays', 'ExpirationDate'];
  return rules.map((rule) => {
    const expires = expiry.some((name) => rule[name] !== undefined);
    return expires && (rule.Prefix ?? '') === '' && at(bucket, `deletes what is current: rule ${rule.Id}`);
  });
}

const days = 7;

function canBeRestored(owner: string, places: readonly Place[]): Claim {
  return claim(
    owner,
    `what ${owner} keeps can be brought back as it was`,
    `databases and tables for ${days} days, uploads by their old versions`,
    places.map((place) => {
      const { properties } = place;
      if (place.type === 'AWS::RDS::DBInstance') {
        if (!(Number(properties.BackupRetentionPeriod) >= days))
          return at(place, `keeps backups for less than ${days} days`);
        return properties.DeleteAutomatedBackups !== false && at(place, 'loses its backups when it is deleted');
      }
      if (place.type === 'AWS::DynamoDB::Table') {
        const recovery = properties.PointInTimeRecoverySpecification as
          | { PointInTimeRecoveryEnabled?: boolean }
          | undefined;
        return recovery?.PointInTimeRecoveryEnabled !== true && at(place, 'has no point-in-time recovery');
      }
      // Static assets are built again; what somebody uploaded is not.
      if (place.id !== 'MediaBucket') return false;
      const versions = properties.VersioningConfiguration as { Status?: string } | undefined;
      return versions?.Status !== 'Enabled' && at(place, 'keeps no old versions');
    }),
  );
}

const switches: Readonly<Record<string, string>> = {
  'AWS::RDS::DBInstance': 'DeletionProtection',
  'AWS::DynamoDB::Table': 'DeletionProtectionEnabled',
};

function refusesDeletion(
  platform: Platform,
  places: readonly Place[],
  terminationProtected: ReadonlyMap<string, boolean>,
): Claim {
  const owner = 'production';
  const own = places.filter(({ stack, type }) => stack.owner === owner && type in switches);
  const stacks = platform.stacks.filter((stack) => stack.owner === owner);
  return claim(
    owner,
    `production refuses to be deleted`,
    `${own.map(({ id, type }) => `${id} (${switches[type]})`).join(', ')}; ${stacks.length} stacks by termination protection`,
    own.map(
      (place) =>
        place.properties[switches[place.type] ?? ''] !== true &&
        at(place, `does not say ${switches[place.type]}: true`),
    ),
    stacks.map(
      (stack) =>
        terminationProtected.get(stack.path) !== true && within(stack, 'is deployed without termination protection'),
    ),
  );
}

/** A type that the schemas' table lacks might hold data, and nobody would have said so. */
function everyTypeIsKnown(platform: Platform): Claim {
  const unknown = platform.places.filter(({ type }) => alwaysCreateOnly(type) === undefined);
  return claim(
    'account',
    'of every type of resource it is known which changes replace it',
    `${new Set(platform.places.map(({ type }) => type)).size} types`,
    unknown.map((place) =>
      at(place, `is an ${place.type}, which generator/cloudformation/create-only.json does not have`),
    ),
  );
}

/** A copy of another instance's data, which is still there without it. */
function isReplica({ properties }: Place): boolean {
  return properties.SourceDBInstanceIdentifier !== undefined;
}
