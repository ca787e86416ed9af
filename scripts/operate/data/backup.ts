/**
 * A backup on demand: a snapshot of the tier's database, and one of the table of its rate limits. They stay when the
 * automatic ones of seven days are gone; of those that were made here, only the newest are kept.
 */
import type { Environment, Tier } from '../../../environments/index.ts';
import { instanceIdentifier, rateLimitsTableName } from '../../../generator/names.ts';
import type { DynamoDB } from '../../aws/dynamodb.ts';
import type { DBSnapshot, RDS } from '../../aws/rds.ts';
import { patiently, type Session } from '../../deploy/session.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { progress } from '../../terminal/progress.ts';
import { dim, duration, green } from '../../terminal/style.ts';
import { OperationError } from '../errors.ts';
import { instanceOf, isNamed, refuseUnavailable, type Waiting } from './instance.ts';

export interface Backup {
  readonly database?: { readonly snapshot: string; readonly gigabytes: number };
  readonly rateLimits: { readonly backup: string; readonly arn: string };
  /** Names of older ones that were made here and are deleted now. */
  readonly pruned: readonly string[];
}

export interface BackupOrder {
  readonly session: Waiting & Pick<Session, 'say'>;
  readonly rds: RDS;
  readonly dynamoDb: DynamoDB;
  readonly environment: Environment;
  /** How many of each kind stay. */
  readonly keep: number;
  readonly now: Date;
}

/** By which this verb knows what it has made. */
export const madeBy = { Key: 'MadeBy', Value: 'coalition-builder-backup' } as const;

const patienceMinutes = 120;

/** @throws OperationError; (3) where one of the two is there and the other is not */
export async function backUp(order: BackupOrder): Promise<Backup> {
  const { session, environment, now } = order;
  const { tier } = environment;
  const name = backupName(tier, now);
  const hasDatabase = tier.database.mode === 'rds';
  // Both are looked at before either is begun.
  if (hasDatabase) refuseUnavailable(await instanceOf(order.rds, environment, session.signal), environment.name);
  else session.say(`  database     ${dim('is not ours: whoever runs it backs it up')}`);
  const rateLimits = await backUpTable(order, name);
  session.say(`  ${green('✓')} rate limits  ${name}`);
  if (!hasDatabase) return { rateLimits, pruned: await pruneTables(order) };

  const database = await snapshot(order, name).catch((error: unknown) => {
    throw partly(error, `The backup ${name} of the rate limits is there; the database has none.`);
  });
  const pruned = await prune(order).catch((error: unknown) => {
    throw partly(error, `The backup ${name} is complete; older ones were not all deleted.`);
  });
  return { database, rateLimits, pruned };
}

/** `coalition-builder-production-backup-20301231-235959`, in UTC */
function backupName(tier: Tier, now: Date): string {
  const [day = '', time = ''] = now.toISOString().replaceAll(/[-:]/g, '').split('T');
  return `${prefixOf(tier)}${day}-${time.slice(0, 6)}`;
}

const prefixOf = (tier: Tier) => `${instanceIdentifier(tier)}-backup-`;
const isOurs = (tier: Tier, name: string) =>
  name.startsWith(prefixOf(tier)) && /^\d{8}-\d{6}$/.test(name.slice(prefixOf(tier).length));

async function backUpTable({ dynamoDb, environment, session }: BackupOrder, name: string) {
  const table = rateLimitsTableName(environment.tier);
  try {
    const { BackupDetails } = await dynamoDb.createBackup(
      { TableName: table, BackupName: name },
      { abortSignal: session.signal },
    );
    return { backup: name, arn: BackupDetails?.BackupArn ?? '' };
  } catch (error) {
    if (!isNamed(error, /^(TableNotFound|ResourceNotFound)/)) throw error;
    throw new OperationError(
      `There is no table ${table} in ${environment.account.region}; nothing was backed up.`,
      `npm run deploy -- ${environment.name} --stack rate-limits`,
      exitCode.usage,
      error,
    );
  }
}

async function snapshot({ rds, session, environment: { tier, name: environment } }: BackupOrder, name: string) {
  const started = Date.now();
  const identifier = instanceIdentifier(tier);
  const goesOn = `The snapshot ${name} goes on without being watched; whether it is complete, this says: npm run restore -- ${environment} --snapshot ${name} --dry-run`;
  try {
    await rds.createDBSnapshot(
      {
        DBInstanceIdentifier: identifier,
        DBSnapshotIdentifier: name,
        Tags: [madeBy, { Key: 'Tier', Value: tier.name }],
      },
      { abortSignal: session.signal },
    );
  } catch (error) {
    if (!isNamed(error, /^(DBSnapshotAlreadyExists|InvalidDBInstanceState)/)) throw error;
    throw new OperationError(
      `RDS takes no snapshot of ${identifier} now: ${error.message}`,
      'Another backup has just begun; try again when it is done.',
      exitCode.busy,
      error,
    );
  }
  const shown = progress(`    ${name}`, 100);
  const detach = () => session.say(goesOn);
  session.signal.addEventListener('abort', detach, { once: true });
  try {
    for await (const _ of patiently(session, patienceMinutes * 60_000)) {
      const { DBSnapshots: [found] = [] } = await rds.describeDBSnapshots(
        { DBSnapshotIdentifier: name },
        { abortSignal: session.signal },
      );
      const { Status: status = '', PercentProgress: percent = 0, AllocatedStorage: gigabytes = 0 } = found ?? {};
      if (status === 'available') {
        session.say(`  ${green('✓')} database     ${name}  ${gigabytes} GB  ${dim(duration(Date.now() - started))}`);
        return { snapshot: name, gigabytes };
      }
      if (status === 'failed')
        throw new OperationError(
          `The snapshot ${name} failed.`,
          `npm run backup -- ${environment} begins another one.`,
        );
      shown.at(percent, status);
    }
  } finally {
    shown.end();
    session.signal.removeEventListener('abort', detach);
  }
  throw new OperationError(
    `The snapshot ${name} is not complete after ${patienceMinutes} minutes.`,
    goesOn,
    exitCode.partlyDone,
  );
}

async function prune(order: BackupOrder): Promise<readonly string[]> {
  const { rds, session, environment, keep } = order;
  const { tier } = environment;
  const own = (await snapshotsOf(rds, instanceIdentifier(tier), session.signal)).filter(
    ({ DBSnapshotIdentifier: name = '', Status, TagList = [] }) =>
      Status === 'available' &&
      isOurs(tier, name) &&
      TagList.some(({ Key, Value }) => Key === madeBy.Key && Value === madeBy.Value),
  );
  const pruned: string[] = [];
  for (const { DBSnapshotIdentifier: name = '' } of own.slice(keep)) {
    await rds.deleteDBSnapshot({ DBSnapshotIdentifier: name }, { abortSignal: session.signal });
    pruned.push(name);
  }
  return [...pruned, ...(await pruneTables(order))];
}

/** On-demand backups have no tags, so these are known by their names alone. */
async function pruneTables({ dynamoDb, session, environment: { tier }, keep }: BackupOrder): Promise<string[]> {
  const options = { abortSignal: session.signal };
  const own: { name: string; arn: string }[] = [];
  let from: string | undefined;
  do {
    const { BackupSummaries = [], LastEvaluatedBackupArn } = await dynamoDb.listBackups(
      {
        TableName: rateLimitsTableName(tier),
        BackupType: 'USER',
        ...(from !== undefined && { ExclusiveStartBackupArn: from }),
      },
      options,
    );
    for (const { BackupName: name = '', BackupArn: arn = '', BackupStatus } of BackupSummaries)
      if (BackupStatus === 'AVAILABLE' && isOurs(tier, name)) own.push({ name, arn });
    from = LastEvaluatedBackupArn;
  } while (from !== undefined);
  const old = own.sort((one, other) => (one.name < other.name ? 1 : -1)).slice(keep);
  for (const { arn } of old) await dynamoDb.deleteBackup({ BackupArn: arn }, options);
  return old.map(({ name }) => `${name} (rate limits)`);
}

/** All snapshots of an instance, the automatic ones too; the newest first. */
export async function snapshotsOf(rds: RDS, identifier: string, signal: AbortSignal): Promise<readonly DBSnapshot[]> {
  const found: DBSnapshot[] = [];
  let marker: string | undefined;
  do {
    const { DBSnapshots = [], Marker } = await rds.describeDBSnapshots(
      { DBInstanceIdentifier: identifier, ...(marker !== undefined && { Marker: marker }) },
      { abortSignal: signal },
    );
    found.push(...DBSnapshots);
    marker = Marker || undefined;
  } while (marker !== undefined);
  const time = ({ SnapshotCreateTime }: DBSnapshot) => SnapshotCreateTime?.getTime() ?? Number.POSITIVE_INFINITY;
  // Those of one second are told apart by their names, which end with it.
  return found.sort(
    (one, other) =>
      time(other) - time(one) || ((one.DBSnapshotIdentifier ?? '' < (other.DBSnapshotIdentifier ?? '')) ? 1 : -1),
  );
}

function partly(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error.name === 'Interrupted' || error.name === 'AbortError') return error;
  const { remedy = 'Try again.' } = error as { remedy?: string };
  return new OperationError(`${what} ${error.message}`, remedy, exitCode.partlyDone, error);
}
