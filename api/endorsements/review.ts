/**
 * What a reviewer decides. Each decision is a row that proves that a person looked, the change that follows from it, and
 * what is sent because of it, in one transaction; the mail waits until the decision cannot be undone any more.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { audit } from '../access/audit.ts';
import type { Staff } from '../access/caller.ts';
import type { Who } from '../content/editable.ts';
import { notFound, Problem } from '../http/problem.ts';
import { announce } from './announce.ts';
import { type Person, personFields } from './submitted.ts';
import { queueLink, type Status } from './verify.ts';

/** How long a decision can be taken back. No mail about it leaves sooner. */
export const undoSeconds = 120;

export const actions = ['approve', 'reject', 'show', 'hide', 'release', 'undo'] as const;

export type Action = (typeof actions)[number];

export interface Decision {
  readonly action: Action;
  /** With `approve`: show it on the public list, too. */
  readonly display?: boolean | undefined;
  readonly reason?: string | undefined;
  /** The version that was seen; another one in the meantime stops the decision. */
  readonly version?: number | undefined;
}

export interface Decided {
  readonly id: number;
  readonly status: Status;
  readonly display_publicly: boolean;
  readonly version: number;
  /** False where it had been so before. */
  readonly changed: boolean;
  readonly message: string;
}

interface Row {
  readonly id: number;
  readonly status: Status;
  readonly display_publicly: boolean;
  readonly public_display: boolean;
  readonly verified_at: Date | null;
  readonly reviewed_by: number | null;
  readonly reviewed_at: Date | null;
  readonly version: number;
  readonly statement: string;
  readonly stakeholder: number;
  readonly proposed: Person | null;
  readonly replaced: Person | null;
  readonly email: string;
  readonly campaign: number;
  readonly held: boolean;
}

/** @throws Problem 404, 403 for a key, 409 where the decision is not possible (any more) */
export async function decide(client: pg.PoolClient, who: Who, id: number, decision: Decision): Promise<Decided> {
  const row = await locked(client, id);
  const { caller } = who;
  if (caller.kind !== 'staff') {
    throw new Problem(403, 'Not allowed', 'A review is by a person: log in. An API key can read what waits.');
  }
  if (decision.version !== undefined && decision.version !== row.version) throw await changedMeanwhile(client, row);
  const said = await acts[decision.action](client, caller, row, decision);
  const { rows } = await client.query<Pick<Decided, 'status' | 'display_publicly' | 'version'>>(
    'select status, display_publicly, version from endorsement where id = $1',
    [id],
  );
  const [after] = rows;
  if (!after) throw notFound(`There is no endorsement ${id}.`);
  if (said.changed) {
    const { status, display_publicly } = row;
    await audit(client, who, {
      action: 'change',
      resource: 'endorsement',
      id,
      before: { status, display_publicly },
      after: { decision: decision.action, status: after.status, display_publicly: after.display_publicly },
    });
  }
  return { id, ...after, ...said };
}

type Said = Pick<Decided, 'changed' | 'message'>;
type Act = (client: pg.PoolClient, caller: Staff, row: Row, decision: Decision) => Promise<Said>;

const acts: Readonly<Record<Action, Act>> = {
  async approve(client, caller, row, { reason, display = false }) {
    if (row.status === 'withdrawn') throw impossible('The person has withdrawn this endorsement.');
    if (!row.verified_at) {
      throw impossible('Its e-mail address is not verified. Send the link again; it can be approved after the click.');
    }
    if (display && !row.public_display) throw impossible('The person did not agree to be shown. Approve it without.');
    const shown = display || row.display_publicly;
    if (row.status === 'approved' && row.reviewed_at && shown === row.display_publicly && !row.proposed) {
      return { changed: false, message: 'It is approved already.' };
    }
    const review = await prove(client, caller, row, 'approve', reason);
    if (row.proposed) await takeOver(client, row, row.proposed);
    await client.query(
      `update endorsement set status = 'approved', reviewed_by = $2, reviewed_at = now(), display_publicly = $3
        where id = $1`,
      [row.id, caller.account, shown],
    );
    if (row.status !== 'approved') {
      const later = { review, holdSeconds: undoSeconds };
      await announce(client, 'endorsement.approved', row.id, later);
      await client.query(
        // One mail for each time that the person proved it, however often a reviewer changes their mind.
        `insert into outbox (channel, kind, recipient, endorsement, review, due_at, dedupe)
         values ('mail', 'approved', $1, $2, $3, now() + make_interval(secs => $4), $5)
         on conflict (dedupe) do nothing`,
        [row.email, row.id, review, undoSeconds, `approved ${row.id} ${row.verified_at.getTime()}`],
      );
    }
    return { changed: true, message: shown ? 'It is approved and shown.' : 'It is approved.' };
  },

  async reject(client, caller, row, { reason }) {
    if (row.status === 'withdrawn') throw impossible('The person has withdrawn this endorsement.');
    if (row.status === 'rejected') return { changed: false, message: 'It is rejected already.' };
    await prove(client, caller, row, 'reject', reason);
    await client.query(
      `update endorsement set status = 'rejected', reviewed_by = $2, reviewed_at = now(), display_publicly = false
        where id = $1`,
      [row.id, caller.account],
    );
    await takeBack(client, `endorsement = $1 and kind in ('approved', 'endorsement.approved')`, row.id);
    return { changed: true, message: 'It is rejected.' };
  },

  async show(client, caller, row, { reason }) {
    if (row.display_publicly) return { changed: false, message: 'It is shown already.' };
    if (row.status !== 'approved' || !row.reviewed_at) throw impossible('It is not approved by a person yet.');
    if (!row.public_display) throw impossible('The person did not agree to be shown.');
    await prove(client, caller, row, 'show', reason);
    await client.query('update endorsement set display_publicly = true where id = $1', [row.id]);
    return { changed: true, message: 'It is shown.' };
  },

  async hide(client, caller, row, { reason }) {
    if (!row.display_publicly) return { changed: false, message: 'It is not shown.' };
    await prove(client, caller, row, 'hide', reason);
    await client.query('update endorsement set display_publicly = false where id = $1', [row.id]);
    return { changed: true, message: 'It is not shown any more.' };
  },

  async release(client, caller, row, { reason }) {
    if (!row.held) return { changed: false, message: 'It is not held back.' };
    await prove(client, caller, row, 'release', reason);
    await client.query(
      `update submission set held_at = null, released_at = now(), expires_at = now() + interval '24 hours'
        where endorsement = $1 and held_at is not null`,
      [row.id],
    );
    await client.query(queueLink, [row.email, row.campaign]);
    return { changed: true, message: 'It is released: the person gets the mail that asks to confirm.' };
  },

  async undo(client, caller, row) {
    const { rows } = await client.query<Undoable>(
      `select id, decision, before, at > now() - make_interval(secs => $2) as in_time
         from endorsement_review where endorsement = $1 order by id desc limit 1`,
      [row.id, undoSeconds],
    );
    const [last] = rows;
    if (!last || last.decision === 'undo' || last.decision === 'release') {
      throw impossible('There is no decision that could be undone.');
    }
    if (!last.in_time) throw impossible(`A decision can be undone for ${undoSeconds} seconds.`);
    if (row.status === 'withdrawn') throw impossible('The person has withdrawn this endorsement.');
    const { before } = last;
    await prove(client, caller, row, 'undo');
    if (row.replaced && last.decision === 'approve' && before.had_proposed) {
      await takeOver(client, row, row.replaced, false);
    }
    await client.query(
      `update endorsement set status = $2, display_publicly = $3, reviewed_by = $4, reviewed_at = $5::timestamptz
        where id = $1`,
      [row.id, before.status, before.display_publicly, before.reviewed_by, before.reviewed_at],
    );
    await takeBack(client, 'review = $1', last.id);
    return { changed: true, message: 'It is as it was before, and no mail has left.' };
  },
};

interface Undoable {
  readonly id: number;
  readonly decision: string;
  readonly before: Before;
  readonly in_time: boolean;
}

interface Before {
  readonly status: Status;
  readonly display_publicly: boolean;
  readonly reviewed_by: number | null;
  /** As PostgreSQL writes it: a Date has milliseconds only, and the proof is known by the microsecond. */
  readonly reviewed_at: string | null;
  readonly had_proposed: boolean;
}

/** Adds the row that proves the decision; its time is the transaction's, as is what the endorsement says. */
async function prove(
  client: pg.PoolClient,
  caller: Staff,
  row: Row,
  decision: Action,
  reason: string | undefined = '',
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into endorsement_review (endorsement, account, reviewer, decision, reason, saw, before)
     select id, $2, $3, $4, $5, $6, jsonb_build_object(
              'status', status, 'display_publicly', display_publicly, 'reviewed_by', reviewed_by,
              'reviewed_at', reviewed_at::text, 'had_proposed', proposed is not null)
       from endorsement where id = $1
     returning id`,
    [row.id, caller.account, caller.name, decision, reason, createHash('sha256').update(row.statement).digest()],
  );
  return rows[0]?.id ?? 0;
}

/** Makes the person who they say they are now, and keeps who they were for an undo. */
async function takeOver(client: pg.PoolClient, row: Row, person: Person, forwards = true): Promise<void> {
  const { rows } = await client.query<Person>(
    `select ${personFields.join(', ')} from stakeholder where id = $1 for update`,
    [row.stakeholder],
  );
  await client.query(
    `update stakeholder set location = null, ${personFields.map((name, index) => `${name} = $${index + 2}`).join(', ')}
      where id = $1`,
    [row.stakeholder, ...personFields.map((name) => person[name])],
  );
  const was = JSON.stringify(rows[0]);
  await client.query('update endorsement set proposed = $2, replaced = $3 where id = $1', [
    row.id,
    forwards ? null : was,
    forwards ? was : null,
  ]);
}

async function takeBack(client: pg.PoolClient, which: string, value: number): Promise<void> {
  await client.query(
    // The key goes with it, so that the same decision later is announced after all.
    `update outbox set state = 'cancelled', dedupe = null where state = 'waiting' and ${which}`,
    [value],
  );
}

async function locked(client: pg.PoolClient, id: number): Promise<Row> {
  const { rows } = await client.query<Row>(
    `select endorsement.id, status, display_publicly, public_display, verified_at, reviewed_by, reviewed_at, version,
            statement, stakeholder, proposed, replaced, stakeholder.email, campaign::integer,
            exists (select from submission where endorsement = endorsement.id and held_at is not null) as held
       from endorsement join stakeholder on stakeholder.id = endorsement.stakeholder
      where endorsement.id = $1 for update of endorsement`,
    [id],
  );
  if (!rows[0]) throw notFound(`There is no endorsement ${id}.`);
  return rows[0];
}

async function changedMeanwhile(client: pg.PoolClient, { id, status, version }: Row): Promise<Problem> {
  const { rows } = await client.query<{ reviewer: string; decision: string }>(
    'select reviewer, decision from endorsement_review where endorsement = $1 order by id desc limit 1',
    [id],
  );
  const by = rows[0] ? ` The last decision is ${rows[0].reviewer}’s: ${rows[0].decision}.` : '';
  const detail = `It has changed since you looked, and is ${status} now.${by} Look again, then decide.`;
  return new Problem(409, 'Changed meanwhile', detail, { members: { status, version } });
}

function impossible(detail: string): Problem {
  return new Problem(409, 'Not possible now', detail);
}
