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
  if (reviewed?.hash === fresh.hash) return { kind: 'as reviewed' };
  if (approved === fresh.hash || approved === shortHash(fresh)) return { kind: 'approved by hash' };
  return { kind: 'to be reviewed', differences: reviewed ? differences(reviewed, fresh) : [] };
}

function differences(reviewed: Plan, fresh: Plan): readonly string[] {
  const { stacks } = fresh;
  const of = (plan: Plan, name: string) => plan.stacks.find(({ stackName }) => stackName === name);
  const gone = reviewed.stacks.filter(({ stackName }) => !of(fresh, stackName));
  const lines = [
    ...stacks.flatMap((stack) => {
      const was = of(reviewed, stack.stackName);
      if (!was) return [`${stack.stackName}: it was not reviewed`];
      return compareStacks(was, stack).map((line) => `${stack.stackName}: ${line}`);
    }),
    ...gone.map(({ stackName }) => `${stackName}: it is no longer there`),
  ];
  return lines.length > 0 ? lines : ['It was made of another account, region or environment.'];
}
