/** A stack's Plan, from what CloudFormation describes or from templates alone. Pure. */
import { createHash } from 'node:crypto';
import { fromChangeSet, fromTemplate, type Read } from './changes.ts';
import type { DescribedChange } from './described.ts';
import { factsOf } from './facts.ts';
import { findingsOf } from './findings.ts';
import { type CostDelta, type StackPlan, stackPlan } from './plan.ts';
import { byDanger, type Circumstances, judge } from './verdict.ts';

export interface StackToPlan {
  readonly stack: string;
  readonly stackName: string;
  /** Relative to `templates/`. */
  readonly path: string;
  /** With the release that it is to be deployed with. */
  readonly body: string;
  /** With the placeholder release, as it is committed. */
  readonly committed: string;
  /** Where each resource is written, by its logical id. */
  readonly sources?: ReadonlyMap<string, readonly string[]> | undefined;
}

export type Finds =
  | { readonly outcome: 'create' }
  | { readonly outcome: 'update'; readonly changes: readonly DescribedChange[] }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'blocked'; readonly exitCode: number };

export function planStack(
  stack: StackToPlan,
  found: Finds,
  notes: readonly string[],
  circumstances: Omit<Circumstances, 'stackName'>,
  cost?: CostDelta,
): StackPlan {
  const facts = factsOf(stack.body);
  const template = `templates/${stack.path}`;
  const around = { ...circumstances, stackName: stack.stackName };
  const read: readonly Read[] =
    found.outcome === 'create'
      ? fromTemplate(facts)
      : found.outcome === 'update'
        ? fromChangeSet(found.changes, facts)
        : [];
  return stackPlan({
    stack: stack.stack,
    stackName: stack.stackName,
    template,
    templateDigest: createHash('sha256').update(stack.committed).digest('hex'),
    outcome: found.outcome,
    ...(found.outcome === 'blocked' && { exitCode: found.exitCode }),
    changes: byDanger(
      read.map((change) => {
        const line = facts.get(change.logicalId)?.line;
        const definedAt = stack.sources?.get(change.logicalId);
        const where = { ...(line !== undefined && { source: `${template}:${line}` }), ...(definedAt && { definedAt }) };
        return judge({ ...change, ...where }, around);
      }),
    ),
    findings: found.outcome === 'update' ? findingsOf(found.changes) : [],
    ...(cost && { cost }),
    notes,
  });
}
