/** A deployment that failed: every cause that is one by itself, where it stands, what helps, and what comes next. */
import type { StackEvent } from '../aws/cloudformation.ts';
import { factsOf } from '../plan/facts.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import { hintFor } from './hints.ts';
import type { Deployable } from './release.ts';

/** What failed by itself; the others were only cancelled with it. */
export function isRootCause(
  event: Pick<StackEvent, 'ResourceStatus' | 'ResourceStatusReason' | 'PhysicalResourceId' | 'StackId'>,
): boolean {
  const { ResourceStatus, ResourceStatusReason = '', PhysicalResourceId, StackId } = event;
  const failed = ResourceStatus?.endsWith('_FAILED') === true;
  return failed && PhysicalResourceId !== StackId && !/cancelled/i.test(ResourceStatusReason);
}

export function failure(
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
  const { what, next, code } = endOf(stackName, status);
  return new DeployError(`${what}${because}`, [...hints, next].join('\n'), code);
}

function endOf(stackName: string, status: string) {
  switch (status) {
    case 'UPDATE_ROLLBACK_COMPLETE':
      return {
        what: `The update of ${stackName} failed and was rolled back`,
        next: 'The stack is as it was before. Put right what failed, then deploy again.',
        code: exitCode.rolledBack,
      };
    case 'DELETE_COMPLETE':
      return {
        what: `The creation of ${stackName} failed, and what there was of it is deleted`,
        next: 'Put right what failed, then deploy again.',
        code: exitCode.rolledBack,
      };
    case 'ROLLBACK_COMPLETE':
      return {
        what: `The creation of ${stackName} failed and was rolled back`,
        next: `The empty stack has to go first: aws cloudformation delete-stack --stack-name ${stackName}`,
        code: exitCode.rolledBack,
      };
    default:
      return {
        what: `${stackName} stopped in ${status}`,
        next: `See its events: aws cloudformation describe-stack-events --stack-name ${stackName}`,
        code: exitCode.needsHuman,
      };
  }
}
