/** What preview and deploy say, as lines for a terminal. Pure. */
import type { Plan, StackPlan } from '../plan/plan.ts';
import { changeLines, costLine, counts, sayUSD } from '../plan/text.ts';
import { bold, dim, duration, green, printable, red, yellow } from '../terminal/style.ts';
import type { DeployedStack } from './deploy.ts';

export function heading(environment: string, region: string, endpoint: string): string {
  // Whoever thinks this is AWS, or that it is not, should see which it is.
  const where = /\.amazonaws\.com(\.cn)?$/.test(endpoint) ? '' : yellow(` · at ${endpoint}, which is not AWS`);
  return `${bold(environment)} · ${region}${where}`;
}

export function previewLines(plan: StackPlan): string {
  const { stack, stackName, outcome, changes, notes, findings } = plan;
  const noun = changes.length === 1 ? 'resource' : 'resources';
  const verdict = {
    create: green(`would create ${changes.length} ${noun}`),
    update: yellow(counts(changes) || 'only outputs or tags'),
    unchanged: dim('nothing to do'),
    blocked: red('cannot be deployed'),
  }[outcome];
  const lines = [`  ${bold(stack)}  ${verdict}  ${dim(stackName)}`];
  if (outcome === 'update' && changes.length + findings.length > 0) lines.push(changeLines(plan));
  const cost = costLine(plan);
  if (cost) lines.push(dim(`    ${cost}`));
  return [...lines, ...notes.map((note) => `    ${note.replaceAll('\n', '\n    ')}`)].join('\n');
}

export function previewSummary({ stacks: plans, hash, source, base }: Plan): string {
  const pending = plans.filter(({ outcome }) => outcome === 'create' || outcome === 'update').length;
  const blocked = plans.filter(({ outcome }) => outcome === 'blocked').length;
  const changes = plans.flatMap((plan) => plan.changes);
  const danger = (['blocked', 'dangerous'] as const).flatMap((verdict) => {
    const count = changes.filter((change) => change.verdict === verdict).length;
    return count > 0 ? [`${count} ${verdict}`] : [];
  });
  const offline =
    source === 'templates'
      ? `\nTemplates were compared with ${base}, without asking AWS: what is replaced is a guess.`
      : '';
  const all = `${plans.length} ${stacks(plans.length)}`;
  if (pending + blocked === 0) return `${green('✓')} Nothing to do in ${all}.${offline}`;
  const priced = plans.flatMap(({ cost }) => cost ?? []);
  const monthly = priced.reduce((total, { monthlyUSD }) => total + monthlyUSD, 0);
  const rest = [
    danger.join(', '),
    blocked > 0 ? `${blocked} cannot be deployed` : '',
    priced.some(({ resources }) => resources.length > 0) ? `about ${sayUSD(monthly)} a month` : '',
  ].filter(Boolean);
  const verdict = `${pending} of ${all} would change${rest.map((part) => `, ${part}`).join('')}. Nothing was changed.`;
  return `${verdict} ${dim(`plan ${hash.slice(0, 12)}`)}${offline}`;
}

export function deploySummary(done: readonly DeployedStack[], milliseconds: number): string {
  const changed = done.filter(({ outcome }) => outcome !== 'unchanged').length;
  const what = changed === 0 ? 'nothing to do' : `${changed} deployed, ${done.length - changed} unchanged`;
  return `${green('✓')} ${done.length} ${stacks(done.length)}: ${what}  ${dim(duration(milliseconds))}`;
}

const stacks = (count: number) => (count === 1 ? 'stack' : 'stacks');

/** What went wrong with each of several, as a verb's error is printed; empty where nothing did. */
export function problems(ended: readonly { readonly message?: string; readonly remedy?: string }[]): string {
  return ended
    .filter(({ message }) => message !== undefined)
    .map(({ message = '', remedy = '' }) => {
      const advice = remedy ? `  ${printable(remedy).replaceAll('\n', '\n  ')}\n` : '';
      return `${red('✗', process.stderr)} ${printable(message)}\n${advice}`;
    })
    .join('');
}
