/** Stopping and starting the database of a tier that is only tried out: a stopped instance costs its storage alone. */
import type { Environment } from '../../../environments/index.ts';
import { instanceIdentifier } from '../../../generator/names.ts';
import type { DBInstance, RDS } from '../../aws/rds.ts';
import type { Session } from '../../deploy/session.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';
import { instanceOf, isNamed, refuseUnavailable, untilInstance, type Waiting } from './instance.ts';

type Talk = Waiting & Pick<Session, 'say'>;

export interface DatabaseState {
  readonly instance: string;
  readonly status: string;
  readonly class: string;
  readonly endpoint: string | null;
  /** The other environments of the tier, which have the same one. */
  readonly sharedBy: readonly string[];
  /** When RDS starts it again by itself. */
  readonly startsAgain: string | null;
  /** What environments/tiers says about its nights. */
  readonly stopHours: { readonly start: string; readonly stop: string; readonly timeZone: string } | null;
}

export async function databaseState(rds: RDS, environment: Environment, signal: AbortSignal): Promise<DatabaseState> {
  return stateOf(environment, await instanceOf(rds, environment, signal));
}

function stateOf({ tier }: Environment, instance: DBInstance): DatabaseState {
  const { DBInstanceStatus, DBInstanceClass, Endpoint, AutomaticRestartTime } = instance;
  return {
    instance: instanceIdentifier(tier),
    status: DBInstanceStatus ?? 'unknown',
    class: DBInstanceClass ?? '',
    endpoint: Endpoint?.Address === undefined ? null : `${Endpoint.Address}:${Endpoint.Port ?? 5432}`,
    sharedBy: tier.environments,
    startsAgain: AutomaticRestartTime?.toISOString() ?? null,
    stopHours: tier.database.stopHours ?? null,
  };
}

/** @throws OperationError (4): what the public uses is not stopped by a word on a command line */
export function refuseProduction({ name, tier }: Environment): void {
  if (tier.name !== 'production') return;
  throw new OperationError(
    `${name} uses the database of the tier production, which is not stopped.`,
    'To save money there, choose another instanceClass in environments/tiers/production.ts.',
    exitCode.stoppedByGuard,
  );
}

/** What will not work while it is stopped, in sentences. */
export function consequences({ tier }: Environment): readonly string[] {
  const { stopHours } = tier.database;
  const all = tier.environments.join(' and ');
  return [
    `${tier.environments.length > 1 ? `${all} share this database` : `${all} uses this database`}: while it is stopped, their APIs answer 503, and deploys and imports fail.`,
    'Jobs fail each minute until it is started; mail and look-ups that wait are done then.',
    'RDS starts it again by itself after seven days, and its storage and backups cost what they did.',
    stopHours
      ? `environments/tiers/${tier.name}.ts has it started at ${stopHours.start} Monday to Friday (${stopHours.timeZone}), whoever stopped it.`
      : `To have it stopped every night, give environments/tiers/${tier.name}.ts database.stopHours.`,
  ];
}

export async function stopDatabase(rds: RDS, talk: Talk, environment: Environment): Promise<DatabaseState> {
  refuseProduction(environment);
  const instance = await instanceOf(rds, environment, talk.signal);
  const identifier = instanceIdentifier(environment.tier);
  if (instance.DBInstanceStatus === 'stopped') return stateOf(environment, instance);
  if (instance.DBInstanceStatus !== 'stopping') {
    refuseUnavailable(instance, environment.name);
    await rds.stopDBInstance({ DBInstanceIdentifier: identifier }, { abortSignal: talk.signal }).catch(takenAway);
  }
  const goesOn = `${identifier} goes on stopping: npm run database -- status ${environment.name}`;
  return stateOf(environment, await untilInstance(rds, talk, { identifier, status: 'stopped', minutes: 30, goesOn }));
}

export async function startDatabase(rds: RDS, talk: Talk, environment: Environment): Promise<DatabaseState> {
  const instance = await instanceOf(rds, environment, talk.signal);
  const identifier = instanceIdentifier(environment.tier);
  if (instance.DBInstanceStatus === 'stopped') {
    await rds.startDBInstance({ DBInstanceIdentifier: identifier }, { abortSignal: talk.signal }).catch(takenAway);
  } else if (instance.DBInstanceStatus === 'stopping') {
    throw new OperationError(`${identifier} is still stopping.`, 'Start it when it is stopped.', exitCode.busy);
  }
  const goesOn = `${identifier} goes on starting: npm run database -- status ${environment.name}`;
  return stateOf(environment, await untilInstance(rds, talk, { identifier, status: 'available', minutes: 30, goesOn }));
}

/** Somebody else was faster between our question and our order. */
function takenAway(error: unknown): never {
  if (!isNamed(error, /^InvalidDBInstanceState/)) throw error;
  throw new OperationError(
    `RDS refuses: ${error.message}`,
    'Somebody else is at work on it; see npm run database -- status.',
    exitCode.busy,
    error,
  );
}
