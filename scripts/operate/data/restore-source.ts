/** What a restore starts from: a moment that RDS can still bring back, or a snapshot; checked before anything is made. */
import type { Environment } from '../../../environments/index.ts';
import { instanceIdentifier } from '../../../generator/names.ts';
import type { RDS } from '../../aws/rds.ts';
import { UsageError } from '../../terminal/command.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';
import { snapshotsOf } from './backup.ts';
import { isNamed } from './instance.ts';

export type Source =
  /** `at` is undefined for the latest moment there is. */
  | { readonly kind: 'moment'; readonly instance: string; readonly resourceId?: string; readonly at: Date | undefined }
  | { readonly kind: 'snapshot'; readonly snapshot: string; readonly madeAt: Date | undefined };

/** @returns in UTC @throws UsageError where it does not say which moment, wherever it is read */
export function momentOf(text: string, now: Date): Date {
  const at = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(at.getTime()))
    throw new UsageError(
      `--to is "${text}"; it takes a time with its zone.`,
      `Write it like ${now.toISOString().slice(0, 16)}:00Z, or like 2030-01-31T08:30:00-06:00.`,
    );
  if (at > now)
    throw new UsageError(`--to is ${at.toISOString()}, which is yet to come.`, 'Name a time that has been.');
  return at;
}

/**
 * @throws OperationError (2) for a time outside the window, or where there are no backups; both say what there is
 */
export async function momentSource(
  rds: RDS,
  { name, tier, account }: Environment,
  at: Date | undefined,
  signal: AbortSignal,
): Promise<Source> {
  const instance = instanceIdentifier(tier);
  const { DBInstanceAutomatedBackups: backups = [] } = await rds.describeDBInstanceAutomatedBackups(
    { DBInstanceIdentifier: instance },
    { abortSignal: signal },
  );
  // Of an instance that was deleted they are kept, too; whichever reaches furthest is the one that lived last.
  const latestOf = (backup: (typeof backups)[number]) => backup.RestoreWindow?.LatestTime?.getTime() ?? 0;
  const backup = backups.toSorted((one, other) => latestOf(other) - latestOf(one))[0];
  const { EarliestTime: earliest, LatestTime: latest } = backup?.RestoreWindow ?? {};
  if (!backup || !earliest || !latest)
    throw new OperationError(
      `There are no automatic backups of ${instance} in ${account.region}.`,
      await offer(rds, name, instance, signal),
      exitCode.usage,
    );
  if (at && (at < earliest || at > latest))
    throw new OperationError(
      `${at.toISOString()} is outside of what RDS can bring back of ${instance}: ${earliest.toISOString()} to ${latest.toISOString()}.`,
      at > latest
        ? 'The newest five minutes are not there yet; leave --to out for the latest moment there is.'
        : await offer(rds, name, instance, signal),
      exitCode.usage,
    );
  const isGone = backup.Status === 'retained';
  return { kind: 'moment', instance, at, ...(isGone && backup.DbiResourceId && { resourceId: backup.DbiResourceId }) };
}

/**
 * @throws OperationError (2) where there is none of that name, or it is not complete; (4) where it is of another tier:
 * what people have told production would be told to whoever tries things out
 */
export async function snapshotSource(
  rds: RDS,
  { name, tier, account }: Environment,
  snapshot: string,
  signal: AbortSignal,
): Promise<Source> {
  const identifier = instanceIdentifier(tier);
  const found = await rds
    .describeDBSnapshots({ DBSnapshotIdentifier: snapshot }, { abortSignal: signal })
    .then(({ DBSnapshots: [first] = [] }) => first)
    .catch((error: unknown) => {
      if (isNamed(error, /^(DBSnapshotNotFound|InvalidParameterValue)/)) return undefined;
      throw error;
    });
  if (!found)
    throw new OperationError(
      `There is no snapshot ${snapshot} in ${account.region}.`,
      await offer(rds, name, identifier, signal),
      exitCode.usage,
    );
  const { DBInstanceIdentifier: of = '', Status: status, SnapshotCreateTime: madeAt } = found;
  if (of !== identifier && !of.startsWith(`${identifier}-restored-`))
    throw new OperationError(
      `${snapshot} is of ${of || 'nobody named'}, not of ${identifier}: it would bring one tier's data into another.`,
      await offer(rds, name, identifier, signal),
      exitCode.stoppedByGuard,
    );
  if (status !== 'available')
    throw new OperationError(`${snapshot} is ${status}, not available.`, 'Wait until it is complete.', exitCode.usage);
  return { kind: 'snapshot', snapshot, madeAt };
}

/** The snapshots that there are, as commands. */
async function offer(rds: RDS, environment: string, instance: string, signal: AbortSignal): Promise<string> {
  const newest = (await snapshotsOf(rds, instance, signal)).filter(({ Status }) => Status === 'available').slice(0, 5);
  if (newest.length === 0) return `There are no snapshots of ${instance} either.`;
  return [
    'These snapshots can be restored:',
    ...newest.map(({ DBSnapshotIdentifier: name }) => `npm run restore -- ${environment} --snapshot ${name}`),
  ].join('\n');
}
