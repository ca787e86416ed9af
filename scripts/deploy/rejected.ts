/** Why CloudFormation refuses a change set: the checks before a deployment have each their own event. */
import type { CompiledStack } from '../../generator/compile.ts';
import { factsOf } from '../plan/facts.ts';
import { DeployError } from './errors.ts';
import { adviceOn } from './heal/name-conflict.ts';
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
  const said = /hook/i.test(reason) ? await annotations(session, changeSetId) : [];
  lines.push(...said.map(({ what }) => `\n  ${what}`));
  const hint = hintFor([reason, ...lines].join('\n'));
  const conflicts = found
    .filter(({ ValidationName }) => ValidationName === 'NAME_CONFLICT_VALIDATION')
    .map(({ LogicalResourceId: logicalId = '', ResourceType: type = '', ValidationStatusReason: why = '' }) => {
      return { logicalId, type, reason: why };
    });
  return new DeployError(
    `CloudFormation refuses the change of ${stackName}: ${reason}${lines.join('')}`,
    [
      ...said.map(({ helps }) => helps),
      hint,
      ...adviceOn(session, conflicts, facts),
      `Correct generator/stacks/${stack}.ts or its environment, run \`npm run generate\`, and try again.`,
    ]
      .filter(Boolean)
      .join('\n'),
  );
}

/** What the hooks of the account or its organisation found, and what they say helps. */
async function annotations({ aws, signal }: Session, TargetId: string) {
  try {
    const found = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await aws.listHookResults(
        { TargetType: 'CHANGE_SET', TargetId, ...(token !== undefined && { NextToken: token }) },
        { abortSignal: signal },
      );
      for (const { HookResultId, TypeName, HookStatusReason, Status: end } of page.HookResults ?? []) {
        // Whoever found nothing wrong has nothing to say.
        if (end === 'HOOK_COMPLETE_SUCCEEDED') continue;
        const { Annotations = [] } = await aws.getHookResult({ HookResultId }, { abortSignal: signal });
        const failed = Annotations.filter(({ Status }) => Status === 'FAILED');
        if (failed.length === 0 && HookStatusReason)
          found.push({ what: `${TypeName}: ${HookStatusReason}`, helps: '' });
        for (const { AnnotationName, StatusMessage, RemediationMessage, RemediationLink } of failed) {
          found.push({
            what: `${TypeName}, ${AnnotationName}: ${StatusMessage ?? 'it does not say why'}`,
            helps: [RemediationMessage, RemediationLink].filter(Boolean).join(' '),
          });
        }
      }
      token = page.NextToken;
    }
    return found;
  } catch {
    // As below: the refusal is what matters.
    signal.throwIfAborted();
    return [];
  }
}

/** What would go wrong later, of a change set that can be executed all the same. */
export async function warnings(session: Session, changeSetId: string): Promise<readonly string[]> {
  const [found, hooks] = await Promise.all([validations(session, changeSetId), annotations(session, changeSetId)]);
  return [
    ...found.map(
      ({ LogicalResourceId, ValidationName, ValidationStatusReason }) =>
        `CloudFormation warns of ${LogicalResourceId}: ${ValidationStatusReason ?? ValidationName}`,
    ),
    ...hooks.map(({ what, helps }) => `A hook warns: ${[what, helps].filter(Boolean).join('\n')}`),
  ];
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
