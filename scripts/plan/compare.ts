/** What a stack's fresh changes have that its reviewed ones have not, and the other way round. Pure. */
import type { Change, StackPlan, ValueChange } from './plan.ts';
import { noteOf, signs } from './text.ts';

/** @returns lines, nothing where both mean the same */
export function compareStacks(reviewed: StackPlan, fresh: StackPlan): readonly string[] {
  if (reviewed.hash === fresh.hash) return [];
  if (reviewed.outcome === 'blocked') return ['Its changes could not be told when the plan was made.'];
  const [was, is] = [lines(reviewed), lines(fresh)];
  const found = [
    ...was.filter((line) => !is.includes(line)).map((line) => `reviewed, and not there now: ${line}`),
    ...is.filter((line) => !was.includes(line)).map((line) => `there now, and not reviewed: ${line}`),
  ];
  if (found.length > 0) return found;
  return reviewed.templateDigest === fresh.templateDigest
    ? ['The order or the causes of its changes are others.']
    : [`${fresh.template} is not the one that was reviewed.`];
}

function lines({ changes }: StackPlan): readonly string[] {
  return changes
    .filter(({ release }) => !release)
    .flatMap((change) => {
      const lasting = change.values.filter(({ release }) => !release);
      return lasting.length === 0 ? [head(change)] : lasting.map((value) => `${head(change)}: ${sayChange(value)}`);
    });
}

const head = ({ action, type, logicalId, old }: Change) =>
  `${signs[action]} ${action} ${type} ${logicalId}${old ? ` (the old one: ${old})` : ''}`;

function sayChange(value: ValueChange): string {
  const { path, before = '(none)', after = '(none)' } = value;
  return [`${path} ${before} → ${after}`, noteOf(value)].filter(Boolean).join(', ');
}
