/** A database whose every statement is a subsegment of the request that waits for it. */
import type pg from 'pg';
import type { Trace } from '../telemetry/trace.ts';
import type { Database } from './database.ts';

export function traced(database: Database, trace: Trace): Database {
  const { pool } = database;
  const about = (statement: unknown) => ({ namespace: 'remote', operation: operationOf(statement) }) as const;

  const tracedClient = (client: pg.PoolClient): pg.PoolClient =>
    Object.create(client, {
      query: {
        value: (statement: string, values?: unknown[]) =>
          trace('postgresql', about(statement), () => client.query(statement, values)),
      },
      // Listeners count themselves on the object that they are added to, so it has to be the client itself.
      on: { value: client.on.bind(client) },
      off: { value: client.off.bind(client) },
    });

  return {
    ...database,
    pool: Object.create(pool, {
      query: {
        value: (statement: string, values?: unknown[]) =>
          trace('postgresql', about(statement), () => pool.query(statement, values)),
      },
      connect: {
        value: async () =>
          tracedClient(await trace('postgresql', { namespace: 'remote', operation: 'connect' }, () => pool.connect())),
      },
    }),
  };
}

/** A statement's name, or its verb: never its text, which may hold values. */
function operationOf(statement: unknown): string {
  const { name, text } =
    typeof statement === 'object' && statement !== null ? (statement as { name?: string; text?: string }) : {};
  return name ?? /^\s*(\w+)/.exec(text ?? String(statement))?.[1] ?? 'statement';
}
