/** From the form to the public list, and what stands in between. */
import assert from 'node:assert/strict';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { endorse, form, send, tokenFor } from '../../scripts/testing/endorsing.ts';
import { addressLimit } from './limits.ts';

describe('endorsing', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let visitor: Agent;
  let reviewer: Agent;
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database, { reviewers: ['desk@example.org'] });
    visitor = await api.visitor();
    reviewer = await api.as('reviewer');
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  let people = 0;
  const someone = () => {
    people += 1;
    return `person${people}@example.net`;
  };
  const query = async <T extends object>(text: string, ...values: unknown[]): Promise<T[]> =>
    (await database.pool.query<T>(text, values)).rows;
  const confirmed = (email: string, more: object = {}) =>
    endorse(api, database, content.campaign, { stakeholder: { email }, ...more } as never);
  const review = (id: number, action: string, body: object = {}) =>
    reviewer.send('POST', `/api/staff/endorsements/${id}/${action}`, body);
  const publicIds = async () =>
    (await api.get(`/api/endorsements/?campaign_id=${content.campaign}`)).json().map(({ id }: { id: number }) => id);

  it('goes from the form over the mail and a person to the public list', async () => {
    const email = someone();
    const answer = await send(visitor, form(content.campaign, { stakeholder: { email, state: 'maryland' } }));
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(
      [answer.json().status, answer.json().email_verified, answer.json().campaign.name],
      ['pending', false, 'clean-water'],
    );
    assert.deepEqual(await publicIds(), []);
    const link = `/api/endorsements/verify/${await tokenFor(database, email)}/`;
    const verified = await visitor.send('POST', link);
    assert.deepEqual([verified.status, verified.json().success, verified.json().status], [200, true, 'verified']);
    assert.deepEqual(await publicIds(), []);
    const [waiting] = (await reviewer.get('/api/staff/endorsements/')).json();
    assert.deepEqual(
      [waiting.stakeholder.email, waiting.status, waiting.signed_as, waiting.is_public],
      [email, 'verified', 'Individual', false],
    );
    const approved = await review(waiting.id, 'approve', { display: true, version: waiting.version });
    assert.deepEqual([approved.status, approved.json().changed], [200, true], approved.text);
    const [shown] = (await api.get('/api/endorsements/')).json();
    assert.equal(shown.stakeholder.name, 'Ada Brook');
    assert.deepEqual(Object.keys(shown.stakeholder).sort(), [
      ...['city', 'first_name', 'id', 'last_name', 'name', 'organization', 'role', 'state', 'type'],
    ]);
    assert.equal(shown.stakeholder.state, 'MD');
    const file = (await reviewer.get(`/api/staff/endorsements/${waiting.id}`)).json();
    assert.deepEqual(
      [file.reviews.length, file.reviews[0].reviewer, file.reviews[0].decision, file.is_public],
      [1, 'Staff', 'approve', true],
    );
    assert.deepEqual([file.person.city, file.person.state, file.person.organization], ['Easton', 'MD', '']);
    assert.deepEqual([file.districts, file.place.problem], [[], 'waiting']);
    assert.deepEqual(
      file.mails.map(({ kind, state }: { kind: string; state: string }) => [kind, state]),
      [
        ['approved', 'waiting'],
        ['verify', 'waiting'],
      ],
    );
  });

  it('is hidden by each gate alone', async () => {
    const id = await confirmed(someone());
    await review(id, 'approve', { display: true });
    assert.ok((await publicIds()).includes(id));
    const shut: readonly (readonly [close: string, open: string])[] = [
      ['update endorsement set public_display = false', 'update endorsement set public_display = true'],
      ['update endorsement set display_publicly = false', 'update endorsement set display_publicly = true'],
      [`update campaign set active = false`, `update campaign set active = true where name = 'clean-water'`],
    ];
    for (const [close, open] of shut) {
      await query(`${close} where id = $1`, close.includes('campaign') ? content.campaign : id);
      assert.ok(!(await publicIds()).includes(id), close);
      await query(open.includes('campaign') ? open : `${open} where id = ${id}`);
      assert.ok((await publicIds()).includes(id), open);
    }
    await assert.rejects(query('update endorsement set reviewed_at = null where id = $1', id), /shown_after_review/);
    await review(id, 'reject');
    assert.ok(!(await publicIds()).includes(id));
  });

  describe('the same thing sent at the same time', () => {
    it('is one row, one mail and one link that works (L5: six parallel submits sent six mails with one valid link)', async () => {
      const email = someone();
      const body = form(content.campaign, { stakeholder: { email } });
      const answers = await Promise.all(Array.from({ length: 6 }, () => send(visitor, body)));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
      const [counts] = await query(
        `select (select count(*)::int from stakeholder where email = $1) as people,
                (select count(*)::int from outbox where recipient = $1) as mails,
                (select count(*)::int from submission join endorsement on endorsement.id = endorsement
                   join stakeholder on stakeholder.id = stakeholder where email = $1) as links,
                (select count(*)::int from terms_acceptance join endorsement on endorsement.id = endorsement
                   join stakeholder on stakeholder.id = stakeholder where email = $1) as agreements`,
        email,
      );
      assert.deepEqual(counts, { people: 1, mails: 1, links: 1, agreements: 1 });
      const verified = await visitor.send('POST', `/api/endorsements/verify/${await tokenFor(database, email)}`);
      assert.equal(verified.status, 200);
    });

    it('and other details are two links, of which the one that is followed counts', async () => {
      const email = someone();
      await send(visitor, form(content.campaign, { stakeholder: { email, city: 'Easton' } }));
      const first = await tokenFor(database, email);
      await send(visitor, form(content.campaign, { stakeholder: { email, city: 'Oxford' }, statement: 'Other.' }));
      assert.notEqual(await tokenFor(database, email), first);
      assert.equal((await visitor.send('POST', `/api/endorsements/verify/${first}`)).status, 200);
      const [row] = await query<{ city: string; statement: string }>(
        'select city, statement from endorsement join stakeholder on stakeholder.id = stakeholder where email = $1',
        email,
      );
      assert.equal(row?.city, 'Easton');
      assert.match(row?.statement ?? '', /well went dry/);
    });
  });

  describe('an address that is known', () => {
    /** Texts of all statements of a request, as they reach the database. */
    async function statementsOf(work: (api: TestApi) => Promise<unknown>): Promise<readonly string[]> {
      const seen: string[] = [];
      const { pool } = database;
      const note = (statement: string | { text: string }) => {
        seen.push((typeof statement === 'string' ? statement : statement.text).replace(/\s+/g, ' '));
      };
      const watched = Object.create(pool, {
        query: {
          value: (...all: [string]) => {
            note(all[0]);
            return pool.query(...all);
          },
        },
        connect: {
          value: async () => {
            const client = await pool.connect();
            return Object.create(client, {
              query: {
                value: (...all: [string]) => {
                  note(all[0]);
                  return client.query(...all);
                },
              },
              on: { value: client.on.bind(client) },
              off: { value: client.off.bind(client) },
              release: { value: (broken?: Error) => client.release(broken) },
            });
          },
        },
      });
      const own = await startApi({ pool: watched }, { log: () => {}, media: api.services.media });
      await work(own);
      await own.close();
      return seen;
    }

    it('gets the same answer, made with the same statements, as one that is not (L8: a 409 told whether an e-mail is known)', async () => {
      const [pending, verified, other, unknown] = [someone(), someone(), someone(), someone()];
      await send(visitor, form(content.campaign, { stakeholder: { email: pending } }));
      await confirmed(verified);
      await confirmed(other);
      const of = async (email: string, more: object = {}) => {
        let answer: Record<string, unknown> = {};
        const statements = await statementsOf(async (own) => {
          const body = form(content.campaign, { stakeholder: { email, ...more } });
          answer = (await send(await own.visitor(), body)).json();
        });
        const text = JSON.stringify(answer)
          .replaceAll(email, 'EMAIL')
          .replace(/"20\d\d-[^"]*Z"/g, '"TIME"');
        return { statements, text };
      };
      const stranger = await of(unknown);
      for (const same of [await of(pending), await of(verified), await of(unknown)]) {
        assert.deepEqual(same, stranger);
      }
      // Another person's details sent with an address that is proven: the same again, and nothing changes.
      const forged = await of(other, { first_name: 'Mallory', street_address: '1 Elsewhere Lane' });
      assert.deepEqual(forged.statements, stranger.statements);
      const [row] = await query<{ first_name: string }>('select first_name from stakeholder where email = $1', other);
      assert.equal(row?.first_name, 'Ada');
    });

    it('is not told apart by asking for the link again (H9: resend revealed who endorsed, and verification could be guessed)', async () => {
      const [pending, verified, unknown] = [someone(), someone(), someone()];
      await send(visitor, form(content.campaign, { stakeholder: { email: pending } }));
      await confirmed(verified);
      const of = async (email: string) => {
        let answer = '';
        const statements = await statementsOf(async (own) => {
          const body = { email, campaign_id: content.campaign };
          const sent = await (await own.visitor()).send('POST', '/api/endorsements/resend-verification/', body);
          answer = `${sent.status} ${sent.text}`;
        });
        return { answer, statements };
      };
      const stranger = await of(unknown);
      assert.match(stranger.answer, /^200 /);
      assert.deepEqual(await of(pending), stranger);
      assert.deepEqual(await of(verified), stranger);
    });

    it('is not found by guessing links (H9: resend revealed who endorsed, and verification could be guessed)', async () => {
      const statuses: number[] = [];
      for (let guess = 0; guess < 31; guess++) {
        const path = `/api/endorsements/verify/${crypto.randomUUID()}`;
        statuses.push((await visitor.send('POST', path, undefined, { 'X-Forwarded-For': '192.0.2.9' })).status);
      }
      // The window may end meanwhile, and the count start anew.
      assert.ok(statuses.at(-1) === 429 || Date.now() % 300_000 < 10_000, String(statuses));
    });

    it('hears that it has endorsed already, and is asked again by mail for another campaign', async () => {
      const email = someone();
      const id = await confirmed(email);
      await send(visitor, form(content.campaign, { stakeholder: { email } }));
      const mails = await query('select kind from outbox where recipient = $1 order by id', email);
      assert.deepEqual(mails, [{ kind: 'verify' }, { kind: 'already' }]);
      const [second] = await query<{ id: number }>(
        `insert into campaign (name, title) values ('second', 'Second') returning id::integer`,
      );
      const other = await endorse(api, database, second?.id ?? 0, { stakeholder: { email } } as never);
      assert.notEqual(other, id);
    });

    it('changes its details only through the mailbox and a reviewer (H8: anyone could overwrite another person’s data by reusing their e-mail)', async () => {
      const email = someone();
      await confirmed(email, { stakeholder: { email, organization: 'Old Mill' } });
      const [third] = await query<{ id: number }>(
        `insert into campaign (name, title) values ('third', 'Third') returning id::integer`,
      );
      const id = await endorse(api, database, third?.id ?? 0, {
        stakeholder: { email, organization: 'New Mill', first_name: 'ADA' },
      } as never);
      const org = async () =>
        (await query<{ organization: string }>('select organization from stakeholder where email = $1', email))[0]
          ?.organization;
      assert.equal(await org(), 'Old Mill');
      const [waiting] = (await reviewer.get('/api/staff/endorsements/?pile=changed')).json();
      assert.deepEqual([waiting.id, waiting.proposed.organization], [id, 'New Mill']);
      await review(id, 'approve');
      assert.equal(await org(), 'New Mill');
      assert.equal((await review(id, 'undo')).status, 200);
      assert.equal(await org(), 'Old Mill');
      await review(id, 'approve');
      assert.equal(await org(), 'New Mill');
    });
  });

  describe('a link', () => {
    it('that is followed twice, or by two at once, does one thing', async () => {
      const email = someone();
      await send(visitor, form(content.campaign, { stakeholder: { email } }));
      const path = `/api/endorsements/verify/${await tokenFor(database, email)}/`;
      const answers = await Promise.all([visitor.send('POST', path), visitor.send('POST', path)]);
      assert.deepEqual(
        answers.map(({ status, json }) => [status, json().status]),
        [
          [200, 'verified'],
          [200, 'verified'],
        ],
      );
      assert.match((await visitor.send('POST', path)).json().message, /already/);
      assert.equal((await visitor.get(path)).status, 405, 'what opens links to look at them confirms nothing');
    });

    it('that is old, foreign, unknown or cut off is refused', async () => {
      const email = someone();
      await send(visitor, form(content.campaign, { stakeholder: { email } }));
      const token = await tokenFor(database, email);
      await query(
        `update submission set created_at = now() - interval '2 days', expires_at = now() - interval '1 second' where token = $1`,
        token,
      );
      const status = async (path: string) => (await visitor.send('POST', `/api/endorsements/verify/${path}`)).status;
      assert.equal(await status(token), 400);
      assert.equal(await status('f47ac10b-58cc-4372-a567-0e02b2c3d479'), 404);
      for (const cut of [token.slice(0, -1), 'x', '%00', `${token}%27`]) assert.equal(await status(cut), 400, cut);
      await assert.rejects(query('update submission set expires_at = null where token = $1', token), /not-null/);
      // Sent again, it holds again; the token stays.
      await send(visitor, form(content.campaign, { stakeholder: { email } }));
      assert.equal(await status(token), 200);
    });

    it('says what is so: that it was rejected, and not that a review is pending', async () => {
      const email = someone();
      await send(visitor, form(content.campaign, { stakeholder: { email } }));
      const token = await tokenFor(database, email);
      const [row] = await query<{ id: number }>(
        'select endorsement.id from endorsement join stakeholder on stakeholder.id = stakeholder where email = $1',
        email,
      );
      await review(row?.id ?? 0, 'reject');
      const answer = (await visitor.send('POST', `/api/endorsements/verify/${token}`)).json();
      assert.equal(answer.status, 'rejected');
      assert.doesNotMatch(answer.message, /will be reviewed|being reviewed/);
    });
  });

  describe('a submission', () => {
    it('keeps the wish for news, once the mailbox is proven (L6: the newsletter’s opt-in was never stored)', async () => {
      const email = someone();
      await send(visitor, form(content.campaign, { stakeholder: { email, email_updates: true } }));
      await visitor.send('POST', `/api/endorsements/verify/${await tokenFor(database, email)}`);
      assert.deepEqual(await query('select email_updates from stakeholder where email = $1', email), [
        { email_updates: true },
      ]);
    });

    it('is refused with the path of each field that is wrong (H16: an empty address was a 500) (L7: free-text types, e-mails that are none and unknown states were accepted)', async () => {
      const wrong: readonly (readonly [object, string])[] = [
        [{ stakeholder: { type: 'wizard' } }, 'stakeholder.type'],
        [{ stakeholder: { email: 'no address' } }, 'stakeholder.email'],
        [{ stakeholder: { email: 'a@b' } }, 'stakeholder.email'],
        [{ stakeholder: { email: 'x\u202Emoc.elpmaxe@example.net' } }, 'stakeholder.email'],
        [{ stakeholder: { email: 'a\u200Bda@example.net' } }, 'stakeholder.email'],
        [{ stakeholder: { first_name: '\u202EadA' } }, 'stakeholder.first_name'],
        [{ statement: 'Not \u202Ereviled' }, 'statement'],
        [{ stakeholder: { state: 'Narnia' } }, 'stakeholder.state'],
        [{ stakeholder: { state: '' } }, 'stakeholder.state'],
        [{ stakeholder: { street_address: '' } }, 'stakeholder.street_address'],
        [{ stakeholder: { city: '' } }, 'stakeholder.city'],
        [{ stakeholder: { city: 'Easton 5' } }, 'stakeholder.city'],
        [{ stakeholder: { zip_code: '2160' } }, 'stakeholder.zip_code'],
        [{ stakeholder: { first_name: '  ' } }, 'stakeholder.first_name'],
        [{ stakeholder: { first_name: '\u200B' } }, 'stakeholder.first_name'],
        [{ stakeholder: { last_name: '<b>x</b>' } }, 'stakeholder.last_name'],
        [{ statement: 'x'.repeat(2_001) }, 'statement'],
        [{ statement: '<script>alert(1)</script>' }, 'statement'],
        [{ terms_accepted: 'yes' }, 'terms_accepted'],
        [{ form_metadata: { form_start_time: 'yesterday' } }, 'form_metadata.form_start_time'],
        [{ form_metadata: { form_start_time: 'x'.repeat(51) } }, 'form_metadata.form_start_time'],
        [{ campaign_id: 0 }, 'campaign_id'],
        [{ campaign_id: '1' }, 'campaign_id'],
      ];
      for (const [changes, path] of wrong) {
        const answer = await send(visitor, form(content.campaign, changes as never));
        assert.equal(answer.status, 422, `${path}: ${answer.text}`);
        assert.deepEqual(answer.json().detail[0].loc, ['body', 'data', ...path.split('.')]);
      }
      const missing = await send(visitor, { campaign_id: content.campaign });
      assert.deepEqual(
        missing.json().detail.map(({ loc, type }: { loc: string[]; type: string }) => [loc.at(-1), type]),
        ['stakeholder', 'terms_accepted', 'form_metadata'].map((name) => [name, 'missing']),
      );
    });

    it('is kept as it was meant: names of states, ZIP codes in nine digits, letters with accents', async () => {
      const email = someone();
      const sent = {
        email,
        state: 'puerto rico',
        zip_code: '009011234',
        city: 'SAN GERMÁN',
        street_address: '7  Weir   Road',
      };
      assert.equal((await send(visitor, form(content.campaign, { stakeholder: sent }))).status, 200);
      assert.deepEqual(
        await query('select state, zip_code, city, street_address from stakeholder where email = $1', email),
        [{ state: 'PR', zip_code: '00901-1234', city: 'San Germán', street_address: '7 Weir Road' }],
      );
    });

    it('for a campaign that is not there, not active or not open is refused, and stores nothing', async () => {
      const [hidden] = await query<{ id: number }>(`select id::integer from campaign where name = 'hidden'`);
      const [closed] = await query<{ id: number }>(
        `insert into campaign (name, title, allow_endorsements) values ('closed', 'Closed', false) returning id::integer`,
      );
      const email = someone();
      const status = async (campaign: number, more: object = {}) =>
        (await send(visitor, form(campaign, { stakeholder: { email }, ...more } as never))).status;
      assert.deepEqual(
        [await status(99_999), await status(hidden?.id ?? 0), await status(closed?.id ?? 0)],
        [404, 404, 400],
      );
      assert.equal(await status(content.campaign, { terms_accepted: false }), 400);
      assert.deepEqual(await query('select from stakeholder where email = $1', email), []);
    });

    it('with an accent typed as one character or as two is one person’s', async () => {
      const email = `jos\u00e9.${someone()}`;
      for (const typed of [email, email.normalize('NFD'), email.toUpperCase()]) {
        assert.equal((await send(visitor, form(content.campaign, { stakeholder: { email: typed } }))).status, 200);
      }
      const tail = email.slice(email.indexOf('.'));
      const people = await query('select email from stakeholder where email like $1', `%${tail}`);
      assert.deepEqual(people, [{ email }]);
    });

    it('twenty times from one address at once stops at the limit', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          send(visitor, form(content.campaign, { stakeholder: { email: someone() } }), {
            'X-Forwarded-For': '192.0.2.77',
          }),
        ),
      );
      const passed = answers.filter(({ status }) => status === 200).length;
      // The window may end meanwhile, and the count start anew.
      assert.ok(passed === 10 || Date.now() % 300_000 < 10_000, String(passed));
      const stopped = answers.find(({ status }) => status === 429);
      assert.match(stopped?.headers.get('retry-after') ?? '', /^\d+$/);
    });

    it('floods no mailbox from many places, by whichever of its addresses', async () => {
      const statuses: number[] = [];
      const spelled = ['flooded', 'fl.ood.ed'];
      for (let sent = 0; sent <= addressLimit.requests; sent++) {
        const given = form(content.campaign, {
          stakeholder: { email: `${spelled[sent % 2]}+${sent}@mail.example.net` },
        });
        statuses.push((await send(visitor, given, { 'X-Forwarded-For': `192.0.2.${100 + sent}` })).status);
      }
      assert.ok(statuses.at(-1) === 429 || Date.now() % 3_600_000 < 10_000, String(statuses));
    });
  });

  describe('a reviewer', () => {
    it('cannot approve what nobody verified, and no mail says so (L9: unverified records could be approved, and rejected ones shown again)', async () => {
      const email = someone();
      await send(visitor, form(content.campaign, { stakeholder: { email } }));
      const [row] = await query<{ id: number }>(
        'select endorsement.id from endorsement join stakeholder on stakeholder.id = stakeholder where email = $1',
        email,
      );
      const answer = await reviewer.send('POST', `/api/endorsements/admin/approve/${row?.id}/`);
      assert.equal(answer.status, 409);
      assert.match(answer.json().detail, /not verified/);
      assert.deepEqual(await query(`select from outbox where recipient = $1 and kind = 'approved'`, email), []);
    });

    it('who rejects takes it off the list, and approving again does not put it back (L9: unverified records could be approved, and rejected ones shown again)', async () => {
      const id = await confirmed(someone());
      await review(id, 'approve', { display: true });
      await review(id, 'reject', { reason: 'Duplicate' });
      await reviewer.send('POST', `/api/endorsements/admin/approve/${id}/`);
      assert.ok(!(await publicIds()).includes(id));
    });

    it('sends one mail for an approval, however often it is repeated or undone', async () => {
      const email = someone();
      const id = await confirmed(email);
      for (const action of ['approve', 'approve', 'undo', 'approve', 'reject', 'approve']) {
        const answer = await review(id, action);
        assert.equal(answer.status, 200, `${action}: ${answer.text}`);
      }
      const mails = await query(
        `select state from outbox where recipient = $1 and kind = 'approved' and state <> 'cancelled'`,
        email,
      );
      assert.equal(mails.length, 1);
      const contract = await reviewer.send('POST', `/api/endorsements/admin/approve/${id}/`);
      assert.deepEqual([contract.status, contract.json().status], [200, 'approved']);
      assert.match(contract.json().message, /already/);
    });

    it('can undo for two minutes, and gets back what was', async () => {
      const id = await confirmed(someone());
      await review(id, 'reject', { reason: 'By mistake' });
      const undone = await review(id, 'undo');
      assert.deepEqual([undone.status, undone.json().status], [200, 'verified']);
      assert.equal((await review(id, 'undo')).status, 409, 'there is nothing more to undo');
      await review(id, 'approve', { display: true });
      await review(id, 'hide');
      assert.equal((await review(id, 'undo')).json().display_publicly, true);
      const file = (await reviewer.get(`/api/staff/endorsements/${id}`)).json();
      assert.deepEqual(
        file.reviews.map(({ decision }: { decision: string }) => decision),
        ['reject', 'undo', 'approve', 'hide', 'undo'],
      );
    });

    it('who comes second learns what the first decided', async () => {
      const id = await confirmed(someone());
      const { version } = (await reviewer.get(`/api/staff/endorsements/${id}`)).json();
      const [one, other] = await Promise.all([review(id, 'approve', { version }), review(id, 'reject', { version })]);
      const [won, lost] = one.status === 200 ? [one, other] : [other, one];
      assert.deepEqual([won.status, lost.status], [200, 409]);
      assert.match(lost.json().detail, /The last decision is Staff’s: (approve|reject)/);
      assert.equal(lost.json().status, won.json().status);
    });

    it('is a person: a key decides nothing', async () => {
      const id = await confirmed(someone());
      const key = await api.key('endorsements:review');
      assert.equal((await key.send('POST', `/api/staff/endorsements/${id}/approve`, {})).status, 403);
      const bulk = await key.send('POST', '/api/staff/endorsements/bulk', { ids: [id], action: 'approve' });
      assert.equal(bulk.status, 403);
    });

    it('decides on many at once, and hears about each', async () => {
      const ids = await Promise.all([confirmed(someone()), confirmed(someone())]);
      const email = someone();
      await send(visitor, form(content.campaign, { stakeholder: { email } }));
      const [pending] = await query<{ id: number }>(
        'select endorsement.id from endorsement join stakeholder on stakeholder.id = stakeholder where email = $1',
        email,
      );
      const answer = await reviewer.send('POST', '/api/staff/endorsements/bulk', {
        ids: [...ids, pending?.id, 987_654_321],
        action: 'approve',
        display: true,
      });
      assert.equal(answer.status, 200, answer.text);
      const { changed, unchanged, refused, mails, results } = answer.json();
      assert.deepEqual({ changed, unchanged, refused, mails }, { changed: 2, unchanged: 0, refused: 2, mails: 2 });
      assert.match(results.find(({ id }: { id: number }) => id === pending?.id).message, /not verified/);
      for (const id of ids) assert.ok((await publicIds()).includes(id));
    });

    it('sees what a rule approved, because no person has (H12: auto-approved endorsements became public without a human, or invisible to reviewers)', async () => {
      const id = await confirmed(someone());
      await query(`update endorsement set status = 'approved' where id = $1`, id);
      const ids = async (path: string) => (await reviewer.get(path)).json().map((each: { id: number }) => each.id);
      assert.ok((await ids('/api/endorsements/admin/pending/')).includes(id));
      assert.ok(!(await publicIds()).includes(id));
      assert.ok((await ids('/api/staff/endorsements/')).includes(id));
      assert.equal((await review(id, 'show')).status, 409);
      const approved = await review(id, 'approve');
      assert.equal(approved.json().changed, true);
      assert.ok(!(await ids('/api/endorsements/admin/pending/')).includes(id));
    });

    it('hears once in a quarter of an hour, after somebody has confirmed', async () => {
      const mails = await query<{ dedupe: string }>(`select dedupe from outbox where kind = 'review'`);
      assert.ok(mails.length >= 1 && mails.length <= 2, String(mails.length));
    });

    it('finds people, counts piles and keeps notes', async () => {
      const email = someone();
      const id = await confirmed(email);
      const [found] = (await reviewer.get(`/api/staff/endorsements/?search=${email}&pile=all`)).json();
      assert.equal(found.id, id);
      assert.deepEqual((await reviewer.get('/api/staff/endorsements/?search=%25&pile=all')).json(), []);
      const piles = (await reviewer.get('/api/staff/endorsements/piles')).json();
      assert.ok(piles.review > 0 && piles.all >= piles.review);
      const noted = await reviewer.send('PATCH', `/api/staff/endorsements/${id}`, { admin_notes: 'Called her.' });
      assert.equal(noted.json().admin_notes, 'Called her.');
      const viewer = await api.as('viewer');
      const all = (await viewer.get(`/api/staff/endorsements/?search=${email}&pile=all`)).json();
      const one = (await viewer.get(`/api/staff/endorsements/${id}/`)).json();
      assert.deepEqual([all[0].id, all[0].admin_notes, one.admin_notes], [id, '', ''], 'which reviewers alone see');
    });
  });

  it('has caused no error in all of this', () => assert.deepEqual(api.logged, []));
});
