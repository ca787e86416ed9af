/** Sessions of staff. The cookie holds a secret; the database holds its hash, and ends it when it says so. */
import type { Database } from '../database/database.ts';
import type { Staff } from './caller.ts';
import { sessionSeconds } from './cookies.ts';
import { permissionsOf, type Role } from './permissions.ts';
import { digest, isSealed, seal } from './sealed.ts';

type Client = Pick<Database['pool'], 'query'>;

const purpose = 'session';

/** @returns what the cookie holds */
export async function openSession(client: Client, secret: string, account: number): Promise<string> {
  const token = seal(secret, purpose);
  // Those that ended long ago go with the next login: no job of its own for a few rows.
  await client.query(`delete from session where expires_at < now() - interval '1 day'`);
  await client.query(
    `insert into session (token_hash, account, expires_at) values ($1, $2, now() + make_interval(secs => $3))`,
    [digest(token), account, sessionSeconds],
  );
  return token;
}

export async function findSession(
  { pool }: { readonly pool: Client },
  secret: string,
  token: string,
): Promise<Staff | undefined> {
  if (!isSealed(secret, purpose, token)) return undefined;
  const { rows } = await pool.query<{ id: number; email: string; name: string; role: Role }>({
    name: 'session',
    text: `select account.id, account.email, account.name, account.role
             from session join account on account.id = session.account
            where token_hash = $1 and expires_at > now() and account.active`,
    values: [digest(token)],
  });
  const account = rows[0];
  return account && staff(account, token);
}

export function staff(
  { id, email, name, role }: { id: number; email: string; name: string; role: Role },
  token: string,
): Staff {
  const session = digest(token).toString('base64url');
  return { kind: 'staff', account: id, email, name, role, permissions: permissionsOf(role), session };
}

export async function closeSession(client: Client, caller: Staff): Promise<void> {
  await client.query('delete from session where token_hash = $1', [Buffer.from(caller.session, 'base64url')]);
}

/** @param except the session that may stay open */
export async function closeAllSessions(client: Client, account: number, except?: Staff): Promise<void> {
  await client.query('delete from session where account = $1 and token_hash is distinct from $2', [
    account,
    except ? Buffer.from(except.session, 'base64url') : null,
  ]);
}
