/** What the owner of a mailbox does with what is theirs: hide it, show it again, withdraw it, or have all of it erased. */
import type pg from 'pg';
import { audit } from '../access/audit.ts';
import type { Who } from '../content/editable.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { notFound } from '../http/problem.ts';
import { announce } from './announce.ts';
import type { Status } from './verify.ts';

export const ownActions = ['hide', 'show', 'no-news', 'withdraw', 'erase'] as const;

export type OwnAction = (typeof ownActions)[number];

export interface Own {
  readonly id: number;
  readonly status: Status | 'erased';
  readonly campaign: string;
  readonly name: string;
  readonly statement: string;
  /** Whether the person agrees to be shown. */
  readonly public_display: boolean;
  readonly email_updates: boolean;
  /** Titles of the other campaigns that this address has endorsed. */
  readonly others: readonly string[];
}

interface Row extends Own {
  readonly stakeholder: number;
  readonly email: string;
}

type Client = Pick<pg.PoolClient, 'query'>;

/** @throws Problem 404 where it is erased, or was another one */
export async function readOwn(client: Client, id: number, createdAt: number, lock = false): Promise<Row> {
  const { rows } = await client.query<Row & { created_at: Date }>(
    `select endorsement.id, status, title as campaign, first_name || ' ' || last_name as name, statement, public_display,
            email_updates, stakeholder, email, endorsement.created_at,
            array(select title from endorsement other join campaign on campaign.id = other.campaign
                   where other.stakeholder = endorsement.stakeholder and other.id <> endorsement.id order by title) as others
       from endorsement
       join stakeholder on stakeholder.id = endorsement.stakeholder
       join campaign on campaign.id = endorsement.campaign
      where endorsement.id = $1 ${lock ? 'for update of endorsement, stakeholder' : ''}`,
    [id],
  );
  const [row] = rows;
  if (!row || row.created_at.getTime() !== createdAt) {
    throw notFound('There is nothing here any more: it was erased, or the link is not whole.');
  }
  return row;
}

/** @returns what is there after it, and a sentence about it */
export async function act(
  database: Pick<Database, 'pool'>,
  of: { readonly id: number; readonly createdAt: number },
  action: OwnAction,
  who: Who,
): Promise<{ readonly own: Own; readonly message: string }> {
  return transaction(database, async (client) => {
    const row = await readOwn(client, of.id, of.createdAt, true);
    if (action === 'erase') {
      await erase(client, row.stakeholder, who);
      return { own: { ...row, status: 'erased' }, message: 'Everything that we knew about you is erased.' };
    }
    const message = await acts[action](client, row);
    return { own: await readOwn(client, of.id, of.createdAt), message };
  });
}

const acts: Readonly<Record<Exclude<OwnAction, 'erase'>, (client: pg.PoolClient, row: Row) => Promise<string>>> = {
  async hide(client, { id }) {
    await client.query('update endorsement set public_display = false where id = $1 and public_display', [id]);
    return 'Your name is not shown to the public any more. It still counts.';
  },
  async show(client, { id }) {
    await client.query('update endorsement set public_display = true where id = $1 and not public_display', [id]);
    return 'You agree that your name is shown, once it is reviewed.';
  },
  async 'no-news'(client, { stakeholder }) {
    await client.query('update stakeholder set email_updates = false where id = $1 and email_updates', [stakeholder]);
    return 'You get no news from the campaign any more.';
  },
  async withdraw(client, { id, status, email }) {
    if (status === 'withdrawn') return 'It is withdrawn already.';
    await client.query(
      `update endorsement set status = 'withdrawn', withdrawn_at = now(), display_publicly = false,
              proposed = null, replaced = null where id = $1`,
      [id],
    );
    // Its links are for what is withdrawn; sent in again, it gets another.
    await client.query(
      `update outbox set state = 'cancelled', submission = null where endorsement = $1 and state = 'waiting'`,
      [id],
    );
    await client.query('delete from submission where endorsement = $1', [id]);
    await announce(client, 'endorsement.withdrawn', id);
    await client.query(
      `insert into outbox (channel, kind, recipient, endorsement) values ('mail', 'withdrawn', $1, $2)`,
      [email, id],
    );
    return 'Your endorsement is withdrawn.';
  },
};

/**
 * Erases a person: who they are, what they said, what was mailed to them. What stays names nobody: that a reviewer
 * decided, and that terms were accepted.
 */
export async function erase(client: pg.PoolClient, stakeholder: number, who: Who): Promise<void> {
  const { rows } = await client.query<{ email: string; endorsements: number[]; campaigns: string[] }>(
    `select email, array(select id from endorsement where endorsement.stakeholder = stakeholder.id order by id) as endorsements,
            array(select title from endorsement join campaign on campaign.id = campaign
                   where endorsement.stakeholder = stakeholder.id order by title) as campaigns
       from stakeholder where id = $1 for update`,
    [stakeholder],
  );
  const [person] = rows;
  if (!person) throw notFound(`There is no stakeholder ${stakeholder}.`);
  for (const id of person.endorsements) await announce(client, 'endorsement.withdrawn', id, { outlives: true });
  await client.query('delete from stakeholder where id = $1', [stakeholder]);
  await client.query(`update endorsement_review set reason = '' where endorsement = any($1) and reason <> ''`, [
    person.endorsements,
  ]);
  await client.query('update outbox set recipient = null where recipient = $1', [person.email]);
  await client.query(`insert into outbox (channel, kind, recipient, data) values ('mail', 'erased', $1, $2)`, [
    person.email,
    JSON.stringify({ campaigns: person.campaigns }),
  ]);
  await audit(client, who, {
    action: 'delete',
    resource: 'stakeholder',
    id: stakeholder,
    before: { endorsements: person.endorsements },
  });
}
