import type pg from 'pg';
import type { Database } from './database.ts';

/**
 * Runs `work` in one transaction: all of it happens, or nothing.
 * The connection is thrown away where even the rollback fails, so that no later request inherits half a transaction.
 */
export async function transaction<T>(
  database: Pick<Database, 'pool'>,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  // A connection that ends says so as an event too, and one that nobody listens to ends the process.
  const lost = (error: Error) => {
    broken = error;
  };
  client.on('error', lost);
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.off('error', lost);
    client.release(broken);
  }
}
