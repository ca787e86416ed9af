/** One import at a time and database: two that switch the same layer would undo each other. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '../../database/database.ts';
import { boundariesLock } from '../../regions/turn.ts';
import { ImportError } from './import-error.ts';

export interface TurnOptions {
  /** Wait until another import has ended, instead of giving up. */
  readonly wait?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` on the one connection that holds the lock. The lock belongs to the session: when the connection is lost,
 * the server gives the lock back and the work, which has no other connection, ends too.
 * @throws ImportError (exit code 5) while another import runs
 */
export async function withRunLock<T>(
  database: Pick<Database, 'pool'>,
  options: TurnOptions,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect();
  // Without a listener, the loss of a connection that is in use ends the process.
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await takeTurn(client, options);
    try {
      return await work(client);
    } finally {
      await client.query('select pg_advisory_unlock($1)', [boundariesLock]).catch((error: Error) => {
        broken ??= error;
      });
    }
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

async function takeTurn(client: pg.PoolClient, { wait = false, signal }: TurnOptions): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [boundariesLock]);
    if (rows[0]?.mine) return;
    if (!wait) {
      throw new ImportError(
        'Another import is running on this database.',
        'Wait until it has ended, then start again; --wait does so by itself.',
        5,
      );
    }
    await sleep(500, undefined, signal ? { signal } : {});
  }
}
