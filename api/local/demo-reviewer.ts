/** Somebody who may sign in at the desk of a demonstration: nobody should need a second terminal to look at it. */
import { createHmac } from 'node:crypto';
import { addAccount } from '../access/accounts.ts';
import type { Database } from '../database/database.ts';

export interface DemoReviewer {
  readonly email: string;
  readonly password: string;
}

/**
 * @param secret of this machine, which the password follows from: the same one at each start, and another one elsewhere
 * @returns who that is; undefined where staff has been added by other means
 */
export async function demoReviewer(
  { pool }: Pick<Database, 'pool'>,
  secret: string,
): Promise<DemoReviewer | undefined> {
  const email = 'desk@example.org';
  const password = createHmac('sha256', secret).update('demo reviewer').digest('base64url').slice(0, 16);
  const { rows } = await pool.query<{ email: string }>('select email from account');
  if (rows.length === 0) await addAccount(pool, { email, password, name: 'Demo Reviewer', role: 'administrator' });
  else if (!rows.some((account) => account.email === email)) return undefined;
  return { email, password };
}
