/** A Plan for a terminal: a glyph and a word for each change, never colour alone, and no line wider than it. Pure. */
import { stripVTControlCharacters } from 'node:util';
import { bold, columns, cyan, dim, green, red, width, yellow } from '../terminal/style.ts';
import type { Action, Change, Finding, StackPlan, ValueChange, Verdict } from './plan.ts';

const paints: Readonly<Record<Action, (text: string) => string>> = {
  add: green,
  import: green,
  update: yellow,
  'may replace': yellow,
  replace: red,
  remove: red,
  note: dim,
  undecided: yellow,
  other: yellow,
};
export const signs: Readonly<Record<Action, string>> = {
  add: '+',
  import: '<',
  update: '~',
  'may replace': '±',
  replace: '±',
  remove: '-',
  note: '=',
  undecided: '?',
  other: '?',
};

const words: Readonly<Record<Action, string>> = {
  add: 'to add',
  import: 'to import',
  update: 'to update',
  'may replace': 'may be replaced',
  replace: 'to replace',
  remove: 'to remove',
  note: 'to be noted as it is',
  undecided: 'to change, nobody knows how',
  other: 'to change otherwise',
};

const paintVerdict: Readonly<Record<Verdict, (text: string) => string>> = {
  safe: dim,
  notice: yellow,
  dangerous: red,
  blocked: (text) => red(bold(text)),
};

/** `1 to remove, 2 to update, 13 to add`: most dangerous first. */
export function counts(changes: readonly Pick<Change, 'action'>[]): string {
  const byAction = Map.groupBy(changes, ({ action }) => action);
  return [...byAction].map(([action, { length }]) => `${length} ${words[action]}`).join(', ');
}

/** Everything that changes of a stack, and why a change deserves a look; as lines without a heading. */
export function changeLines(
  { changes, findings }: Pick<StackPlan, 'changes' | 'findings'>,
  room: number = width(),
): string {
  const heads = columns(
    changes.map(({ action, logicalId, type, old, drift, verdict, release }) => [
      `    ${paints[action](`${signs[action]} ${action}`)}`,
      cyan(type),
      logicalId,
      [
        verdict === 'safe' || verdict === 'notice' ? '' : paintVerdict[verdict](verdict.toUpperCase()),
        release && action !== 'remove' ? dim('another image') : '',
        fate(action, old),
        drift ? yellow(sayDrift[drift]) : '',
      ]
        .filter(Boolean)
        .join('  '),
    ]),
  ).split('\n');
  const lines = changes.flatMap((change, index) => {
    return [heads[index] ?? '', ...below(change, room).map((line) => cut(line, room))];
  });
  return [...lines, ...findings.map((finding) => findingLine(finding, room))].join('\n');
}

function below(
  { values, reasons, allowed, verdict, source, definedAt, release }: Change,
  room: number,
): readonly string[] {
  const told = release ? [] : valueLines(values, room);
  const why = reasons.map((reason) => `        ${paintVerdict[verdict](reason)}`);
  const guard = allowed
    ? [`        allowed until ${allowed.until}: ${plain(allowed.reason)}`]
    : verdict === 'blocked'
      ? ['        blocked until allowedChanges in environments/account.ts names it']
      : [];
  const where = [...(definedAt ?? []), ...(source === undefined ? [] : [source])];
  const places = verdict === 'safe' || where.length === 0 ? [] : [dim(`        ${where.join('  ')}`)];
  return [...told, ...why, ...guard, ...places];
}

function valueLines(values: readonly ValueChange[], room: number): readonly string[] {
  const longest = Math.min(40, Math.max(0, ...values.map(({ path }) => path.length)));
  return values.flatMap((value) => {
    const { path, before, after } = value;
    const note = noteOf(value);
    const label = `        ${plain(path).padEnd(longest)}`;
    if (before === undefined && after === undefined) return [`${label}  ${note || 'changes'}`];
    const whole = [label, `${said(before)} → ${said(after)}`, note].filter(Boolean).join('  ');
    if (whole.length <= room)
      return [[label, `${said(before)} → ${green(said(after))}`, dim(note)].join('  ').trimEnd()];
    return [
      [label, dim(note)].join('  ').trimEnd(),
      ...(before === undefined ? [] : [`          ${red('-')} ${said(before)}`]),
      ...(after === undefined ? [] : [`          ${green('+')} ${said(after)}`]),
    ];
  });
}

/** What somebody else did. */
export const sayDrift = { modified: 'changed by hand', deleted: 'deleted by hand' } as const;

/** What makes of a changed value more than that, in words. */
export function noteOf({ recreates, because, unknown, secret, before, after, deployed }: ValueChange): string {
  return [
    deployed === undefined ? '' : `${before === after ? 'stays so, ' : ''}deployed as ${said(deployed)}`,
    recreates === 'always' ? 'needs a new resource' : recreates === 'perhaps' ? 'may need a new resource' : '',
    secret ? 'changed' : '',
    unknown && before === undefined && after === undefined ? 'may change' : '',
    because === undefined ? '' : `because of ${because}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** `about +$12.41 a month: Database +$12.41`; empty where it costs the same. */
export function costLine({ cost }: Pick<StackPlan, 'cost'>): string {
  if (!cost) return '';
  const { monthlyUSD, resources, unpriced } = cost;
  const unknown = unpriced.length > 0 ? `not priced: ${unpriced.map(({ logicalId }) => logicalId).join(', ')}` : '';
  if (resources.length === 0) return unknown;
  const largest = resources.toSorted((a, b) => Math.abs(b.monthlyUSD) - Math.abs(a.monthlyUSD));
  const named = largest.slice(0, 3).map((each) => `${each.logicalId} ${sayUSD(each.monthlyUSD)}`);
  const more = largest.length > named.length ? `, and ${largest.length - named.length} more` : '';
  return [`about ${sayUSD(monthlyUSD)} a month: ${named.join(', ')}${more}`, unknown].filter(Boolean).join('; ');
}

export const sayUSD = (usd: number): string =>
  `${usd < 0 ? '−' : '+'}$${Math.abs(usd).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

export function findingLine({ kind, logicalId, message }: Finding, room: number): string {
  const what = kind === 'permission' ? 'broader permission' : 'wider network access';
  return cut(`    ${yellow('!')} ${what}: ${logicalId}: ${plain(message)}`, room);
}

const said = (value: string | undefined) => (value === undefined ? '(none)' : value === '' ? "''" : plain(value));

/** Others wrote the values: what would move the cursor or colour the rest is taken out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const plain = (text: string) => stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f]+/g, ' ');

function cut(line: string, room: number): string {
  const visible = stripVTControlCharacters(line);
  return visible.length <= room ? line : `${visible.slice(0, room - 1)}…`;
}

export function fate(action: Action, old: Change['old'] | undefined): string {
  if (!old) return '';
  if (old === 'Delete') return red(action === 'remove' ? 'it is deleted' : 'the old one is deleted');
  return dim(old === 'Snapshot' ? 'a snapshot is kept' : action === 'remove' ? 'it is kept' : 'the old one is kept');
}
