/** How a stopped task has ended, and what helps where it ended badly. */
import type { Task } from '../aws/ecs.ts';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';
import { RunImportError } from './errors.ts';
import { container } from './place.ts';

export interface Ended {
  readonly taskArn: string;
  /** Of the container. */
  readonly status: number;
  /** The same, where it is one of ours; else `failed`. */
  readonly exitCode: ExitCode;
}

/** @throws RunImportError where the container never ran, ended without a status, or ran out of memory */
export function outcome({ taskArn = '', containers = [], stopCode, stoppedReason = '' }: Task): Ended {
  const found = containers.find(({ name }) => name === container);
  const reason = found?.reason ?? stoppedReason;
  // A container that never ran has no status; that is no success.
  if (found?.exitCode === undefined) {
    const what = stopCode === 'TaskFailedToStart' ? 'could not be started' : 'ended without a status';
    throw new RunImportError(`The import ${what}: ${reason || 'ECS does not say why'}`, hint(reason));
  }
  if (reason.startsWith('OutOfMemory'))
    throw new RunImportError(`The import ran out of memory: ${reason}`, hint(reason));
  const known = Object.values(exitCode).find((code) => code === found.exitCode);
  return { taskArn, status: found.exitCode, exitCode: known ?? exitCode.failed };
}

/** Beginnings of ECS's reasons, with what helps. */
function hint(reason: string): string {
  const hints: Readonly<Record<string, string>> = {
    CannotPullContainerError:
      'Check that the image of the release is in the repository, and that its subnets reach ECR.',
    ResourceInitializationError:
      'Check that the secret exists, that the execution role may read it, and the subnets’ routes.',
    OutOfMemory: 'Give the task more memory in environments/, or import fewer states at once.',
    'Timeout waiting for network interface': 'Try again; Fargate could not attach its network interface in time.',
  };
  const known = Object.entries(hints).find(([beginning]) => reason.startsWith(beginning));
  return known?.[1] ?? 'Its log, and the stopped task in the console of ECS (kept for an hour), say more.';
}
