/** The database instance of a tier, as RDS knows it, and waiting for it. */
import type { Environment } from '../../../environments/index.ts';
import { instanceIdentifier } from '../../../generator/names.ts';
import type { DBInstance, RDS } from '../../aws/rds.ts';
import { patiently, type Session } from '../../deploy/session.ts';
import { type ExitCode, exitCode } from '../../terminal/exit-codes.ts';
import { progress } from '../../terminal/progress.ts';
import { OperationError } from '../errors.ts';

export type Waiting = Pick<Session, 'pauses' | 'signal'>;

/** @returns undefined where there is no such instance */
export async function findInstance(rds: RDS, identifier: string, signal: AbortSignal): Promise<DBInstance | undefined> {
  try {
    const { DBInstances = [] } = await rds.describeDBInstances(
      { DBInstanceIdentifier: identifier },
      { abortSignal: signal },
    );
    return DBInstances[0];
  } catch (error) {
    if (isNamed(error, /^DBInstanceNotFound/)) return undefined;
    throw error;
  }
}

/** @throws OperationError (2) where the tier has no instance of ours, or it is not deployed */
export async function instanceOf(rds: RDS, environment: Environment, signal: AbortSignal): Promise<DBInstance> {
  refuseDatabaseElsewhere(environment);
  const identifier = instanceIdentifier(environment.tier);
  const instance = await findInstance(rds, identifier, signal);
  if (instance) return instance;
  throw new OperationError(
    `There is no database instance ${identifier} in ${environment.account.region}.`,
    `npm run deploy -- ${environment.name} --stack database makes it; one that was lost comes back with npm run restore -- ${environment.name}. Whether these credentials are of its account, npm run doctor -- ${environment.name} says.`,
    exitCode.usage,
  );
}

/** @throws OperationError (2) */
export function refuseDatabaseElsewhere({ name, tier }: Environment): void {
  if (tier.database.mode === 'rds') return;
  throw new OperationError(
    `The database of ${name} is not ours: environments/tiers/${tier.name}.ts says "external".`,
    'Whoever runs that database backs it up, restores it, starts and stops it.',
    exitCode.usage,
  );
}

/** In these, RDS does whatever it is asked. */
const able = ['available', 'storage-optimization', 'storage-config-upgrade'];

/** @throws OperationError where RDS would refuse: stopped (2), busy (5), or a state that needs a person (7) */
export function refuseUnavailable(instance: DBInstance, environment: string): void {
  const { DBInstanceIdentifier: name, DBInstanceStatus: status = 'unknown' } = instance;
  if (able.includes(status)) return;
  const [remedy, code]: [string, ExitCode] = /^stopp/.test(status)
    ? [`Start it first: npm run database -- start ${environment}`, exitCode.usage]
    : isHopeless(status)
      ? ['Its events say why: aws rds describe-events --source-type db-instance --duration 1440', exitCode.needsHuman]
      : ['RDS is at work on it; try again in some minutes.', exitCode.busy];
  throw new OperationError(`${name} is ${status}, not available.`, remedy, code);
}

const isHopeless = (status: string) => /^(failed|incompatible-|inaccessible-|restore-error|storage-full)/.test(status);

export interface Awaited {
  /** `coalition-builder-production` */
  readonly identifier: string;
  readonly status: 'available' | 'stopped';
  readonly minutes: number;
  /** What is said of it when the person does not wait any longer. */
  readonly goesOn: string;
}

/** @throws OperationError (7) for a state from which there is no way there, (3) where it takes longer */
export async function untilInstance(
  rds: RDS,
  waiting: Waiting & { say(line: string): void },
  { identifier, status, minutes, goesOn }: Awaited,
): Promise<DBInstance> {
  const shown = progress(`    ${identifier}`, 0);
  const detach = () => waiting.say(goesOn);
  // It may be gone already: what was asked for before this goes on all the same.
  if (waiting.signal.aborted) detach();
  waiting.signal.addEventListener('abort', detach, { once: true });
  let last = '';
  try {
    for await (const _ of patiently(waiting, minutes * 60_000)) {
      const instance = await findInstance(rds, identifier, waiting.signal);
      last = instance?.DBInstanceStatus ?? 'not there yet';
      if (instance && last === status) return instance;
      if (isHopeless(last))
        throw new OperationError(
          `${identifier} is ${last}.`,
          `Its events say why: aws rds describe-events --source-type db-instance --source-identifier ${identifier}`,
          exitCode.needsHuman,
        );
      shown.at(0, last);
    }
  } finally {
    shown.end();
    waiting.signal.removeEventListener('abort', detach);
  }
  throw new OperationError(
    `${identifier} is still ${last} after ${minutes} minutes, not ${status}.`,
    goesOn,
    exitCode.partlyDone,
  );
}

export function isNamed(error: unknown, name: RegExp): error is Error {
  return error instanceof Error && name.test(error.name);
}
