/** Plans of all environments as one Markdown document, for a pull request or the summary of a run. Pure. */
import { stripVTControlCharacters } from 'node:util';
import { fitted, type Section } from './fit.ts';
import type { Change, Plan, StackPlan } from './plan.ts';
import { costLine, counts, fate, noteOf, sayDrift, sayUSD, signs } from './text.ts';
import { worst } from './verdict.ts';

export interface MarkdownOptions {
  /** Where the whole of it is to be read. */
  readonly run?: string | undefined;
  /** Characters; GitHub takes 65,536 of a comment, 1 MiB of a summary. */
  readonly budget?: number;
  /** Whether every stack is unfolded. */
  readonly open?: boolean;
}

/** Leaves room for the marker that tells a comment from others. */
export const commentBudget = 65_000;
export const summaryBudget = 1_000_000;

/** By environment; undefined where its preview failed. */
export type Plans = ReadonlyMap<string, Plan | undefined>;

export function renderMarkdown(plans: Plans, options: MarkdownOptions = {}): string {
  const sections = sectionsOf(plans, whatOf, options.open);
  const head = [headline(plans), dangers(sections), table(plans), unreadable(plans)];
  return fitted(head, sections, footerOf(plans, options.run), { budget: commentBudget, ...options });
}

function headline(plans: Plans): string {
  const changes = [...plans.values()].flatMap((plan) => plan?.stacks.flatMap((stack) => stack.changes) ?? []);
  const failed = [...plans.values()].some((plan) => !plan || plan.stacks.some(({ outcome }) => outcome === 'blocked'));
  const pending = [...plans.values()].some((plan) => plan?.stacks.some(({ outcome }) => outcome !== 'unchanged'));
  const offline = [...plans.values()].some((plan) => plan?.source === 'templates');
  const parts = [
    plural(plans.size, 'environment'),
    plural(changes.length, 'change'),
    ...(['blocked', 'dangerous'] as const).flatMap((verdict) => {
      const count = changes.filter((change) => change.verdict === verdict).length;
      return count > 0 ? [`${count} ${verdict}`] : [];
    }),
  ];
  const quiet = !failed && !pending ? '\n\nNothing would change.' : '';
  const caveat = offline ? '\n\nTemplates were compared, without asking AWS: what is replaced is a guess.' : '';
  return `### What a deploy would change: ${parts.join(', ')}${quiet}${caveat}`;
}

const maximumBullets = 30;

export function dangers(sections: readonly Section[]): string {
  const bullets = sections.flatMap((section) => section.dangers);
  if (bullets.length === 0) return '';
  const shown = bullets.slice(0, maximumBullets);
  const more = bullets.length > shown.length ? [`- and ${bullets.length - shown.length} more`] : [];
  return ['[!CAUTION]', ...shown, ...more].map((line) => `> ${line}`).join('\n');
}

function table(plans: Plans): string {
  const rows = [...plans].map(([name, plan]) => {
    if (!plan) return `| **${name}** | the preview failed | | | | | | |`;
    const changes = plan.stacks.flatMap((stack) => stack.changes);
    const count = (...actions: Change['action'][]) => changes.filter(({ action }) => actions.includes(action)).length;
    const stuck = plan.stacks.filter(({ outcome }) => outcome === 'blocked').map(({ stack }) => stack);
    const waiting = plan.stacks.filter(({ outcome }) => outcome === 'create' || outcome === 'update');
    const status =
      stuck.length > 0
        ? `cannot be deployed: ${stuck.join(', ')}`
        : waiting.length > 0
          ? waiting.map(({ stack }) => stack).join(', ')
          : 'nothing to do';
    const numbers = [
      count('add', 'import'),
      count('update', 'note', 'undecided', 'other'),
      count('replace', 'may replace'),
      count('remove'),
    ];
    return `| **${name}** | ${status} | ${numbers.join(' | ')} | ${monthly(plan)} | \`${plan.hash.slice(0, 12)}\` |`;
  });
  const head = '| environment | stacks | + | ~ | ± | - | a month | plan |';
  return [head, '|---|---|--:|--:|--:|--:|--:|---|', ...rows].join('\n');
}

/** Empty where nothing is priced: that is not the same as costing nothing. */
function monthly({ stacks }: Plan): string {
  const priced = stacks.flatMap(({ cost }) => cost ?? []);
  if (priced.length === 0) return '';
  const total = sayUSD(priced.reduce((sum, { monthlyUSD }) => sum + monthlyUSD, 0));
  return priced.some(({ unpriced }) => unpriced.length > 0) ? `${total} and more` : total;
}

export function unreadable(plans: Plans): string {
  const failed = [...plans].filter(([, plan]) => !plan).map(([name]) => name);
  return failed.length > 0 ? `No plan of ${failed.join(', ')} could be read; its preview failed.` : '';
}

/** Stacks that change alike in several environments are one section; most dangerous first, mere additions last. */
export function sectionsOf(plans: Plans, what: (stack: StackPlan) => string, open = false): readonly Section[] {
  const alike = new Map<
    string,
    { readonly stack: StackPlan; readonly environments: string[]; readonly tier: boolean }
  >();
  for (const [environment, plan] of plans) {
    for (const stack of plan?.stacks ?? []) {
      if (stack.outcome === 'unchanged' && stack.notes.length === 0) continue;
      const tier = !stack.stackName.includes(`-${environment}-`);
      const body = blocksOf(stack).flat().join('\n');
      const key = `${stack.stack}\n${tier ? stack.stackName : ''}\n${body.replaceAll(environment, '<environment>')}`;
      const group = alike.get(key);
      if (group) group.environments.push(environment);
      else alike.set(key, { stack, environments: [environment], tier });
    }
  }
  return [...alike.values()].map((group) => section(group, what(group.stack), open)).sort((a, b) => b.rank - a.rank);
}

function section(
  {
    stack,
    environments,
    tier,
  }: { readonly stack: StackPlan; readonly environments: readonly string[]; readonly tier: boolean },
  what: string,
  open: boolean,
): Section {
  const { changes, findings, outcome } = stack;
  const title = `${stack.stack} in ${environments.join(', ')}: ${what}`;
  const where = `${stack.stack} in ${environments.join(', ')}`;
  const same = environments.length > 1 && !tier ? `Shown as it is in ${environments[0]}.\n\n` : '';
  const verdict = worst(changes.map((change) => change.verdict));
  const isBad = outcome === 'blocked' || verdict === 'blocked' || verdict === 'dangerous';
  const unfolded = open || isBad ? ' open' : '';
  const onlyAdds = changes.every(({ action }) => action === 'add');
  return {
    title,
    before: `<details${unfolded}><summary><b>${stack.stack}</b> in ${environments.join(', ')}: ${what}</summary>\n\n${same}`,
    behind: '\n</details>',
    blocks: blocksOf(stack).map((lines) => lines.map(safe)),
    dangers: [
      ...changes.flatMap(({ verdict: own, logicalId, type, reasons, allowed }) =>
        own === 'blocked' || own === 'dangerous'
          ? [
              `- **${own}** ${code(logicalId)} (${code(type)}, ${where}): ${reasons.map(inline).join('; ')}${sayAllowed(own, allowed)}`,
            ]
          : [],
      ),
      ...findings.map(({ kind, logicalId, message }) => {
        const broader = kind === 'permission' ? 'broader permission' : 'wider network access';
        return `- **${broader}** ${code(logicalId)} (${where}): ${code(message)}`;
      }),
    ],
    rank: isBad ? 3 : findings.length > 0 ? 2 : onlyAdds ? 0 : 1,
  };
}

function whatOf({ outcome, changes }: StackPlan): string {
  if (outcome === 'blocked') return 'cannot be deployed';
  return outcome === 'unchanged' ? 'nothing to do' : counts(changes) || 'only outputs or tags';
}

function sayAllowed(verdict: string, allowed: Change['allowed']): string {
  if (allowed) return `; allowed until ${inline(allowed.until)}: ${inline(allowed.reason)}`;
  return verdict === 'blocked' ? '; `allowedChanges` in `environments/account.ts` would have to name it' : '';
}

/** Lines as GitHub colours a `diff`, by their first character; those of one change are one block. */
function blocksOf(stack: StackPlan): readonly (readonly string[])[] {
  const { changes, findings, notes } = stack;
  const cost = costLine(stack);
  return [
    ...changes.map(({ action, type, logicalId, old, values, verdict, reasons, release, drift, source, definedAt }) => {
      const grave = verdict === 'blocked' || verdict === 'dangerous';
      const mark = grave ? `  ${verdict.toUpperCase()}` : '';
      const head = `${signOf(action, grave)} ${action} ${type} ${logicalId}${old ? `  ${fate(action, old)}` : ''}${mark}${drift ? `  ${sayDrift[drift]}` : ''}${release ? ', another image' : ''}`;
      const below = release ? [] : values.flatMap(valueLines);
      return [
        head,
        ...below,
        ...reasons.map((reason) => `#   ${reason}`),
        ...(grave ? [...(definedAt ?? []), ...(source ? [source] : [])].map((place) => `#   ${place}`) : []),
      ];
    }),
    ...findings.map(({ logicalId, message }) => [`! ${logicalId}: ${message}`]),
    ...(cost ? [[`# ${cost}`]] : []),
    ...notes.map((note) => note.split('\n').map((line) => `# ${line}`)),
  ];
}

const signOf = (action: Change['action'], grave: boolean) => (grave ? '!' : signs[action]);

function valueLines(value: Change['values'][number]): readonly string[] {
  const { path, before, after } = value;
  const note = noteOf(value);
  const behind = note ? `  (${note})` : '';
  if (before === undefined && after === undefined) return [`    ${path}${behind}`];
  return [
    ...(before === undefined ? [] : [`-   ${path}: ${before}${after === undefined ? behind : ''}`]),
    ...(after === undefined ? [] : [`+   ${path}: ${after}${behind}`]),
  ];
}

/** In a table or a sentence, where neither a backtick nor a pipe may do anything. */
const code = (text: string) => `\`${safe(text).replaceAll('`', "'").replaceAll('|', '\\|').slice(0, 300)}\``;
/**
 * GitHub looks for people, issues and addresses in what Markdown has become, where an entity is its character again: a space
 * that has no width parts what it would link or call.
 */
const inline = (text: string) =>
  safe(text)
    .replace(/[\\`*_<>[\]|&]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[@#]|:(?=\/\/)|\bwww(?=\.)/gi, (found) => `${found}&#8203;`);

/** One line, without what colours terminals; a pull request may be public, the numbers of accounts need not be. */
function safe(text: string): string {
  return (
    stripVTControlCharacters(text)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
      .replace(/\b\d{12}\b/g, '************')
  );
}

function footerOf(plans: Plans, run: string | undefined): string {
  const commits = new Set([...plans.values()].flatMap((plan) => plan?.commit?.slice(0, 12) ?? []));
  const parts = [
    commits.size > 0 ? `Of ${[...commits].join(', ')}.` : '',
    'Nothing was changed; `npm run deploy -- <environment> --plan <file>` executes this and nothing else.',
    run ? `[The run](${run}) has each plan as JSON.` : '',
  ];
  return `<sub>${parts.filter(Boolean).join(' ')}</sub>`;
}

export const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
