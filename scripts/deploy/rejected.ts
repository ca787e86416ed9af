/** Why CloudFormation refuses a change set: the checks before a deployment have each their own event. */
import type { CompiledStack } from '../../generator/compile.ts';
import { factsOf } from '../plan/facts.ts';
import { DeployError } from './errors.ts';
import { hintFor } from './hints.ts';
import type { Session } from './session.ts';

/** @param reason of the change set; with early validation it names only the kind of check */
export async function rejected(
  session: Session,
  changeSetId: string,
  compiled: CompiledStack,
  reason = 'it gives no reason',
): Promise<DeployError> {
  const { stackName, stack, path, body, sources } = compiled;
  const facts = factsOf(body);
  const found = reason.includes('AWS::EarlyValidation') ? await validations(session, changeSetId) : [];
  const lines = found.map(({ LogicalResourceId: id = '', ValidationPath, ValidationName, ValidationStatusReason }) => {
    const line = facts.get(id)?.line;
    const places = [...(sources?.get(id) ?? []), ...(line === undefined ? [] : [`templates/${path}:${line}`])];
    const where = places.map((place) => ` ${place}`).join('');
    return `\n  ${id}${where}${ValidationPath ? ` ${ValidationPath}` : ''}: ${ValidationStatusReason ?? ValidationName}`;
  });
  const hint = hintFor([reason, ...lines].join('\n'));
  return new DeployError(
    `CloudFormation refuses the change of ${stackName}: ${reason}${lines.join('')}`,
    [hint, `Correct generator/stacks/${stack}.ts or its environment, run \`npm run generate\`, and try again.`]
      .filter(Boolean)
      .join('\n'),
  );
}

async function validations({ aws, signal }: Session, ChangeSetName: string) {
  try {
    const found = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await aws.describeEvents(
        { ChangeSetName, Filters: { FailedEvents: true }, ...(token !== undefined && { NextToken: token }) },
        { abortSignal: signal },
      );
      found.push(...(page.OperationEvents ?? []).filter(({ EventType }) => EventType === 'VALIDATION_ERROR'));
      token = page.NextToken;
    }
    return found;
  } catch {
    // Whoever may not ask for events is told the reason alone; it is the refusal that matters.
    signal.throwIfAborted();
    return [];
  }
}
