/**
 * Whether an earlier release works on a database that has a migration, as far as the migration's SQL tells. Migrations
 * are to add only; what a statement does is known of some forms, and taken for harmful of all others.
 */
import { readFile } from 'node:fs/promises';

const folder = new URL('../../../api/database/migrations/', import.meta.url);

/** Says of a migration why releases before it work all the same: a person has thought about it. */
const promise = /^--[ \t]*Releases before this one still work:[ \t]*\S/im;

export interface Judged {
  readonly name: string;
  /** Statements that an earlier release may stumble over, each shortened to a line; none where it only adds. */
  readonly doubts: readonly string[];
}

/** @param name `0018_endorsement_workflow`, with or without `.sql` */
export async function judge(name: string): Promise<Judged> {
  const file = name.endsWith('.sql') ? name : `${name}.sql`;
  if (!/^[\w.-]+$/.test(file)) return { name, doubts: ['has a name that no migration has'] };
  try {
    return { name, doubts: doubtsOf(await readFile(new URL(file, folder), 'utf8')) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { name, doubts: ['is not in this checkout, so that nothing is known of it'] };
  }
}

/** @returns what an earlier release may stumble over */
export function doubtsOf(sql: string): readonly string[] {
  if (promise.test(sql)) return [];
  const made = new Set<string>();
  return statementsOf(sql).flatMap((statement) => {
    const [, table] = /^create (?:unlogged )?table (?:if not exists )?([\w."]+)/.exec(statement) ?? [];
    if (table !== undefined) made.add(table);
    return onlyAdds(statement, made) ? [] : [statement.length > 90 ? `${statement.slice(0, 90)}…` : statement];
  });
}

/** Lower case, without comments, and with one space for any; the text of literals is kept out of it. */
function statementsOf(sql: string): readonly string[] {
  const plain = sql
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$/g, (token) =>
      token.startsWith('-') || token.startsWith('/') ? ' ' : "''",
    )
    .toLowerCase();
  return plain
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

const harmless: readonly RegExp[] = [
  /^(begin|commit|analyze|comment on|grant|select|set|reset)\b/,
  /^create (unlogged )?table\b/,
  /^create (sequence|type|domain|schema|extension|statistics|(materialized )?view)\b/,
  // Another body under the same name; PostgreSQL refuses another type of what it returns.
  /^create (or replace )?(function|procedure|view)\b/,
  /^create index\b/,
  /^drop index\b/,
  /^alter index\b.* set \(/,
  // What is there is filled in; nothing that a release wrote is taken away.
  /^(with .* )?(insert into|update)\b/,
];

function onlyAdds(statement: string, made: ReadonlySet<string>): boolean {
  if (harmless.some((form) => form.test(statement))) return !/\bdelete from\b/.test(statement);
  // Nothing of an earlier release knows a table that this very migration makes.
  const [, on] =
    /^create unique index (?:if not exists )?\S* ?on ([\w."]+)/.exec(statement) ??
    /^create (?:or replace )?(?:constraint )?trigger .*? on ([\w."]+)/.exec(statement) ??
    [];
  if (on !== undefined) return made.has(on);
  const [, table = '', actions] = /^alter table (?:if exists )?(?:only )?([\w."]+) (.*)$/.exec(statement) ?? [];
  if (actions === undefined) return false;
  return made.has(table) || parts(actions).every(widens);
}

/** At commas outside parentheses. */
function parts(actions: string): readonly string[] {
  let depth = 0;
  const found = [''];
  for (const sign of actions) {
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign === ',' && depth === 0) found.push('');
    else found[found.length - 1] += sign;
  }
  return found.map((part) => part.trim());
}

function widens(action: string): boolean {
  if (/^add constraint\b|^add (check|unique|primary|foreign|exclude)\b/.test(action)) return false;
  // A row that does not say it is refused where it must not be missing and nothing fills it in.
  if (/^add (column )?/.test(action)) {
    const isRefused = /\bnot null\b/.test(action) && !/\bdefault\b|\bgenerated\b/.test(action);
    return !isRefused && !/\b(unique|primary key)\b/.test(action);
  }
  return (
    /^set \(/.test(action) ||
    /^alter (column )?\S+ (set (storage|statistics|default|compression)|drop not null)\b/.test(action) ||
    /^drop constraint\b/.test(action)
  );
}
