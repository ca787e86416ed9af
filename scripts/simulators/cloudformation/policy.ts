/** What a stack policy keeps an update from doing to a resource. Statements are read as far as ours go. */
import type { Resource, Stack } from './state.ts';

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: { readonly StringEquals?: { readonly ResourceType?: string | readonly string[] } };
}

/** @returns CloudFormation's reason, undefined where it is allowed */
export function refusedByPolicy(
  { policy }: Stack,
  { logicalId, type }: Resource,
  action: 'Update:Modify' | 'Update:Replace' | 'Update:Delete',
): string | undefined {
  if (policy === undefined) return undefined;
  const { Statement = [] } = JSON.parse(policy) as { readonly Statement?: readonly Statement[] };
  const matches = ({ Action, Resource, Condition }: Statement) =>
    list(Action).some((name) => name === '*' || name === 'Update:*' || name === action) &&
    list(Resource).some((name) => name === '*' || name === `LogicalResourceId/${logicalId}`) &&
    (Condition?.StringEquals?.ResourceType === undefined || list(Condition.StringEquals.ResourceType).includes(type));
  const denied = Statement.findIndex((statement) => statement.Effect === 'Deny' && matches(statement));
  if (denied >= 0) return `Action denied by stack policy: Statement [#${denied + 1}] does not allow [${action}]`;
  const allowed = Statement.some((statement) => statement.Effect === 'Allow' && matches(statement));
  return allowed ? undefined : `Action not allowed by stack policy: no statement allows [${action}]`;
}

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;
