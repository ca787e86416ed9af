import assert from 'node:assert/strict';
import { cookies, someAddress, startApi, type TestApi, testPassword } from '../../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { rateLimiter } from '../limits/limiter.ts';
import { addAccount } from './accounts.ts';
import { accountLimit } from './session-routes.ts';

describe('staff', () => {
  let database: FreshDatabase;
  let api: TestApi;
  before(async () => {
    database = await freshDatabase();
    const [origins, publicUrl] = [['https://admin.example.org'], 'https://d1.cloudfront.example'];
    api = await startApi(database, { origins, publicUrl, trustedProxyHops: 1 });
    for (const role of ['editor', 'viewer'] as const) await api.as(role);
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  const logIn = async (email: string, password: string, headers = { 'X-Forwarded-For': someAddress() }) =>
    (await api.visitor()).send('POST', '/api/staff/session/', { email, password }, headers);

  describe('logging in', () => {
    it('sets a cookie that scripts cannot read, and says who it is', async () => {
      const answer = await logIn(' Editor@Example.org ', testPassword);
      assert.equal(answer.status, 200);
      assert.equal(answer.json().role, 'editor');
      assert.ok(answer.json().permissions.includes('content:write'));
      const [session = '', token = ''] = answer.headers.getSetCookie();
      assert.match(session, /^session=[\w-]{43}\.[\w-]{43}; Path=\/; Max-Age=43200; SameSite=Lax; HttpOnly$/);
      assert.match(token, /^csrftoken=[\w-]+\.[\w-]+; Path=\/; Max-Age=43200; SameSite=Lax$/);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
    });

    it('asks for HTTPS everywhere but on a laptop (L20: cookies not Secure, imports without TLS verification)', async () => {
      const deployed = await startApi(database, { secureCookies: true });
      const { headers } = await (await deployed.visitor()).send('POST', '/api/staff/session/', {
        email: 'editor@example.org',
        password: testPassword,
      });
      for (const line of headers.getSetCookie()) assert.match(line, /; Secure$/);
      await deployed.close();
    });

    it('answers a wrong password and an unknown account alike', async () => {
      const wrong = await logIn('editor@example.org', 'not this one, surely');
      const unknown = await logIn('nobody@example.org', 'not this one, surely');
      assert.equal(wrong.status, 401);
      assert.equal(unknown.status, 401);
      assert.equal(wrong.json().detail, unknown.json().detail);
      assert.match(wrong.headers.get('www-authenticate') ?? '', /Bearer/);
    });

    it('takes as long for an unknown account as for a wrong password', async () => {
      const time = async (email: string) => {
        const started = performance.now();
        await verify(email);
        return performance.now() - started;
      };
      const verify = (email: string) => logIn(email, 'not this one, surely', { 'X-Forwarded-For': '198.51.100.77' });
      await verify('nobody@example.org');
      const [known, unknown] = [await time('viewer@example.org'), await time('nobody@example.org')];
      // Without the same work for nobody it is a fiftieth; machines that do other things besides stay within a fifth.
      assert.ok(unknown > known / 5, `${unknown} ms against ${known} ms`);
    });

    it('stops trying at one account, from however many addresses', async () => {
      const statuses: number[] = [];
      for (let attempt = 0; attempt <= accountLimit.requests; attempt++) {
        const { status } = await logIn('target@example.org', 'guess', { 'X-Forwarded-For': someAddress() });
        statuses.push(status);
      }
      // The window may end meanwhile, and the count start anew.
      assert.ok(statuses.includes(429) || Date.now() % 300_000 < 20_000, String(statuses));
      assert.ok(statuses.slice(0, accountLimit.requests).every((status) => status === 401 || status === 429));
    });

    it('waits while attempts cannot be counted, when reads do not', async () => {
      const told: string[] = [];
      const increment = async () => {
        throw new Error('The table is away.');
      };
      const limiter = rateLimiter({ increment }, 'local', { uncounted: (action) => told.push(action) });
      const uncounted = await startApi(database, { limiter });
      const body = { email: 'editor@example.org', password: testPassword };
      const login = await (await uncounted.visitor()).send('POST', '/api/staff/session/', body);
      assert.equal(login.status, 503);
      assert.equal(login.headers.get('retry-after'), '30');
      assert.equal((await uncounted.get('/api/regions/lookup?lat=1&lng=1')).status, 200);
      assert.deepEqual(told, ['login', 'login-account', 'region-lookup']);
      await uncounted.close();
    });

    it('keeps neither passwords nor what cookies hold', async () => {
      const { headers } = await logIn('editor@example.org', testPassword);
      const { rows } = await database.pool.query(`select encode(token_hash, 'escape') as kept from session`);
      const token = /session=([^;]+)/.exec(cookies(headers))?.[1] ?? '';
      assert.ok(rows.every(({ kept }) => kept !== token));
      const accounts = await database.pool.query<{ password_hash: string }>('select password_hash from account');
      for (const { password_hash } of accounts.rows)
        assert.match(password_hash, /^scrypt\$15\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    });
  });

  describe('a session', () => {
    it('ends with the log-out, for good', async () => {
      const editor = await api.as('editor');
      assert.equal((await editor.get('/api/staff/session/')).status, 200);
      const out = await editor.send('DELETE', '/api/staff/session/');
      assert.equal(out.status, 204);
      assert.match(out.headers.getSetCookie()[0] ?? '', /^session=; Path=\/; Max-Age=0/);
      assert.equal((await editor.get('/api/staff/session/')).status, 401);
    });

    it('ends by itself', async () => {
      const editor = await api.as('editor');
      await database.pool.query(
        `update session set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'`,
      );
      assert.equal((await editor.get('/api/staff/session/')).status, 401);
    });

    it('is not one that somebody made up, or signed with another key', async () => {
      for (const value of ['x', 'x.y', '..', `${'A'.repeat(43)}.${'B'.repeat(43)}`]) {
        assert.equal((await api.get('/api/staff/session/', { Cookie: `session=${value}` })).status, 401);
      }
    });

    it('that was stolen has no more guesses at the password than the account has', async () => {
      const account = { email: 'robbed@example.org', name: 'Robbed', role: 'viewer', password: testPassword } as const;
      await addAccount(database.pool, account);
      const login = await logIn(account.email, testPassword);
      const stolen = { Cookie: cookies(login.headers), 'X-CSRFToken': login.json().csrf_token };
      const guess = async (attempt: number) => {
        const body = { current_password: `guess ${attempt}`, password: 'herons over still water' };
        const headers = { ...stolen, 'X-Forwarded-For': someAddress() };
        return (await api.send('POST', '/api/staff/password/', body, headers)).status;
      };
      const statuses: number[] = [];
      for (let attempt = 0; attempt <= accountLimit.requests; attempt++) statuses.push(await guess(attempt));
      assert.ok(statuses.includes(429) || Date.now() % 300_000 < 20_000, String(statuses));
      assert.ok(statuses.every((status) => status === 422 || status === 429));
    });

    it('is a new one with each login, whatever cookie was there before', async () => {
      const chosen = `session=${'A'.repeat(43)}.${'B'.repeat(43)}`;
      const visitor = await api.get('/api/csrf-token/', { Cookie: chosen });
      const login = await api.send(
        'POST',
        '/api/staff/session/',
        { email: 'viewer@example.org', password: testPassword },
        {
          Cookie: `${chosen}; ${cookies(visitor.headers)}`,
          'X-CSRFToken': visitor.json().csrf_token,
          'X-Forwarded-For': someAddress(),
        },
      );
      assert.equal(login.status, 200);
      assert.ok(!login.headers.getSetCookie()[0]?.startsWith(chosen));
      assert.equal((await api.get('/api/staff/session/', { Cookie: chosen })).status, 401);
    });

    it('ends everywhere else when the password changes', async () => {
      const [here, there] = [await api.as('reviewer'), await api.as('reviewer')];
      const change = (current_password: string, password: string) =>
        here.send('POST', '/api/staff/password/', { current_password, password });
      assert.equal((await change('wrong', 'a long enough one')).status, 422);
      assert.equal((await change(testPassword, 'short')).status, 422);
      assert.match((await change(testPassword, 'reviewer-reviewer')).json().summary, /others would guess/);
      assert.equal((await change(testPassword, 'herons over still water')).status, 204);
      assert.equal((await here.get('/api/staff/session/')).status, 200);
      assert.equal((await there.get('/api/staff/session/')).status, 401);
      assert.equal((await logIn('reviewer@example.org', testPassword)).status, 401);
    });
  });

  describe('a locked site', () => {
    it('has its visitors’ browsers send its own password along, which is no key of ours', async () => {
      const basic = { Authorization: `Basic ${Buffer.from('site:password').toString('base64')}` };
      const { status, headers, json } = await api.get('/api/csrf-token/', basic);
      assert.equal(status, 200);
      const sent = { ...basic, Cookie: cookies(headers), 'X-CSRFToken': json().csrf_token };
      assert.equal((await api.send('POST', '/api/staff/session/', {}, sent)).status, 422, 'past the token');
      assert.equal((await api.get('/api/staff/session/', basic)).status, 401);
    });
  });

  describe('forged requests', () => {
    const write = { email: 'a@example.org', password: 'x' };

    it('are refused without the cookie, the header, or with two that differ', async () => {
      const { headers, json } = await api.get('/api/csrf-token/');
      const Cookie = cookies(headers);
      const other = (await api.get('/api/csrf-token/')).json().csrf_token;
      for (const forged of [{}, { Cookie }, { 'X-CSRFToken': json().csrf_token }, { Cookie, 'X-CSRFToken': other }]) {
        const answer = await api.send('POST', '/api/staff/session/', write, forged as Record<string, string>);
        assert.equal(answer.status, 403);
        assert.match(answer.headers.get('content-type') ?? '', /problem\+json/);
      }
      const unsigned = { Cookie: 'csrftoken=chosen', 'X-CSRFToken': 'chosen' };
      assert.equal((await api.send('POST', '/api/staff/session/', write, unsigned)).status, 403);
    });

    it('are refused with the token of another session', async () => {
      const [one, visitor] = [await api.as('editor'), await api.get('/api/csrf-token/')];
      const session =
        /session=[^;]+/.exec(cookies((await logIn('editor@example.org', testPassword)).headers))?.[0] ?? '';
      const token: string = visitor.json().csrf_token;
      const answer = await api.send(
        'POST',
        '/api/campaigns/',
        {},
        { Cookie: `${session}; csrftoken=${token}`, 'X-CSRFToken': token },
      );
      assert.equal(answer.status, 403);
      assert.equal((await one.send('POST', '/api/campaigns/', {})).status, 422);
    });

    it('leave a good token behind, so that a browser with a stale one is not shut out until it expires', async () => {
      // The frontend sends whatever its cookie holds: of a session that ended, or signed before the secret changed.
      const login = await logIn('viewer@example.org', testPassword);
      const { csrf_token: stale } = login.json();
      const [session = ''] = cookies(login.headers).split('; ');
      await database.pool.query('delete from session');
      for (const token of [stale, 'signed.before']) {
        const sent = { Cookie: `${session}; csrftoken=${token}`, 'X-CSRFToken': token };
        const refused = await api.send('POST', '/api/staff/session/', {}, sent);
        assert.equal(refused.status, 403);
        const fresh = /^csrftoken=([^;]+)/.exec(refused.headers.getSetCookie()[0] ?? '')?.[1] ?? '';
        const again = { Cookie: `${session}; csrftoken=${fresh}`, 'X-CSRFToken': fresh };
        assert.equal((await api.send('POST', '/api/staff/session/', {}, again)).status, 422, 'past the token');
      }
      const foreign = await api.send('POST', '/api/staff/session/', {}, { Origin: 'https://evil.example' });
      assert.deepEqual(foreign.headers.getSetCookie(), [], 'but nothing for another origin');
    });

    it('are refused from another origin, and taken from the site and the configured ones', async () => {
      const editor = await api.as('editor');
      const status = async (Origin: string, more = {}) =>
        (await editor.send('POST', '/api/campaigns/', {}, { Origin, ...more })).status;
      assert.equal(await status('https://evil.example'), 403);
      assert.equal(await status('null'), 403);
      assert.equal(await status('https://www.example.org'), 422);
      assert.equal(await status('https://admin.example.org'), 422);
      // The desk, behind a CDN that hands on another Host.
      assert.equal(await status('https://d1.cloudfront.example'), 422);
      assert.equal(await status(api.url), 422);
      assert.equal(await status('https://preview.example.org', { 'X-Forwarded-Host': 'preview.example.org' }), 422);
    });
  });

  describe('API keys', () => {
    it('are shown once, work without a cookie, and end when revoked', async () => {
      const administrator = await api.as('administrator');
      const made = await administrator.send('POST', '/api/staff/keys/', {
        name: 'Site',
        scopes: ['content:write', 'drafts:read'],
      });
      assert.equal(made.status, 201);
      const { secret, id } = made.json();
      assert.match(secret, /^coalition_[\w-]{43}$/);
      assert.ok(!(await administrator.get('/api/staff/keys/')).text.includes(secret));
      const asKey = { Authorization: `Bearer ${secret}` };
      assert.equal((await api.get('/api/staff/campaigns/', asKey)).status, 200);
      const campaign = await api.send('POST', '/api/campaigns/', { name: 'by-key', title: 'By key' }, asKey);
      assert.equal(campaign.status, 201, campaign.text);
      assert.equal((await api.get('/api/stakeholders/', asKey)).status, 403);
      assert.equal((await administrator.send('DELETE', `/api/staff/keys/${id}`)).status, 204);
      assert.equal((await api.get('/api/staff/campaigns/', asKey)).status, 401);
      assert.equal((await administrator.send('DELETE', `/api/staff/keys/${id}`)).status, 404);
    });

    it('end with their day, and with the account that made them', async () => {
      const administrator = await api.as('administrator');
      const id: number = (
        await administrator.send('POST', '/api/staff/accounts/', {
          email: 'second@example.org',
          name: 'Second',
          role: 'administrator',
          password: testPassword,
        })
      ).json().id;
      const login = await logIn('second@example.org', testPassword);
      const second = { Cookie: cookies(login.headers), 'X-CSRFToken': login.json().csrf_token };
      const make = async (more = {}) =>
        (await api.send('POST', '/api/staff/keys/', { name: 'x', scopes: ['drafts:read'], ...more }, second)).json()
          .secret;
      const [endless, short] = [await make(), await make({ expires_at: new Date(Date.now() + 60_000).toISOString() })];
      const works = async (secret: string) =>
        (await api.get('/api/staff/campaigns/', { Authorization: `Bearer ${secret}` })).status === 200;
      assert.deepEqual([await works(endless), await works(short)], [true, true]);
      await database.pool.query(`update api_key set expires_at = now() where expires_at is not null`);
      assert.deepEqual([await works(endless), await works(short)], [true, false]);
      await administrator.send('PATCH', `/api/staff/accounts/${id}`, { active: false });
      assert.equal(await works(endless), false);
      assert.equal((await api.get('/api/staff/session/', second)).status, 401);
    });

    it('that nobody made are refused, in whatever form', async () => {
      for (const Authorization of ['Bearer x', 'Bearer coalition_x', 'Basic YTpi', 'Bearer', 'coalition_x']) {
        assert.equal((await api.get('/api/staff/session/', { Authorization })).status, 401, Authorization);
      }
    });
  });

  describe('accounts', () => {
    it('keep one active administrator', async () => {
      await database.pool.query(`update account set active = false where email <> 'administrator@example.org'`);
      const administrator = await api.as('administrator');
      const { json } = await administrator.get('/api/staff/accounts/');
      const own = json().find(({ email }: { email: string }) => email === 'administrator@example.org').id;
      for (const change of [{ active: false }, { role: 'viewer' }]) {
        const answer = await administrator.send('PATCH', `/api/staff/accounts/${own}`, change);
        assert.equal(answer.status, 409);
        assert.match(answer.json().detail, /last active administrator/);
      }
    });

    it('have one e-mail address each, and passwords that are not guessed at once', async () => {
      const administrator = await api.as('administrator');
      const add = (more: object) =>
        administrator.send('POST', '/api/staff/accounts/', {
          email: 'new@example.org',
          name: 'New Person',
          role: 'viewer',
          password: testPassword,
          ...more,
        });
      const { status, text } = await add({});
      assert.equal(status, 201);
      assert.ok(!text.includes('scrypt') && !text.includes('password'));
      assert.equal((await add({ email: 'NEW@example.org' })).status, 409);
      for (const password of ['password1234', 'aaaaaaaaaaaa', 'my person is new', '123456789012']) {
        assert.equal((await add({ email: 'other@example.org', password })).status, 422, password);
      }
      assert.equal((await add({ email: 'no address' })).status, 422);
    });

    it('leave a trail of what was done by whom, which nobody can change', async () => {
      const administrator = await api.as('administrator');
      const { json, text } = await administrator.get('/api/staff/audit/?resource=account');
      const [last] = json();
      assert.equal(last.resource, 'account');
      assert.ok(json().some(({ action }: { action: string }) => action === 'create'));
      assert.ok(!text.includes('scrypt'));
      await assert.rejects(database.pool.query('update audit_entry set account = 1'), /only ever added/);
      await assert.rejects(database.pool.query('delete from audit_entry'), /only ever added/);
    });
  });

  describe('all of this', () => {
    it('has caused no error', () => assert.deepEqual(api.logged, []));
  });
});
