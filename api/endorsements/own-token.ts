/** What lets the owner of a mailbox at their endorsement, without a login: signed, and written in their mails only. */
import { isSealed, seal } from '../access/sealed.ts';

const purpose = 'own endorsement';

/** @param createdAt so that a number which is given out again, in a database that was restored, is another endorsement */
export function ownToken(secret: string, id: number, createdAt: Date): string {
  return seal(secret, purpose, `endorsement-${id}-${createdAt.getTime()}`);
}

/** @returns which endorsement it is about; undefined for what we did not sign */
export function readOwnToken(
  secret: string,
  token: string,
): { readonly id: number; readonly createdAt: number } | undefined {
  const parts = /^endorsement-(\d{1,9})-(\d{1,15})\.[\w-]{43}$/.exec(token);
  if (!parts || !isSealed(secret, purpose, token)) return undefined;
  return { id: Number(parts[1]), createdAt: Number(parts[2]) };
}
