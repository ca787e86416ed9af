/** A deployment that failed: every cause that is one by itself, where it stands, what helps, and what comes next. */
import type { StackEvent } from '../aws/cloudformation.ts';
import { factsOf } from '../plan/facts.ts';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import { wayOut } from './heal/ways-out.ts';
import { hintFor } from './hints.ts';
import type { Deployable } from './release.ts';
import type { Session } from './session.ts';

/** What failed by itself; the others were only cancelled with it. */
export function isRootCause(
  event: Pick<StackEvent, 'ResourceStatus' | 'ResourceStatusReason' | 'PhysicalResourceId' | 'StackId'>,
): boolean {
  const { ResourceStatus, ResourceStatusReason = '', PhysicalResourceId, StackId } = event;
  const failed = ResourceStatus?.endsWith('_FAILED') === true;
  return failed && PhysicalResourceId !== StackId && !/cancelled/i.test(ResourceStatusReason);
}

export function failure(
  session: Pick<Session, 'name'>,
  { stackName, path, body, sources }: Deployable,
  status: string,
  failures: readonly StackEvent[],
): DeployError {
  const facts = factsOf(body);
  const causes = failures.map(({ LogicalResourceId: id = '', ResourceType, ResourceStatusReason }) => {
    const line = facts.get(id)?.line;
    const places = [...(sources?.get(id) ?? []), ...(line === undefined ? [] : [`templates/${path}:${line}`])];
    const where = places.map((place) => `\n    ${place}`).join('');
    return `\n  ${id} (${ResourceType}): ${ResourceStatusReason ?? 'no reason given'}${where}`;
  });
  const because = causes.length > 0 ? `, because of${causes.join('')}` : '.';
  const hints = new Set(failures.map(({ ResourceStatusReason = '' }) => hintFor(ResourceStatusReason)).filter(Boolean));
  const { what, code } = ends[status] ?? {
    what: (stack: string) => `${stack} stopped in ${status}`,
    code: exitCode.needsHuman,
  };
  const stack = { name: stackName, status, resources: failures.flatMap(({ LogicalResourceId: id }) => id ?? []) };
  return new DeployError(`${what(stackName)}${because}`, [...hints, wayOut(session, stack)].join('\n'), code);
}

const ends: Readonly<Record<string, { what: (stack: string) => string; code: ExitCode }>> = {
  UPDATE_ROLLBACK_COMPLETE: {
    what: (stack) => `The update of ${stack} failed and was rolled back`,
    code: exitCode.rolledBack,
  },
  DELETE_COMPLETE: {
    what: (stack) => `The creation of ${stack} failed, and what there was of it is deleted`,
    code: exitCode.rolledBack,
  },
  ROLLBACK_COMPLETE: {
    what: (stack) => `The creation of ${stack} failed and was rolled back`,
    code: exitCode.rolledBack,
  },
};
