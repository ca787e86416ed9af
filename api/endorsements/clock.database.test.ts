/**
 * The database's clock decides about links, mail and undoing, whatever the clock of the process says. It can jump, too: a
 * machine is restored, or its clock set right. All that is stored being moved by some time is the same as the clock being
 * moved the other way, and that is how these tests move it.
 */
import assert from 'node:assert/strict';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { endorse, follow, form, send } from '../../scripts/testing/endorsing.ts';
import { transaction } from '../database/transaction.ts';
import { delivery } from '../delivery.ts';
import { type Delivery, deliverDue } from '../mail/deliver.ts';
import { DeliveryError } from '../mail/message.ts';

describe('a clock that jumps', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let visitor: Agent;
  let reviewer: Agent;
  let all: Delivery;
  let sent: string[] = [];
  let sending: () => Promise<void> = async () => {};
  beforeEach(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
    visitor = await api.visitor();
    reviewer = await api.as('reviewer');
    sent = [];
    sending = async () => {};
    all = delivery({
      database,
      transport: {
        name: 'a mailbox of this test',
        async send({ subject }) {
          await sending();
          sent.push(subject);
          return `id-${sent.length}`;
        },
        close: async () => {},
      },
      from: 'hello@stewards.example',
      siteUrl: 'https://www.example.org',
      publicUrl: 'https://api.example.org',
      secret: api.services.secret,
      log: () => {},
    });
  });
  afterEach(async () => {
    await api.close();
    await database.close();
  });

  const email = 'ada@example.net';
  const hour = 3_600;
  const day = 24 * hour;
  const signUp = () => send(visitor, form(content.campaign, { stakeholder: { email } }));
  const resend = () =>
    visitor.send('POST', '/api/endorsements/resend-verification/', { email, campaign_id: content.campaign });
  const states = async () =>
    (await database.pool.query<{ state: string }>('select state from outbox order by id')).rows.map(
      ({ state }) => state,
    );

  /** @param seconds forwards, or below zero backwards */
  async function jump(seconds: number): Promise<void> {
    const { rows } = await database.pool.query<{ name: string; times: string[] }>(
      `select quote_ident(table_name) as name, array_agg(quote_ident(column_name)::text) as times
         from information_schema.columns join pg_tables on tablename = table_name and schemaname = table_schema
        where table_schema = 'public' and data_type = 'timestamp with time zone' group by 1`,
    );
    await transaction(database, async (client) => {
      // The rules are about what people do, not about this.
      await client.query('set local session_replication_role = replica');
      for (const { name, times } of rows)
        await client.query(
          `update ${name} set ${times.map((time) => `${time} = ${time} - make_interval(secs => ${seconds})`).join(', ')}`,
        );
    });
  }

  it('forwards: an old link says so, and asking for another is enough', async () => {
    await signUp();
    await deliverDue(all);
    await jump(2 * day);
    const refused = await follow(visitor, database, email);
    assert.deepEqual([refused.status, refused.json().title], [400, 'Link expired']);
    assert.equal((await resend()).status, 200);
    assert.equal((await deliverDue(all)).sent, 1);
    assert.equal((await follow(visitor, database, email)).status, 200);
  });

  it('backwards: a mail of tomorrow does not hold back the one of today', async () => {
    await signUp();
    await deliverDue(all);
    await jump(-day);
    await resend();
    assert.equal((await deliverDue(all)).sent, 1, 'asked for again');
    await jump(-day);
    await signUp();
    assert.equal((await deliverDue(all)).sent, 1, 'sent in again');
    await resend();
    assert.equal((await deliverDue(all)).sent, 0, 'and no flood');
    assert.equal((await follow(visitor, database, email)).status, 200);
  });

  it('backwards: what waits, or was to be tried again, goes out now and not when that day comes', async () => {
    await signUp();
    await jump(-hour);
    assert.equal((await deliverDue(all)).sent, 1);
    await jump(-hour);
    await resend();
    sending = async () => {
      throw new DeliveryError('later', 'busy');
    };
    assert.equal((await deliverDue(all)).later, 1);
    sending = async () => {};
    assert.equal((await deliverDue(all)).sent, 0, 'a minute later, by a clock that is right');
    await jump(-3 * day);
    assert.equal((await deliverDue(all)).sent, 1);
  });

  it('forwards while a mail is on its way: it is sent once, and known to be', async () => {
    await signUp();
    sending = async () => {
      await jump(hour);
      // Another one looks meanwhile, and finds a lease that ran out.
      assert.deepEqual(await deliverDue(all), { sent: 0, cancelled: 0, later: 0, dead: 0, unknown: 1 });
      assert.deepEqual(await states(), ['unknown']);
    };
    assert.equal((await deliverDue(all, { workers: 1 })).sent, 1);
    assert.deepEqual([await states(), sent.length], [['sent'], 1]);
    assert.equal((await follow(visitor, database, email)).status, 200);
  });

  it('backwards after a process died with a mail in hand: it is found, and not left for ever', async () => {
    await signUp();
    await database.pool.query(
      `update outbox set state = 'sending', attempts = 1, lease_until = now() + interval '2 minutes'`,
    );
    assert.equal((await deliverDue(all)).unknown, 0);
    await jump(-day);
    assert.equal((await deliverDue(all)).unknown, 1);
  });

  it('either way: a decision is undone only while no mail about it has left', async () => {
    const id = await endorse(api, database, content.campaign, { stakeholder: { email } });
    await deliverDue(all);
    const decide = (action: string) => reviewer.send('POST', `/api/staff/endorsements/${id}/${action}`, {});
    await decide('approve');
    await jump(-hour);
    sent = [];
    await deliverDue(all);
    assert.deepEqual(sent, [], 'held back, as it was');
    assert.equal((await decide('undo')).status, 200);
    await decide('approve');
    await jump(hour);
    assert.equal((await decide('undo')).status, 409);
    await deliverDue(all);
    assert.equal(sent.filter((subject) => /approved/.test(subject)).length, 1);
  });

  it('of this process alone: nothing that is stored depends on it', async () => {
    const { now } = Date;
    for (const away of [-10 * day, 10 * day]) {
      Date.now = () => now() + away * 1000;
      try {
        const person = `clock${away}@example.net`;
        await send(visitor, form(content.campaign, { stakeholder: { email: person } }));
        assert.equal((await deliverDue(all)).sent, 1);
        assert.equal((await follow(visitor, database, person)).status, 200);
      } finally {
        Date.now = now;
      }
    }
  });
});
