/** How an environment is: each of its stacks, what is live, what was released last, which alarms have gone off. */
import { functionName } from '../../../generator/names.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import { AwsError } from '../../aws/errors.ts';
import { type ExitCode, exitCode } from '../../terminal/exit-codes.ts';
import { DeployError } from '../errors.ts';
import { fewAtOnce } from '../few-at-once.ts';
import { intendedVersion, liveVersion } from '../live-version.ts';
import { type ListedRelease, listReleases } from '../releases/list.ts';
import type { Session } from '../session.ts';
import { describe, stackState } from '../stack-state.ts';
import type { Target } from '../stacks.ts';
import { requireAccount } from '../whereabouts.ts';
import { alarmsIn, type GoneOff } from './alarms.ts';

export interface StackStatus {
  readonly stack: string;
  readonly stackName: string;
  readonly state: 'absent' | 'ready' | 'running' | 'stuck';
  /** CloudFormation's own word: `UPDATE_COMPLETE`. */
  readonly status?: string;
  readonly reason?: string;
  /** ISO 8601: when it was changed last. */
  readonly changedAt?: string;
  readonly lastOperation?: { readonly id?: string; readonly type?: string };
  readonly isProtected: boolean;
  readonly drift?: { readonly status: string; readonly checkedAt?: string };
  /** What is wrong, and the way out. */
  readonly problem?: { readonly message: string; readonly remedy: string };
}

export interface EnvironmentStatus {
  /** `account` stands for what there is once. */
  readonly environment: string;
  readonly region: string;
  readonly account?: string;
  readonly stacks: readonly StackStatus[];
  /** Of the API's function: where its alias points, and where its stack's template does. */
  readonly versions?: { readonly live?: string; readonly intended?: string; readonly isAsMeant: boolean };
  readonly lastRelease?: ListedRelease;
  readonly alarms?: { readonly watched: number; readonly goneOff: readonly GoneOff[] };
  /** What could not be asked, and why. */
  readonly unknown: readonly string[];
}

/** What one may not ask is said, and hides nothing else. */
export async function statusOf(session: Session, target: Target): Promise<EnvironmentStatus> {
  const { name, environment, region, stacks: compiled } = target;
  await requireAccount(session, environment);
  const unknown: string[] = [];
  const asked = async <T>(what: string, question: Promise<T>): Promise<T | undefined> => {
    try {
      return await question;
    } catch (error) {
      // Without a bucket there is nothing to be told of.
      if (error instanceof DeployError && error.exitCode === exitCode.usage) return undefined;
      if (!(error instanceof AwsError && error.exitCode === exitCode.failed)) throw error;
      unknown.push(`${what}: ${error.message}`);
      return undefined;
    }
  };
  const found: { readonly status: StackStatus; readonly stack?: Stack }[] = [];
  for await (const each of fewAtOnce(session, compiled, ({ stack, stackName }) => look(session, stack, stackName)))
    found.push(each);
  const stacks = found.map(({ status }) => status);
  const account = found.flatMap(({ stack }) => stack?.StackId?.split(':')[4] ?? [])[0];
  const around = { environment: name, region, ...(account !== undefined && { account }), stacks };
  const idOf = (wanted: string) => found.find(({ status }) => status.stack === wanted)?.stack?.StackId;
  const [api, monitoring] = [idOf('api'), idOf('monitoring')];
  if (name === 'account') return { ...around, unknown };
  const [live, intended, listed, alarms] = await Promise.all([
    api ? asked('the live version', liveVersion(session, functionName(environment.name))) : undefined,
    api ? asked('the intended version', intendedVersion(session, api)) : undefined,
    asked('the last release', listReleases(session, environment, 1)),
    monitoring ? asked('alarms', alarmsIn(session, monitoring)) : undefined,
  ]);
  const [lastRelease] = listed?.releases ?? [];
  return {
    ...around,
    ...(api && {
      versions: {
        ...(live && { live: live.version }),
        ...(intended && { intended }),
        isAsMeant: live !== undefined && (live.version === intended || isReleasedLast(live.version, lastRelease)),
      },
    }),
    ...(lastRelease && { lastRelease }),
    ...(alarms && { alarms }),
    unknown,
  };
}

/** A rotated secret makes another version of the same release; a rollback is meant to be taken back some time. */
const isReleasedLast = (live: string, last: ListedRelease | undefined) =>
  last?.outcome === 'live' && last.version === live && last.rollbackTo === undefined;

async function look(session: Session, stack: string, stackName: string) {
  const found = await describe(session, stackName);
  const absent = { stack, stackName, state: 'absent', isProtected: false } as const;
  if (!found || found.StackStatus === 'DELETE_COMPLETE') return { status: absent };
  const { StackStatus: status = '', StackStatusReason: reason, DriftInformation: drift, LastOperations } = found;
  const [operation] = LastOperations ?? [];
  const changedAt = found.DeletionTime ?? found.LastUpdatedTime ?? found.CreationTime;
  const common = {
    stack,
    stackName,
    status,
    ...(reason !== undefined && { reason }),
    ...(changedAt && { changedAt: changedAt.toISOString() }),
    ...(operation && {
      lastOperation: {
        ...(operation.OperationId !== undefined && { id: operation.OperationId }),
        ...(operation.OperationType !== undefined && { type: operation.OperationType }),
      },
    }),
    isProtected: found.EnableTerminationProtection ?? false,
    ...(drift?.StackDriftStatus &&
      drift.StackDriftStatus !== 'NOT_CHECKED' && {
        drift: {
          status: drift.StackDriftStatus,
          ...(drift.LastCheckTimestamp && { checkedAt: drift.LastCheckTimestamp.toISOString() }),
        },
      }),
  };
  // A name that a change set made, and nothing else.
  if (status === 'REVIEW_IN_PROGRESS') return { status: { ...common, state: 'absent' } as const };
  const problem = await problemOf(session, stackName);
  const state = problem === undefined ? 'ready' : problem.exitCode === exitCode.busy ? 'running' : 'stuck';
  return {
    stack: found,
    status: {
      ...common,
      state,
      ...(problem && { problem: { message: problem.message, remedy: problem.remedy } }),
    } as const,
  };
}

/** As whoever deploys now would be told. */
async function problemOf(session: Session, stackName: string): Promise<DeployError | undefined> {
  try {
    await stackState(session, stackName);
    return undefined;
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
}

/** For `--exit-code`: what needs a person comes before what is running, and that before what a deploy would change. */
export function codeOf(all: readonly EnvironmentStatus[]): ExitCode {
  const has = (state: StackStatus['state']) => all.some(({ stacks }) => stacks.some((stack) => stack.state === state));
  if (has('stuck') || all.some(({ alarms }) => alarms && alarms.goneOff.length > 0)) return exitCode.needsHuman;
  if (has('running')) return exitCode.busy;
  const isElsewhere = all.some(({ versions }) => versions?.isAsMeant === false);
  return has('absent') || isElsewhere ? exitCode.changesPending : exitCode.done;
}
