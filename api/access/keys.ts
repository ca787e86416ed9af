/** API keys: for programs. Shown once, kept as a hash, limited to scopes, revocable, gone with the account that made them. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import type { Key } from './caller.ts';
import { type Permission, permissionsOf, type Role } from './permissions.ts';
import { digest } from './sealed.ts';

type Client = Pick<Database['pool'], 'query'>;

/** Begins like this so that a scanner for leaked secrets can tell it. */
const prefix = 'coalition_';

export function newKey(): { readonly secret: string; readonly hash: Buffer } {
  const secret = prefix + randomBytes(32).toString('base64url');
  return { secret, hash: digest(secret) };
}

/** @returns what the key may: its scopes, as far as who made it still may them */
export async function findKey({ pool }: { readonly pool: Client }, secret: string): Promise<Key | undefined> {
  if (!secret.startsWith(prefix)) return undefined;
  const { rows } = await pool.query<{ id: number; name: string; scopes: Permission[]; account: number; role: Role }>({
    name: 'api-key',
    text: `select api_key.id, api_key.name, api_key.scopes, account.id as account, account.role
             from api_key join account on account.id = api_key.account
            where secret_hash = $1 and revoked_at is null and account.active
              and (expires_at is null or expires_at > now())`,
    values: [digest(secret)],
  });
  const row = rows[0];
  if (!row) return undefined;
  // Once an hour is enough to tell a key that is used from one that is not.
  await pool.query({
    name: 'api-key-used',
    text: `update api_key set last_used_at = now()
            where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 hour')`,
    values: [row.id],
  });
  const { id: key, name, account, role, scopes } = row;
  const may = permissionsOf(role);
  return { kind: 'key', key, name, account, permissions: scopes.filter((scope) => may.includes(scope)) };
}
