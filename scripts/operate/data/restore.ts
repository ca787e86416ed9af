/**
 * Brings the database of a tier back as it was, into a new instance beside the live one. Nothing is ever restored over
 * a database: whether the new instance is right is looked at first, and taking it into use is a step of its own.
 */
import type { Environment } from '../../../environments/index.ts';
import { instanceIdentifier, jobsFunctionName } from '../../../generator/names.ts';
import type { RDS } from '../../aws/rds.ts';
import { DeployError } from '../../deploy/errors.ts';
import { invoke } from '../../deploy/invoke.ts';
import type { Session } from '../../deploy/session.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { dim, duration, green, red, yellow } from '../../terminal/style.ts';
import { OperationError } from '../errors.ts';
import { findInstance, isNamed, untilInstance } from './instance.ts';
import { type Placement, placementOf } from './placement.ts';
import { momentSource, type Source, snapshotSource } from './restore-source.ts';

export interface RestoreWanted {
  readonly to: Date | undefined;
  readonly snapshot: string | undefined;
  /** What the new instance is called; by default after the time. */
  readonly as: string | undefined;
  readonly now: Date;
}

export interface RestorePlan {
  readonly source: Source;
  /** The new instance's name. */
  readonly target: string;
  readonly request: RestoreRequest;
}

type RestoreRequest = ReturnType<typeof requestOf>;

export interface Restored {
  readonly instance: string;
  readonly endpoint: string;
  /** Whether the instance beside which it was made is still there. */
  readonly besideLive: boolean;
  /** Of the environment's own login, from where its functions sit; undefined where nobody could look. */
  readonly checks?: readonly Check[];
}

interface Check {
  readonly name: string;
  readonly outcome: 'well' | 'ill' | 'skipped';
  readonly found: string;
  readonly remedy?: string;
}

/** A restore of some hundred gigabytes takes hours; of ours, some minutes. */
const patienceMinutes = 180;

/** @throws OperationError, before anything is made */
export async function planRestore(session: Session, environment: Environment, wanted: RestoreWanted) {
  const rds = await session.rds();
  const target = wanted.as ?? defaultName(environment, wanted.now);
  await refuseLive(rds, environment, target, session.signal);
  const source =
    wanted.snapshot === undefined
      ? await momentSource(rds, environment, wanted.to, session.signal)
      : await snapshotSource(rds, environment, wanted.snapshot, session.signal);
  const placement = await placementOf(session, rds, environment);
  return { source, target, request: requestOf(environment, placement, source) } satisfies RestorePlan;
}

function defaultName({ tier }: Environment, now: Date): string {
  return `${instanceIdentifier(tier)}-restored-${now.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}`;
}

/** @throws OperationError (4) where the new instance would be one that is there */
async function refuseLive(rds: RDS, { tier }: Environment, target: string, signal: AbortSignal): Promise<void> {
  const live = instanceIdentifier(tier);
  const found = target === live || (await findInstance(rds, target, signal)) !== undefined;
  if (!found) return;
  throw new OperationError(
    target === live
      ? `${live} is the live database of ${tier.environments.join(' and ')}; nothing is restored over it.`
      : `There already is an instance ${target}; nothing is restored over it.`,
    target === live
      ? 'Leave --as out: the new instance gets a name of its own, and takes the place of this one in a step of its own.'
      : `Choose another name; if it was made by a restore that was interrupted, go on with it: --resume ${target}`,
    exitCode.stoppedByGuard,
  );
}

/** As `generator/resources/postgres.ts` would have it; RDS takes none of this over by itself. */
function requestOf({ tier }: Environment, { VpcSecurityGroupIds, ...placement }: Placement, source: Source) {
  const { database } = tier;
  const from = source.kind === 'snapshot' ? source.snapshot : source.instance;
  return {
    ...placement,
    VpcSecurityGroupIds: [...VpcSecurityGroupIds],
    DBInstanceClass: database.instanceClass,
    MultiAZ: database.multiAZ,
    PubliclyAccessible: false,
    StorageType: 'gp3',
    MaxAllocatedStorage: database.maxAllocatedStorageGB,
    AutoMinorVersionUpgrade: true,
    CopyTagsToSnapshot: true,
    EnableCloudwatchLogsExports: ['postgresql'],
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    // Nobody knows the master's password of then; RDS makes another one, and keeps it.
    ManageMasterUserPassword: true,
    // It can be thrown away again until it is taken into use.
    DeletionProtection: false,
    Tags: [
      { Key: 'Tier', Value: tier.name },
      { Key: 'RestoredFrom', Value: from.replace(/^rds:/, '') },
    ],
  };
}

export async function restore(session: Session, environment: Environment, plan: RestorePlan): Promise<Restored> {
  const rds = await session.rds();
  const { source, target, request } = plan;
  try {
    if (source.kind === 'snapshot') {
      await rds.restoreDBInstanceFromDBSnapshot(
        { DBInstanceIdentifier: target, DBSnapshotIdentifier: source.snapshot, ...request },
        { abortSignal: session.signal },
      );
    } else {
      const from =
        source.resourceId === undefined
          ? { SourceDBInstanceIdentifier: source.instance }
          : { SourceDbiResourceId: source.resourceId };
      await rds.restoreDBInstanceToPointInTime(
        {
          ...from,
          TargetDBInstanceIdentifier: target,
          ...(source.at ? { RestoreTime: source.at } : { UseLatestRestorableTime: true }),
          ...request,
        },
        { abortSignal: session.signal },
      );
    }
  } catch (error) {
    throw explained(error, target);
  }
  session.say(`  ${target} is being made`);
  return finish(session, environment, target);
}

/** Goes on with a restore that was interrupted. */
export async function resumeRestore(session: Session, environment: Environment, target: string): Promise<Restored> {
  if (await findInstance(await session.rds(), target, session.signal)) return finish(session, environment, target);
  throw new OperationError(
    `There is no instance ${target} to go on with.`,
    `npm run restore -- ${environment.name} begins a restore.`,
    exitCode.usage,
  );
}

async function finish(session: Session, environment: Environment, target: string): Promise<Restored> {
  const rds = await session.rds();
  const started = Date.now();
  const { Endpoint } = await untilInstance(rds, session, {
    identifier: target,
    status: 'available',
    minutes: patienceMinutes,
    goesOn: `${target} goes on without being watched: npm run restore -- ${environment.name} --resume ${target}`,
  });
  const endpoint = Endpoint?.Address ?? '';
  session.say(`  ${green('✓')} ${target} is available  ${dim(duration(Date.now() - started))}`);
  const checks = await look(session, environment, endpoint);
  const live = await findInstance(rds, instanceIdentifier(environment.tier), session.signal);
  return { instance: target, endpoint, besideLive: live !== undefined, ...(checks && { checks }) };
}

/** The environment's own login, tried from inside its network: nobody else gets there. */
async function look(session: Session, { name }: Environment, endpoint: string): Promise<readonly Check[] | undefined> {
  const jobs = jobsFunctionName(name);
  try {
    const { checks } = (await invoke(session, jobs, { job: 'doctor', databaseHost: endpoint })) as {
      readonly checks: readonly Check[];
    };
    for (const { name: what, outcome, found, remedy } of checks) {
      const sign = outcome === 'well' ? green('✓') : outcome === 'ill' ? red('✗') : yellow('-');
      session.say(`  ${sign} ${what}  ${dim(found)}${remedy === undefined ? '' : `\n      ${remedy}`}`);
    }
    return checks;
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    session.say(`  ${yellow('!')} Nobody could log in to it from ${jobs}: ${error.message}`);
    return undefined;
  }
}

function explained(error: unknown, target: string): unknown {
  if (isNamed(error, /^DBInstanceAlreadyExists/))
    return new OperationError(
      `There already is an instance ${target}.`,
      'Choose another name with --as.',
      exitCode.stoppedByGuard,
      error,
    );
  if (isNamed(error, /^(InstanceQuotaExceeded|StorageQuotaExceeded|InsufficientDBInstanceCapacity|InvalidRestore)/))
    return new OperationError(`RDS restores nothing: ${error.message}`, 'Nothing was made.', exitCode.failed, error);
  return error;
}
