/** Accounts of staff, whoever makes them: an administrator through the API, or `npm run staff`. */
import * as z from 'zod/mini';
import type { Database } from '../database/database.ts';
import { email, flag, oneOf, text } from '../http/fields.ts';
import { invalid } from '../http/problem.ts';
import { hashPassword } from './password.ts';
import { type Role, roles } from './permissions.ts';

type Client = Pick<Database['pool'], 'query'>;

export interface Account {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly active: boolean;
  readonly created_at: Date;
  readonly last_login_at: Date | null;
}

export const password = z
  .string('is not text')
  .check(z.minLength(12, 'is shorter than 12 characters'), z.maxLength(200, 'is longer than 200 characters'));

export const newAccount = z.strictObject({
  email,
  name: text({ min: 1, max: 100 }),
  role: oneOf(...roles),
  password,
});

export const changedAccount = z.strictObject({
  name: z.optional(text({ min: 1, max: 100 })),
  role: z.optional(oneOf(...roles)),
  active: z.optional(flag),
  password: z.optional(password),
});

export const accountColumns = 'id, email, name, role, active, created_at, last_login_at';

/** @throws Problem 422 for a password that everybody tries first */
export async function addAccount(client: Client, account: z.infer<typeof newAccount>): Promise<Account> {
  refuseGuessable(account.password, account);
  const { rows } = await client.query<Account>(
    `insert into account (email, name, role, password_hash) values ($1, $2, $3, $4) returning ${accountColumns}`,
    [account.email, account.name, account.role, await hashPassword(account.password)],
  );
  const [added] = rows;
  if (!added) throw new Error('PostgreSQL returned no row for an insert.');
  return added;
}

export function refuseGuessable(given: string, { email, name }: { email: string; name: string }): void {
  const lower = given.toLowerCase();
  const own = [email.split('@')[0] ?? '', ...name.toLowerCase().split(/\s+/)].filter((word) => word.length >= 4);
  const isRepeated = new Set(lower).size < 5;
  if (isRepeated || own.some((word) => lower.includes(word)) || /password|123456|qwerty|coalition/.test(lower)) {
    const msg = 'is one that others would guess: it holds a name, a common word or the same few characters';
    throw invalid([{ loc: ['body', 'data', 'password'], msg, type: 'guessable' }]);
  }
}
