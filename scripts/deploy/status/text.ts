/** A status as lines for a terminal. Pure. */
import { bold, columns, dim, green, printable, red, yellow } from '../../terminal/style.ts';
import type { EnvironmentStatus, StackStatus } from './status.ts';

/** @param said names of stacks that stand above already */
export function statusLines(
  { environment, stacks: all, versions, lastRelease, alarms, unknown }: EnvironmentStatus,
  said: ReadonlySet<string> = new Set(),
): string {
  const stacks = all.filter(({ stackName }) => !said.has(stackName));
  const shared = all.filter(({ stackName }) => said.has(stackName));
  const rows = stacks.map((stack) => [
    `  ${bold(stack.stack)}`,
    stateOf(stack),
    minute(stack.changedAt),
    notesOf(stack),
  ]);
  const problems = stacks.flatMap(({ problem }) =>
    problem
      ? [`  ${red('✗')} ${printable(problem.message)}`, `    ${printable(problem.remedy).replaceAll('\n', '\n    ')}`]
      : [],
  );
  return [
    columns(rows),
    ...(shared.length > 0 ? [dim(`  ${shared.map(({ stack }) => stack).join(', ')}: shared with what is above`)] : []),
    ...(versions ? [versionLine(versions, environment)] : []),
    ...(lastRelease ? [releaseLine(lastRelease)] : []),
    ...alarmLines(alarms),
    ...problems,
    ...unknown.map((what) => yellow(`  not known: ${printable(what)}`)),
  ].join('\n');
}

const words = { absent: 'not deployed', ready: '', running: '', stuck: '' };

function stateOf({ state, status = '' }: StackStatus): string {
  const paint = { absent: dim, ready: green, running: yellow, stuck: red }[state];
  return paint(words[state] || status);
}

function notesOf({ isProtected, drift, lastOperation, state }: StackStatus): string {
  const notes = [
    isProtected ? 'protected' : '',
    drift
      ? `${drift.status === 'IN_SYNC' ? 'no drift' : drift.status.toLowerCase()} at ${minute(drift.checkedAt)}`
      : '',
    state === 'running' && lastOperation?.id ? `operation ${lastOperation.id}` : '',
  ];
  return dim(notes.filter(Boolean).join(', '));
}

function versionLine(
  { live, intended, isAsMeant }: NonNullable<EnvironmentStatus['versions']>,
  environment: string,
): string {
  if (live === undefined) return yellow('  no version is live');
  if (live === intended) return `  version ${live} is live, as it was deployed`;
  if (isAsMeant) return `  version ${live} is live, as it was released last`;
  return yellow(
    `  version ${live} is live, and ${intended === undefined ? 'its stack says none' : `version ${intended} was deployed`}: npm run deploy -- ${environment} makes that live`,
  );
}

function releaseLine({ at, commit, by, outcome, rollbackTo }: NonNullable<EnvironmentStatus['lastRelease']>): string {
  const what = rollbackTo === undefined ? 'deploy' : 'rollback';
  const how = {
    live: '',
    failed: ' that failed',
    'rolled back': ' that did not answer',
    unreadable: ' that cannot be read here',
  }[outcome];
  const by_ = by === undefined ? '' : ` by ${printable(by)}`;
  return `  last ${what}${how} ${minute(at)}${commit === undefined ? '' : `, commit ${commit.slice(0, 12)}`}${by_}`;
}

function alarmLines(alarms: EnvironmentStatus['alarms']): readonly string[] {
  if (!alarms || alarms.watched === 0) return [];
  const { watched, goneOff } = alarms;
  if (goneOff.length === 0) return [`  none of ${watched} alarms has gone off`];
  return [
    red(`  ${goneOff.length} of ${watched} alarms ${goneOff.length === 1 ? 'has' : 'have'} gone off`),
    ...goneOff.flatMap(({ name, since, reason, description }) => [
      `    ${bold(name)} since ${minute(since)}: ${printable(reason)}`,
      dim(`      ${printable(description)}`),
    ]),
  ];
}

/** `2026-11-25 09:30 UTC` */
const minute = (at = '') => (at === '' ? '' : `${at.slice(0, 16).replace('T', ' ')} UTC`);
