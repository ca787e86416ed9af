/** Changes for a terminal: a glyph and a word for each, never colour alone. Pure. */
import { columns, cyan, dim, green, red, yellow } from '../terminal/style.ts';
import type { Action, ResourceChange } from './changes.ts';

const paints: Readonly<Record<Action, (text: string) => string>> = {
  add: green,
  import: green,
  update: yellow,
  'may replace': yellow,
  replace: red,
  remove: red,
  other: yellow,
};
const signs: Readonly<Record<Action, string>> = {
  add: '+',
  import: '<',
  update: '~',
  'may replace': '±',
  replace: '±',
  remove: '-',
  other: '?',
};

const words: Readonly<Record<Action, string>> = {
  add: 'to add',
  import: 'to import',
  update: 'to update',
  'may replace': 'may be replaced',
  replace: 'to replace',
  remove: 'to remove',
  other: 'to change otherwise',
};

/** `1 to remove, 2 to update, 13 to add`: most dangerous first. */
export function counts(changes: readonly ResourceChange[]): string {
  const byAction = Map.groupBy(changes, ({ action }) => action);
  return [...byAction].map(([action, { length }]) => `${length} ${words[action]}`).join(', ');
}

/** One line a resource. */
export function resourceLines(changes: readonly ResourceChange[]): string {
  return columns(
    changes.map(({ action, logicalId, type, properties, old }) => [
      `    ${paints[action](`${signs[action]} ${action}`)}`,
      cyan(type),
      logicalId,
      [properties.join(', '), fate(action, old)].filter(Boolean).join('  '),
    ]),
  );
}

function fate(action: Action, old: ResourceChange['old']): string {
  if (!old) return '';
  if (old === 'Delete') return red(action === 'remove' ? 'it is deleted' : 'the old one is deleted');
  return dim(old === 'Snapshot' ? 'a snapshot is kept' : action === 'remove' ? 'it is kept' : 'the old one is kept');
}
