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

const hookNames = { FAIL: 'Private::Guard::Rules', WARN: 'Private::Guard::Advice' } as const;

/** The reason names the hook alone. */
export const hookFailed = `The following hook(s)/validation failed: [${hookNames.FAIL}]. To troubleshoot, use the ListHookResults API for detailed failure information.`;

/** @returns what the hooks find in what is added or changed: one fails it, one warns */
export function hookResults(account: Account, { id }: ChangeSet, changes: readonly Change[]): readonly HookResult[] {
  const annotations = changes.flatMap(({ ResourceChange: change }) => {
    const { AfterContext = '{}', LogicalResourceId: logicalId = '', ResourceType: type = '' } = change ?? {};
    if (change?.Action !== 'Add' && change?.Action !== 'Modify') return [];
    const { Properties: properties = {} } = JSON.parse(AfterContext);
    return account.hooking({ logicalId, type, properties }) ?? [];
  });
  return (['FAIL', 'WARN'] as const).flatMap((mode) => {
    const own = annotations.filter(({ warns }) => (warns ? 'WARN' : 'FAIL') === mode);
    return own.length === 0 ? [] : [{ id: uuid(`hook ${mode}`, id), mode, at: account.clock.now(), annotations: own }];
  });
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

const summary = ({ id, at, mode }: HookResult) => ({
  HookResultId: id,
  TypeName: hookNames[mode],
  Status: 'HOOK_COMPLETE_FAILED' as const,
  FailureMode: mode,
  InvocationPoint: 'PRE_PROVISION' as const,
  InvokedAt: at,
});
