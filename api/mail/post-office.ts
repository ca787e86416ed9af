/** Sends mail rows of the outbox: writes the letter, and hands it to the transport in the coalition's name. */
import type { Database } from '../database/database.ts';
import type { OutboxRow, Sender } from './deliver.ts';
import { type Letter, rendered } from './letter.ts';
import type { Transport } from './message.ts';

export interface PostOffice {
  readonly database: Pick<Database, 'pool'>;
  readonly transport: Transport;
  /** The address that mail comes from. */
  readonly from: string;
  readonly siteUrl: string;
  /** @returns undefined where there is no reason to write it any more */
  write(row: OutboxRow): Promise<Letter | undefined>;
}

export function mailSender({ database, transport, from, siteUrl, write }: PostOffice): Sender {
  return async (row) => {
    const letter = await write(row);
    if (!letter || row.recipient === null) return undefined;
    const organization = await nameOfCoalition(database);
    return transport.send(
      {
        to: row.recipient,
        messageId: `<outbox-${row.id}-${row.created_at.getTime()}@${from.slice(from.lastIndexOf('@') + 1)}>`,
        ...rendered(letter, { organization, siteUrl }),
      },
      { name: organization, address: from },
    );
  };
}

async function nameOfCoalition({ pool }: Pick<Database, 'pool'>): Promise<string> {
  const { rows } = await pool.query<{ organization_name: string }>(
    'select organization_name from homepage where is_active',
  );
  return rows[0]?.organization_name || 'The coalition';
}
