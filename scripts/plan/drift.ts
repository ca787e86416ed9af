/** A Plan of drift in words: what somebody changed by hand, for a terminal and for an issue. Pure. */
import { bold, dim, green, red, yellow } from '../terminal/style.ts';
import { fitted } from './fit.ts';
import {
  commentBudget,
  dangers,
  type MarkdownOptions,
  type Plans,
  plural,
  sectionsOf,
  unreadable,
} from './markdown.ts';
import type { Change, Plan, StackPlan } from './plan.ts';
import { changeLines, sayDrift } from './text.ts';

/** Whether somebody else did it; the others only follow from those. */
export const isDrifted = ({ drift, action }: Change): boolean => drift !== undefined || action === 'note';

export const driftedIn = (plans: Iterable<Plan>): number =>
  new Set([...plans].flatMap(({ stacks }) => stacks.flatMap(namesOfDrifted))).size;

const namesOfDrifted = ({ stackName, changes }: StackPlan) =>
  changes.filter(isDrifted).map(({ logicalId }) => `${stackName} ${logicalId}`);

/** `2 changed by hand, 1 deleted by hand` */
function counted(changes: readonly Change[]): string {
  const kinds = Map.groupBy(changes.filter(isDrifted), ({ drift = 'modified' }) => drift);
  return [...kinds].map(([kind, { length }]) => `${length} ${sayDrift[kind]}`).join(', ');
}

function whatOf({ outcome, changes }: StackPlan): string {
  if (outcome === 'blocked') return 'cannot be looked at';
  return outcome === 'unchanged' ? 'as it was deployed' : counted(changes);
}

export function driftLines(plan: StackPlan): string {
  const { stack, stackName, outcome, changes, findings, notes } = plan;
  const paint = outcome === 'blocked' ? red : outcome === 'unchanged' ? dim : yellow;
  return [
    `  ${bold(stack)}  ${paint(whatOf(plan))}  ${dim(stackName)}`,
    ...(changes.length + findings.length > 0 ? [changeLines(plan)] : []),
    ...notes.map((note) => `    ${note.replaceAll('\n', '\n    ')}`),
  ].join('\n');
}

export function driftSummary(plans: readonly Plan[]): string {
  const stacks = new Set(plans.flatMap((plan) => plan.stacks.map(({ stackName }) => stackName))).size;
  const blind = plans.flatMap((plan) => plan.stacks).filter(({ outcome }) => outcome === 'blocked').length;
  const drifted = driftedIn(plans);
  const but = blind > 0 ? `, ${blind} cannot be looked at` : '';
  if (drifted === 0) return `${blind > 0 ? yellow('!') : green('✓')} No drift in ${plural(stacks, 'stack')}${but}.`;
  return `${yellow('!')} ${plural(drifted, 'resource')} of ${plural(stacks, 'stack')} drifted${but}. Nothing was changed.
  Left of each arrow is what is there, right of it what was deployed. Keep it, or take it back:
  npm run --silent drift -- <environment> --patch | git apply    writes it into environments/; then npm run generate, and deploy
  npm run drift -- <environment> --stack <stack> --revert`;
}

/** The body of an issue. @param plans by what they are of; undefined where it could not be looked at */
export function renderDrift(plans: Plans, options: MarkdownOptions = {}): string {
  const sections = sectionsOf(plans, whatOf, options.open);
  const known = [...plans.values()].filter((plan) => plan !== undefined);
  const drifted = driftedIn(known);
  const head =
    drifted > 0
      ? `### Drift: ${plural(drifted, 'resource')} changed by hand\n\nLines with \`-\` are what is there, lines with \`+\` what was deployed.`
      : '### No drift\n\nEverything is as it was deployed.';
  return fitted([head, dangers(sections), table(plans), unreadable(plans)], sections, footerOf(plans, options.run), {
    budget: commentBudget,
    ...options,
  });
}

function table(plans: Plans): string {
  const rows = [...plans].map(([name, plan]) => {
    if (!plan) return `| **${name}** | could not be looked at | | |`;
    const changes = plan.stacks.flatMap((stack) => stack.changes);
    const blind = plan.stacks.filter(({ outcome }) => outcome === 'blocked').map(({ stack }) => stack);
    const drifted = plan.stacks.filter(({ outcome }) => outcome === 'update').map(({ stack }) => stack);
    const status = [drifted.join(', '), blind.length > 0 ? `cannot be looked at: ${blind.join(', ')}` : ''].filter(
      Boolean,
    );
    const count = (kind: Change['drift']) => changes.filter(({ drift }) => drift === kind).length;
    return `| **${name}** | ${status.join('; ') || 'none'} | ${count('modified')} | ${count('deleted')} |`;
  });
  return ['| environment | stacks with drift | changed | deleted |', '|---|---|--:|--:|', ...rows].join('\n');
}

function footerOf(plans: Plans, run: string | undefined): string {
  const [name = '', ...others] = plans.keys();
  const parts = [
    `Nothing was changed. What is to stay is written into \`environments/\` by \`npm run --silent drift -- ${others.length === 0 ? name : '<environment>'} --patch | git apply\`, where it says it, and deployed; take back the rest: \`npm run drift -- ${others.length === 0 ? name : '<environment>'} --stack <stack> --revert\`.`,
    'What may stay as it is for a while: `ignoredDrift` in `environments/account.ts`.',
    run ? `[The run](${run}) has each plan as JSON.` : '',
  ];
  return `<sub>${parts.filter(Boolean).join(' ')}</sub>`;
}
