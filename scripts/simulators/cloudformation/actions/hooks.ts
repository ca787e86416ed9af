/** ListHookResults, GetHookResult: what an organisation's own rules have to say about a change set. */
import type {
  Change,
  GetHookResultInput,
  GetHookResultOutput,
  ListHookResultsInput,
  ListHookResultsOutput,
} from '@aws-sdk/client-cloudformation';
import { Fault, notSimulated } from '../fault.ts';
import { uuid } from '../identifiers.ts';
import { page } from '../page.ts';
import { type Account, type ChangeSet, changeSetOf, type HookResult } from '../state.ts';

export const hookName = 'Private::Guard::Rules';

/** The reason names the hook alone. */
export const hookFailed = `The following hook(s)/validation failed: [${hookName}]. To troubleshoot, use the ListHookResults API for detailed failure information.`;

/** @returns what the hook finds in what is added or changed */
export function hookResults(account: Account, { id }: ChangeSet, changes: readonly Change[]): readonly HookResult[] {
  const annotations = changes.flatMap(({ ResourceChange: change }) => {
    const { AfterContext = '{}', LogicalResourceId: logicalId = '', ResourceType: type = '' } = change ?? {};
    if (change?.Action !== 'Add' && change?.Action !== 'Modify') return [];
    const { Properties: properties = {} } = JSON.parse(AfterContext);
    return account.hooking({ logicalId, type, properties }) ?? [];
  });
  return annotations.length === 0 ? [] : [{ id: uuid('hook', id), at: account.clock.now(), annotations }];
}

export function listHookResults(account: Account, input: ListHookResultsInput): ListHookResultsOutput {
  if (input.TargetType !== 'CHANGE_SET') throw notSimulated('hooks of other targets than CHANGE_SET');
  const { hookResults: all } = changeSetOf(account, input.TargetId ?? '', undefined)[1];
  const { items, ...next } = page(account, all, input.NextToken, ({ id }) => id);
  return { TargetType: 'CHANGE_SET', TargetId: input.TargetId, HookResults: items.map(summary), ...next };
}

export function getHookResult(account: Account, input: GetHookResultInput): GetHookResultOutput {
  const changeSets = account.stacks.flatMap((stack) => stack.changeSets);
  const found = changeSets.flatMap((changeSet) => changeSet.hookResults).find(({ id }) => id === input.HookResultId);
  if (!found) throw new Fault('HookResultNotFound', `Hook result [${input.HookResultId}] does not exist`, 404);
  return {
    ...summary(found),
    Annotations: found.annotations.map(({ rule, message, remediation, link }) => ({
      AnnotationName: rule,
      Status: 'FAILED',
      StatusMessage: message,
      ...(remediation !== undefined && { RemediationMessage: remediation }),
      ...(link !== undefined && { RemediationLink: link }),
    })),
  };
}

const summary = ({ id, at }: HookResult) => ({
  HookResultId: id,
  TypeName: hookName,
  Status: 'HOOK_COMPLETE_FAILED' as const,
  FailureMode: 'FAIL' as const,
  InvocationPoint: 'PRE_PROVISION' as const,
  InvokedAt: at,
});
