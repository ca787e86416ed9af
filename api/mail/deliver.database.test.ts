/** From the outbox to a mailbox: nothing lost, nothing twice, and every failure told. */
import assert from 'node:assert/strict';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { endorse, follow, form, send } from '../../scripts/testing/endorsing.ts';
import { delivery } from '../delivery.ts';
import { type Delivery, deliverDue, retrySeconds } from './deliver.ts';
import { startDispatcher } from './dispatcher.ts';
import { DeliveryError, type From, type Message, type Transport } from './message.ts';

describe('mail', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let visitor: Agent;
  let reviewer: Agent;
  const sent: (Message & { readonly from: From })[] = [];
  const logged: string[] = [];
  let fault: (message: Message) => Promise<void> = async () => {};

  /** A mailbox in memory; a test says how it fails. */
  const transport: Transport = {
    name: 'a mailbox of this test',
    async send(message, from) {
      await fault(message);
      sent.push({ ...message, from });
      return `id-${sent.length}`;
    },
    close: async () => {},
  };
  let all: Delivery;

  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database, { reviewers: ['desk@example.org'] });
    visitor = await api.visitor();
    reviewer = await api.as('reviewer');
    all = delivery({
      database,
      transport,
      from: 'hello@stewards.example',
      siteUrl: 'https://www.example.org',
      publicUrl: 'https://api.example.org',
      secret: api.services.secret,
      log: (level, message, fields) => logged.push(`${level} ${message} ${fields?.marker ?? ''}`),
    });
  });
  after(async () => {
    await api.close();
    await database.close();
  });
  beforeEach(async () => {
    fault = async () => {};
    sent.length = 0;
    logged.length = 0;
    await database.pool.query(`update outbox set state = 'cancelled' where state = 'waiting'`);
  });

  let people = 0;
  const someone = () => {
    people += 1;
    return `mail${people}@example.net`;
  };
  const query = async <T extends object>(text: string, ...values: unknown[]): Promise<T[]> =>
    (await database.pool.query<T>(text, values)).rows;
  const signUp = async (email: string) => {
    const answer = await send(visitor, form(content.campaign, { stakeholder: { email } }));
    assert.equal(answer.status, 200, answer.text);
  };
  const rowOf = async (email: string) =>
    (
      await query<{ state: string; attempts: number; sent_at: Date | null; last_error: string | null; due: number }>(
        `select state, attempts, sent_at, last_error, extract(epoch from due_at - now())::float as due
           from outbox where recipient = $1 order by id desc limit 1`,
        email,
      )
    )[0];

  it('asks the owner of the mailbox, in the name of the coalition, in text and HTML', async () => {
    const email = someone();
    await send(
      visitor,
      form(content.campaign, {
        stakeholder: { email, first_name: 'Zoë', organization: 'Mill & Sons', type: 'business' },
        org_authorized: true,
        statement: 'Clean water matters to us.\nAll of us: <3 & more.',
      }),
    );
    assert.deepEqual(await deliverDue(all), { sent: 1, cancelled: 0, later: 0, dead: 0, unknown: 0 });
    const [mail] = sent;
    assert.ok(mail);
    assert.deepEqual([mail.to, mail.from], [email, { name: 'Stewards', address: 'hello@stewards.example' }]);
    assert.match(mail.subject, /confirm your endorsement of Clean Water/);
    assert.match(
      mail.text,
      /Hello Zoë,[\s\S]*> Clean water matters[\s\S]*> All of us: <3 & more\.[\s\S]*on behalf of Mill & Sons/,
    );
    assert.match(mail.html, /Mill &#38; Sons/);
    assert.match(mail.text, /https:\/\/www\.example\.org\/verify-endorsement\/[0-9a-f-]{36}\/\n/);
    assert.match(mail.text, /24 hours/);
    assert.match(mail.messageId, /^<outbox-\d+-\d+@stewards\.example>$/);
  });

  it('carries no link of whoever filled the form in (others can be written to with it)', async () => {
    const email = someone();
    const statement =
      'Win at https://evil.example/prize, www.evil.example or evil.example/b today, says x@evil.example';
    await send(
      visitor,
      form(content.campaign, {
        stakeholder: {
          email,
          first_name: 'http://x.example\n\nYour account is closed.',
          organization: 'evil.example/c\n\nYour account',
        },
        statement,
      }),
    );
    await query(`update submission set held_at = null where held_at is not null`);
    await visitor.send('POST', '/api/endorsements/resend-verification/', { email, campaign_id: content.campaign });
    await deliverDue(all);
    const text = `${sent[0]?.text} ${sent[0]?.html}`;
    assert.ok(
      sent.length === 1 && !/:\/\/(x|\w*\.?evil)|www\.evil|evil\.example|x\.example|^Your account/m.test(text),
      text,
    );
  });

  it('that fails leaves the endorsement where it is (H1: a mail error inside the submit transaction rolled the endorsement back)', async () => {
    const email = someone();
    fault = async () => {
      throw new DeliveryError('later', 'The mail server is away.');
    };
    await signUp(email);
    const tally = await deliverDue(all);
    assert.deepEqual([tally.sent, tally.later], [0, 1]);
    assert.deepEqual(
      await query(
        'select sent_at from submission join endorsement on endorsement.id = endorsement join stakeholder on stakeholder.id = stakeholder where email = $1',
        email,
      ),
      [{ sent_at: null }],
    );
    assert.deepEqual(logged, ['error A mail was not delivered. EMAIL_DELIVERY_FAILED']);
  });

  it('that fails is told, kept and tried again, ever later (H2: mail that could not be sent was printed to the log and reported as sent)', async () => {
    const email = someone();
    fault = async () => {
      throw new DeliveryError('later', `The mail server does not know ${email} today.`);
    };
    await signUp(email);
    for (const [index, seconds] of retrySeconds.entries()) {
      await deliverDue(all);
      const row = await rowOf(email);
      assert.deepEqual([row?.state, row?.attempts, row?.sent_at], ['waiting', index + 1, null]);
      assert.ok((row?.due ?? 0) > seconds * 0.95 && (row?.due ?? 0) < seconds * 1.2, `${row?.due} for ${seconds}`);
      assert.ok(!row?.last_error?.includes(email), 'nobody’s address is in an error');
      assert.equal((await deliverDue(all)).later, 0, 'not before its time');
      await query('update outbox set due_at = now() where recipient = $1', email);
    }
    assert.equal((await deliverDue(all)).dead, 1);
    assert.equal((await rowOf(email))?.state, 'dead');
    const [file] = (await reviewer.get('/api/staff/endorsements/?pile=undelivered')).json();
    assert.deepEqual([file.stakeholder.email, file.mail], [email, 'dead']);
  });

  it('that is refused is dead at once, and what got no answer is unknown and not sent again', async () => {
    const [refused, silent] = [someone(), someone()];
    fault = async ({ to }) => {
      throw new DeliveryError(to === refused ? 'refused' : 'unknown', 'No.');
    };
    await signUp(refused);
    await signUp(silent);
    const tally = await deliverDue(all);
    assert.deepEqual([tally.dead, tally.unknown], [1, 1]);
    fault = async () => {};
    assert.equal((await deliverDue(all)).sent, 0);
    assert.deepEqual([(await rowOf(refused))?.state, (await rowOf(silent))?.state], ['dead', 'unknown']);
    // Who asks again gets another, as soon as the last one is known to be dead, or two minutes old.
    await visitor.send('POST', '/api/endorsements/resend-verification/', {
      email: refused,
      campaign_id: content.campaign,
    });
    assert.equal((await deliverDue(all)).sent, 1);
  });

  it('is sent once, however many send at once', async () => {
    const emails = Array.from({ length: 24 }, someone);
    for (const email of emails) await signUp(email);
    fault = () => new Promise((done) => setTimeout(done, 3));
    const tallies = await Promise.all([deliverDue(all), deliverDue(all), deliverDue(all)]);
    assert.equal(
      tallies.reduce((sum, tally) => sum + tally.sent, 0),
      24,
    );
    assert.deepEqual(sent.map(({ to }) => to).sort(), [...emails].sort());
    await assert.rejects(
      query(`update outbox set state = 'waiting', sent_at = null where state = 'sent'`),
      /cannot go from sent/,
    );
  });

  it('whose sender died with it in hand may have arrived, so it is told and left', async () => {
    const email = someone();
    await signUp(email);
    await query(
      `update outbox set state = 'sending', lease_until = now() - interval '1 second' where recipient = $1`,
      email,
    );
    assert.equal((await deliverDue(all)).unknown, 1);
    assert.equal(sent.length, 0);
    assert.deepEqual(logged, ['error A mail may not have been delivered. EMAIL_DELIVERY_FAILED']);
  });

  it('sets the clock of its link when it arrives, and leaves it when it does not (H14: the clock of a link was set after sending, and a failed resend erased it)', async () => {
    const email = someone();
    await signUp(email);
    const clock = async () =>
      (
        await query<{ hours: number }>(
          `select extract(epoch from expires_at - now())::float / 3600 as hours
             from submission join endorsement on endorsement.id = endorsement join stakeholder on stakeholder.id = stakeholder
            where email = $1`,
          email,
        )
      )[0]?.hours ?? 0;
    const age = (hours: number) =>
      query(
        `update submission set created_at = submission.created_at - make_interval(hours => $2), expires_at = expires_at - make_interval(hours => $2)
           from endorsement join stakeholder on stakeholder.id = stakeholder
          where endorsement.id = submission.endorsement and email = $1`,
        email,
        hours,
      );
    await age(10);
    assert.ok(Math.abs((await clock()) - 14) < 0.1, 'it runs before anything is sent');
    fault = async () => {
      throw new DeliveryError('later', 'Away.');
    };
    await deliverDue(all);
    assert.ok(Math.abs((await clock()) - 14) < 0.1, 'a mail that failed changes nothing');
    fault = async () => {};
    await query('update outbox set due_at = now() where recipient = $1', email);
    await deliverDue(all);
    assert.ok(Math.abs((await clock()) - 24) < 0.1, 'it holds for a day from when it arrived');
    await age(25);
    assert.equal((await follow(visitor, database, email)).status, 400);
  });

  it('of an approval comes after it, once, and leads to the campaign by its name (H13: approval mail went out before approval, twice, with a dead link)', async () => {
    const email = someone();
    const id = await endorse(api, database, content.campaign, { stakeholder: { email } });
    await query(`update outbox set state = 'cancelled' where state = 'waiting'`);
    await deliverDue(all);
    assert.equal(sent.length, 0, 'nothing before the approval');
    await reviewer.send('POST', `/api/staff/endorsements/${id}/approve`, {});
    await reviewer.send('POST', `/api/staff/endorsements/${id}/approve`, {});
    await deliverDue(all);
    assert.equal(sent.length, 0, 'nothing while it can be undone');
    await query(`update outbox set due_at = now() where kind = 'approved' and state = 'waiting'`);
    await deliverDue(all);
    await deliverDue(all);
    assert.deepEqual(
      sent.map(({ subject }) => subject),
      ['Your endorsement of Clean Water is approved'],
    );
    assert.match(sent[0]?.text ?? '', /https:\/\/www\.example\.org\/campaigns\/clean-water\/\n/);
    assert.equal((await api.get('/api/campaigns/by-name/clean-water/')).status, 200);
  });

  it('that has become untrue meanwhile is not sent', async () => {
    const email = someone();
    const id = await endorse(api, database, content.campaign, { stakeholder: { email } });
    await reviewer.send('POST', `/api/staff/endorsements/${id}/approve`, {});
    await reviewer.send('POST', `/api/staff/endorsements/${id}/reject`, {});
    await query(`update outbox set due_at = now() where state = 'waiting' and kind <> 'review'`);
    const tally = await deliverDue(all);
    assert.deepEqual([tally.sent, tally.cancelled], [0, 1], 'the link is followed already, the approval taken back');
  });

  it('to reviewers says how many wait, and is not sent when none do', async () => {
    await endorse(api, database, content.campaign, { stakeholder: { email: someone() } });
    await query(`update outbox set state = 'cancelled', dedupe = null where state = 'waiting' and kind = 'verify'`);
    await query(`insert into outbox (channel, kind, recipient) values ('mail', 'review', 'desk@example.org')`);
    await deliverDue(all);
    assert.match(sent[0]?.subject ?? '', /endorsements? waits? for review/);
    assert.match(sent[0]?.text ?? '', /https:\/\/api\.example\.org\/desk\n/);
  });

  it('goes out by itself where a process keeps running, and what is in hand is finished when it ends', async () => {
    const email = someone();
    const dispatcher = startDispatcher(all, { everyMs: 60_000 });
    await signUp(email);
    let isLetGo = () => {};
    fault = () => new Promise((done) => (isLetGo = done));
    dispatcher.wake();
    await until(async () => (await rowOf(email))?.state === 'sending');
    const stopped = dispatcher.stop();
    isLetGo();
    await stopped;
    assert.equal((await rowOf(email))?.state, 'sent');
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error('It did not come to that within four seconds.');
}
