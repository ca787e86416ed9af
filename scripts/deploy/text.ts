/** What preview and deploy say, as lines for a terminal. Pure. */
import { counts, resourceLines } from '../plan/text.ts';
import { bold, dim, duration, green, red, yellow } from '../terminal/style.ts';
import type { DeployedStack } from './deploy.ts';
import type { StackPreview } from './preview.ts';

export function heading(environment: string, region: string, endpoint: string): string {
  // Whoever thinks this is AWS, or that it is not, should see which it is.
  const where = /\.amazonaws\.com(\.cn)?$/.test(endpoint) ? '' : yellow(` · at ${endpoint}, which is not AWS`);
  return `${bold(environment)} · ${region}${where}`;
}

export function previewLines({ stack, stackName, outcome, changes, notes }: StackPreview): string {
  const noun = changes.length === 1 ? 'resource' : 'resources';
  const verdict = {
    create: green(`would create ${changes.length} ${noun}`),
    update: yellow(counts(changes) || 'only outputs or tags'),
    unchanged: dim('nothing to do'),
    blocked: red('cannot be deployed'),
  }[outcome];
  const lines = [`  ${bold(stack)}  ${verdict}  ${dim(stackName)}`];
  if (outcome === 'update' && changes.length > 0) lines.push(resourceLines(changes));
  return [...lines, ...notes.map((note) => `    ${note.replaceAll('\n', '\n    ')}`)].join('\n');
}

export function previewSummary(previews: readonly StackPreview[]): string {
  const pending = previews.filter(({ outcome }) => outcome === 'create' || outcome === 'update').length;
  const blocked = previews.filter(({ outcome }) => outcome === 'blocked').length;
  if (pending + blocked === 0) return `${green('✓')} Nothing to do in ${previews.length} ${stacks(previews.length)}.`;
  const rest = blocked > 0 ? `, ${blocked} cannot be deployed` : '';
  return `${pending} of ${previews.length} ${stacks(previews.length)} would change${rest}. Nothing was changed.`;
}

export function deploySummary(done: readonly DeployedStack[], milliseconds: number): string {
  const changed = done.filter(({ outcome }) => outcome !== 'unchanged').length;
  const what = changed === 0 ? 'nothing to do' : `${changed} deployed, ${done.length - changed} unchanged`;
  return `${green('✓')} ${done.length} ${stacks(done.length)}: ${what}  ${dim(duration(milliseconds))}`;
}

const stacks = (count: number) => (count === 1 ? 'stack' : 'stacks');
