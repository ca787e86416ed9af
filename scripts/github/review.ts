/** Whether what would be deployed now is what was reviewed, and who has to say yes where it is not. Pure. */
import { compareStacks } from '../plan/compare.ts';
import type { Plan } from '../plan/plan.ts';

export type Review =
  /** Go on: it changes nothing, it is what was reviewed, or it was named by its hash. */
  | { readonly kind: 'nothing to do' | 'as reviewed' | 'approved by hash' }
  /** Somebody is asked: the reviewers of the environment, or, where it has none, whoever starts the workflow again. */
  | { readonly kind: 'to be reviewed'; readonly differences: readonly string[] };

export const shortHash = ({ hash }: Plan) => hash.slice(0, 12);

export function review(fresh: Plan, reviewed: Plan | undefined, approved: string): Review {
  if (fresh.stacks.every(({ outcome }) => outcome === 'unchanged')) return { kind: 'nothing to do' };
  if (reviewed && isIn(fresh, reviewed)) return { kind: 'as reviewed' };
  if (approved === fresh.hash || approved === shortHash(fresh)) return { kind: 'approved by hash' };
  return { kind: 'to be reviewed', differences: reviewed ? differences(reviewed, fresh) : [] };
}

/** Whether all that is to be deployed was reviewed, be it only one of the stacks that were. */
function isIn(fresh: Plan, reviewed: Plan): boolean {
  return (
    isOfOnePlace(fresh, reviewed) && fresh.stacks.every((stack) => of(reviewed, stack.stackName)?.hash === stack.hash)
  );
}

function differences(reviewed: Plan, fresh: Plan): readonly string[] {
  if (!isOfOnePlace(fresh, reviewed)) return ['It was made of another account, region or environment, or offline.'];
  return fresh.stacks.flatMap((stack) => {
    const was = of(reviewed, stack.stackName);
    if (!was) return [`${stack.stackName}: it was not reviewed`];
    return compareStacks(was, stack).map((line) => `${stack.stackName}: ${line}`);
  });
}

const isOfOnePlace = (one: Plan, other: Plan) =>
  (['environment', 'region', 'account', 'source'] as const).every((key) => one[key] === other[key]);

const of = ({ stacks }: Plan, name: string) => stacks.find(({ stackName }) => stackName === name);
