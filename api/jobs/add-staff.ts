/** Adds the first administrator where no laptop reaches the database; the others are added through the API. */
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { addAccount, newAccount } from '../access/accounts.ts';
import { openServer } from '../database/database.ts';
import { ownDatabaseUrl } from '../secrets/own-database.ts';
import { type JobSettings, SettingsError } from '../settings.ts';

const input = z.object({ email: newAccount.shape.email, name: newAccount.shape.name, role: newAccount.shape.role });

/** @returns the account and its password, which is said this once and written nowhere */
export async function addStaff(settings: JobSettings, given: unknown): Promise<object> {
  const read = input.safeParse(given);
  if (!read.success)
    throw new SettingsError(['The event needs email, name and role (viewer, reviewer, editor, administrator).']);
  const password = generatedPassword();
  const database = await openServer(await ownDatabaseUrl(settings), { connections: 1 });
  try {
    const { email, role } = await addAccount(database.pool, { ...read.data, password });
    return { email, role, password };
  } finally {
    await database.close();
  }
}

/** 96 random bits, in groups that a person can read out. */
export function generatedPassword(): string {
  return (randomBytes(12).toString('hex').match(/.{6}/g) ?? []).join('-');
}
