/** What a person can do with what is theirs, by the link of their mail alone; and what is left when they are gone. */
import assert from 'node:assert/strict';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { endorse, follow, form, send } from '../../scripts/testing/endorsing.ts';
import { ownToken, readOwnToken } from './own-token.ts';
import { pseudonym } from './submit.ts';

describe('one’s own endorsement', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let reviewer: Agent;
  let secret: string;
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
    reviewer = await api.as('reviewer');
    secret = await api.services.secret();
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  let people = 0;
  const query = async <T extends object>(text: string, ...values: unknown[]): Promise<T[]> =>
    (await database.pool.query<T>(text, values)).rows;
  const link = async (id: number) => {
    const [row] = await query<{ created_at: Date }>('select created_at from endorsement where id = $1', id);
    return `/api/endorsements/own/${ownToken(secret, id, row?.created_at ?? new Date(0))}/`;
  };
  const someone = async (more: object = {}) => {
    people += 1;
    const email = `own${people}@example.net`;
    const id = await endorse(api, database, content.campaign, { stakeholder: { email, email_updates: true }, ...more });
    return { email, id, link: await link(id) };
  };
  const isShown = async (id: number) =>
    (await api.get('/api/endorsements/')).json().some((each: { id: number }) => each.id === id);
  /** As a form on a page sends it: no token against forged requests, no JSON. */
  const press = (path: string) =>
    api.send('POST', path, undefined, { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' });

  it('is a page with plain forms, and JSON for a program', async () => {
    const mine = await someone({ statement: 'Wells & "rivers" <3' });
    const page = await api.get(mine.link, { Accept: 'text/html,*/*' });
    assert.equal(page.status, 200);
    assert.match(page.text, /Wells &#38; &#34;rivers&#34; &#60;3/);
    assert.match(page.headers.get('content-security-policy') ?? '', /style-src 'sha256-.*form-action 'self'/);
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(page.headers.get('cache-control'), 'no-store');
    for (const [, action = ''] of page.text.matchAll(/action="([^"]+)"/g)) assert.ok(action.startsWith(mine.link));
    const { status, name, public_display } = (await api.get(mine.link)).json();
    assert.deepEqual([status, name, public_display], ['verified', 'Ada Brook', true]);
  });

  it('is nobody’s without the whole link', async () => {
    const [mine, other] = [await someone(), await someone()];
    const token = mine.link.split('/').at(-2) ?? '';
    const [subject = '', signature = ''] = token.split('.');
    const forged = other.link.replace(/\.[\w-]+\/$/, `.${signature}/`);
    for (const path of [
      `/api/endorsements/own/${token.slice(0, -1)}/`,
      `/api/endorsements/own/${subject}/`,
      forged,
      mine.link.replace(/endorsement-\d+/, `endorsement-${other.id}`),
    ]) {
      assert.equal((await api.get(path)).status, 404, path);
      assert.equal((await press(`${path}erase/`)).status, 404, path);
    }
    assert.equal(readOwnToken('another key', token), undefined);
    assert.equal((await api.get(`${mine.link}erase/`)).status, 405, 'what follows links erases nothing');
  });

  it('says on a page that a link is cut off, or of what is erased, and where to go; a program gets a problem', async () => {
    const mine = await someone();
    await press(`${mine.link}erase/`);
    for (const path of [
      mine.link,
      mine.link.replace(/.\/$/, '/'),
      '/api/endorsements/own/x/',
      '/api/endorsements/own/%3Cb%3E/',
    ]) {
      const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
      for (const page of [await api.get(path, { Accept: browser }), await press(`${path}withdraw/`)]) {
        assert.deepEqual([page.status, page.headers.get('content-type')], [404, 'text/html; charset=utf-8'], path);
        assert.match(page.text, /<h1>This link does not work<\/h1>/);
        assert.match(page.text, /<a href="https:\/\/www\.example\.org\/">/);
        assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
        assert.equal(page.headers.get('cache-control'), 'no-store');
      }
      const problem = await api.get(path);
      assert.deepEqual([problem.status, problem.headers.get('content-type')], [404, 'application/problem+json']);
    }
  });

  it('says on a page too that it was opened too often, and when it can be again', async () => {
    const from = { 'X-Forwarded-For': '203.0.113.77' };
    const answers = await Promise.all(
      Array.from({ length: 61 }, () => api.get('/api/endorsements/own/x/', { ...from, Accept: 'text/html' })),
    );
    const stopped = answers.find(({ status }) => status === 429);
    assert.match(stopped?.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(stopped?.text ?? '', /Please wait \d+ seconds and try again/);
    assert.match(stopped?.headers.get('retry-after') ?? '', /^\d+$/);
  });

  it('can be hidden and shown again', async () => {
    const mine = await someone();
    await reviewer.send('POST', `/api/staff/endorsements/${mine.id}/approve`, { display: true });
    assert.equal(await isShown(mine.id), true);
    assert.match((await press(`${mine.link}hide/`)).text, /not shown to the public any more/);
    assert.equal(await isShown(mine.id), false);
    await press(`${mine.link}show/`);
    assert.equal(await isShown(mine.id), true);
    await press(`${mine.link}no-news/`);
    assert.deepEqual(await query('select email_updates from stakeholder where email = $1', mine.email), [
      { email_updates: false },
    ]);
  });

  it('can be withdrawn, at once and for everybody, and sent in again', async () => {
    const mine = await someone();
    await reviewer.send('POST', `/api/staff/endorsements/${mine.id}/approve`, { display: true });
    const page = await press(`${mine.link}withdraw/`);
    assert.equal(page.status, 200);
    assert.match(page.text, /Your endorsement is withdrawn\./);
    assert.equal(await isShown(mine.id), false);
    assert.equal((await reviewer.send('POST', `/api/staff/endorsements/${mine.id}/approve`, {})).status, 409);
    assert.equal((await reviewer.send('POST', `/api/staff/endorsements/${mine.id}/undo`, {})).status, 409);
    const mails = await query(`select kind, state from outbox where recipient = $1 and state = 'waiting'`, mine.email);
    assert.deepEqual(mails, [{ kind: 'withdrawn', state: 'waiting' }], 'and nothing else is mailed any more');
    assert.match((await press(`${mine.link}withdraw/`)).text, /withdrawn already/);
    const visitor = await api.visitor();
    await send(visitor, form(content.campaign, { stakeholder: { email: mine.email } }));
    const again = await follow(visitor, database, mine.email);
    assert.deepEqual([again.status, again.json().status], [200, 'verified']);
    assert.equal(await isShown(mine.id), false, 'a person looks at it again');
    const [row] = await query('select reviewed_at, display_publicly from endorsement where id = $1', mine.id);
    assert.deepEqual(row, { reviewed_at: null, display_publicly: false });
  });

  it('goes whole when it is erased, and leaves that terms were accepted (L17: nobody could be erased who had accepted the terms)', async () => {
    const mine = await someone({ statement: 'A statement that nobody else has made.' });
    await reviewer.send('POST', `/api/staff/endorsements/${mine.id}/approve`, { reason: `Spoke with ${mine.email}` });
    const page = await press(`${mine.link}erase/`);
    assert.match(page.text, /Everything that we knew about you is erased/);
    assert.ok(!page.text.includes('nobody else has made'));
    assert.equal((await api.get(mine.link)).status, 404);
    const [left] = await query<{
      subject: string;
      endorsement: number | null;
      ip_address: string | null;
      user_agent: string;
    }>(
      'select subject, endorsement, ip_address, user_agent from terms_acceptance where subject = $1',
      pseudonym(secret, mine.email),
    );
    assert.deepEqual([left?.endorsement, left?.ip_address, left?.user_agent], [null, null, '']);
    const reviews = await query('select decision, reason from endorsement_review where endorsement = $1', mine.id);
    assert.deepEqual(reviews, [{ decision: 'approve', reason: '' }], 'the proof of the review stays, and names nobody');
    // Nothing in any table names them, but the last mail until it is sent.
    await query(`delete from outbox where kind = 'erased' and recipient = $1`, mine.email);
    const tables = await query<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'spatial_ref_sys'`,
    );
    for (const { name } of tables) {
      const [found] = await query<{ count: number }>(
        `select count(*)::int from ${name} t where to_jsonb(t)::text like any(array['%${mine.email}%', '%nobody else has made%'])`,
      );
      assert.equal(found?.count, 0, name);
    }
  });

  it('is erased by an administrator whom the person asked, and by nobody else', async () => {
    const mine = await someone();
    const [row] = await query<{ id: number }>('select id from stakeholder where email = $1', mine.email);
    assert.equal((await reviewer.send('DELETE', `/api/stakeholders/${row?.id}`)).status, 403);
    const administrator = await api.as('administrator');
    assert.equal((await administrator.send('DELETE', `/api/stakeholders/${row?.id}`)).status, 204);
    assert.equal((await administrator.send('DELETE', `/api/stakeholders/${row?.id}`)).status, 404);
  });

  it('has caused no error', () => assert.deepEqual(api.logged, []));
});
