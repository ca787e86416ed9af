/**
 * Which version of its tables an answer would be made of, for an ETag that costs one small row instead of the answer.
 *
 * Requests that arrive while a look-up is under way share the next one. They never share the one under way, which
 * may have read before they came: who changes something and asks again sees the change.
 */
import type { Database } from './database.ts';

export type Revisions = (tables: readonly string[]) => Promise<string>;

/** @param release changes with every deployment: another version may make another answer of the same rows */
export function revisions(database: Pick<Database, 'pool'>, release: string): Revisions {
  let running: Promise<ReadonlyMap<string, string>> | undefined;
  let next: Promise<ReadonlyMap<string, string>> | undefined;

  const look = (): Promise<ReadonlyMap<string, string>> => {
    if (running) {
      next ??= running
        .catch(() => {})
        .then(() => {
          next = undefined;
          return look();
        });
      return next;
    }
    running = lookUp(database).finally(() => {
      running = undefined;
    });
    return running;
  };

  return async (tables) => {
    const values = await look();
    return [release, ...tables.map((table) => values.get(table) ?? '')].join(' ');
  };
}

async function lookUp({ pool }: Pick<Database, 'pool'>): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ resource: string; value: string }>({
    name: 'revisions',
    text: 'select resource, value from revision',
  });
  return new Map(rows.map(({ resource, value }) => [resource, value]));
}
