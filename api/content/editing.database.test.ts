import assert from 'node:assert/strict';
import { type Agent, type Answer, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';

describe('editing', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let editor: Agent;
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
    editor = await api.as('editor');
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  describe('a campaign', () => {
    it('is added, changed by the fields that are sent, seen by the public, and deleted', async () => {
      const added = await editor.send('POST', '/api/campaigns/', {
        name: 'bay-grass',
        title: 'Bay Grass',
        active: false,
      });
      assert.equal(added.status, 201, added.text);
      const { id } = added.json();
      assert.equal(added.headers.get('location'), `/api/campaigns/${id}/`);
      assert.equal((await api.get(`/api/campaigns/${id}/`)).status, 404, 'a draft');
      assert.equal((await editor.get(`/api/staff/campaigns/${id}/`)).json().title, 'Bay Grass');
      const changed = await editor.send('PATCH', `/api/campaigns/${id}/`, { active: true, image: content.image });
      assert.equal(changed.status, 200, changed.text);
      assert.deepEqual(
        [changed.json().title, changed.json().active, changed.json().image_alt_text],
        ['Bay Grass', true, 'A river at dawn'],
      );
      assert.equal((await api.get('/api/campaigns/by-name/bay-grass/')).json().id, id);
      assert.equal((await editor.send('DELETE', `/api/campaigns/${id}/`)).status, 200);
      assert.equal((await api.get(`/api/campaigns/${id}/`)).status, 404);
      assert.equal((await editor.send('DELETE', `/api/campaigns/${id}/`)).status, 404);
    });

    it('leaves a trail: who, when, before and after', async () => {
      const { id } = (await editor.send('POST', '/api/campaigns/', { name: 'trail', title: 'One' })).json();
      const change = await editor.send('PATCH', `/api/campaigns/${id}/`, { title: 'Two' });
      await editor.send('DELETE', `/api/campaigns/${id}/`);
      const audit = await (await api.as('administrator')).get(`/api/staff/audit/?resource=campaign&resource_id=${id}`);
      const entries = audit.json().reverse();
      assert.deepEqual(
        entries.map(({ action, before, after }: Record<string, { title?: string } | null>) => [
          action,
          before?.title,
          after?.title,
        ]),
        [
          ['create', undefined, 'One'],
          ['change', 'One', 'Two'],
          ['delete', 'Two', undefined],
        ],
      );
      assert.equal(entries[1].request_id, change.headers.get('x-request-id'));
      const { rows } = await database.pool.query<{ email: string }>('select email from account where id = $1', [
        entries[1].account,
      ]);
      assert.equal(rows[0]?.email, 'editor@example.org');
    });

    it('takes its bills along, and the trail has each of them with its sponsors', async () => {
      const { id } = (await editor.send('POST', '/api/campaigns/', { name: 'with-bills', title: 'With bills' })).json();
      const bill = { campaign: id, level: 'federal', number: '7', title: 'A bill', chamber: 'house', session: '119' };
      const added = await editor.send('POST', '/api/bills/', { ...bill, introduced_date: '2026-01-02' });
      const change = { cosponsors: [content.legislator] };
      assert.equal((await editor.send('PATCH', `/api/bills/${added.json().id}/`, change)).status, 200);
      assert.equal((await editor.send('DELETE', `/api/campaigns/${id}/`)).status, 200);
      const { rows } = await database.pool.query<{
        action: string;
        before: { cosponsors: number[] };
        after: typeof change;
      }>(`select action, before, after from audit_entry where resource = 'bill' and resource_id = $1 order by id`, [
        added.json().id,
      ]);
      assert.deepEqual(
        rows.map(({ action, before, after }) => [action, before?.cosponsors, after?.cosponsors]),
        [
          ['create', undefined, []],
          ['change', [], [content.legislator]],
          ['delete', [content.legislator], undefined],
        ],
      );
    });

    it('is not deleted while people have endorsed it', async () => {
      const { id } = (await editor.send('POST', '/api/campaigns/', { name: 'signed', title: 'Signed' })).json();
      await database.pool.query('insert into endorsement (stakeholder, campaign) values ($1, $2)', [
        content.stakeholder,
        id,
      ]);
      const deletion = await editor.send('DELETE', `/api/campaigns/${id}/`);
      assert.equal(deletion.status, 409);
      assert.match(deletion.json().detail, /still in use/);
      await database.pool.query('delete from endorsement where campaign = $1', [id]);
      assert.equal((await editor.send('DELETE', `/api/campaigns/${id}/`)).status, 200);
    });

    it('is refused with the field that is wrong, and nothing is stored', async () => {
      const before = await count('campaign');
      const audits = await count('audit_entry');
      const good = { name: 'good', title: 'Good' };
      for (const [body, summary] of [
        [{ title: 'x' }, /name is missing/],
        [{ ...good, name: 'Not A Slug' }, /name takes lower-case letters/],
        [{ ...good, title: '' }, /title is empty/],
        [{ ...good, title: 'x'.repeat(201) }, /title is longer than 200/],
        [{ ...good, title: 'a\0b' }, /title has characters that cannot be stored/],
        [{ ...good, title: 'half \ud800 pair' }, /title has characters that cannot be stored/],
        [{ ...good, title: '<script>alert(1)</script>' }, /title is plain text, and has an HTML tag/],
        [{ ...good, active: 'yes' }, /active is neither true nor false/],
        [{ ...good, image: 99999 }, /image names something that does not exist/],
        [{ ...good, image: '1; drop table campaign' }, /image is not a whole number/],
        [{ ...good, id: 7 }, /fields that do not exist here: "id"/],
        [{ ...good, created_at: '2020-01-01' }, /fields that do not exist here/],
        [[good], /body is not an object/],
        ['null', /body is not an object/],
      ] as const) {
        const answer = await editor.send('POST', '/api/campaigns/', body);
        assert.equal(answer.status, 422, `${JSON.stringify(body)}: ${answer.text}`);
        assert.match(answer.json().summary, summary);
        assert.equal(answer.json().detail[0].loc[0], 'body');
        assert.equal(answer.json().detail[0].loc[1], 'data');
      }
      const taken = await editor.send('POST', '/api/campaigns/', { name: 'clean-water', title: 'Again' });
      assert.equal(taken.status, 409);
      assert.equal(taken.json().detail, 'There is another campaign with this name.');
      assert.deepEqual([await count('campaign'), await count('audit_entry')], [before, audits]);
    });
  });

  describe('text', () => {
    it('that is plain stays as it was written', async () => {
      for (const title of [
        '5 < 10',
        'Tom & Ann',
        'a<bd',
        'R&amp;D',
        '&lt;script&gt;',
        'javascript: the good parts',
        `O'Brien"; --`,
        'Ä 漢 🦦',
      ]) {
        const answer = await editor.send('PATCH', `/api/campaigns/${content.campaign}/`, { title, summary: title });
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual([answer.json().title, answer.json().summary], [title, title]);
      }
    });

    it('that is HTML keeps its structure, and loses what could act', async () => {
      const store = async (description: string) =>
        (await editor.send('PATCH', `/api/campaigns/${content.campaign}/`, { description })).json().description;
      for (const [written, stored] of [
        ['<p>5 &lt; 10 and Tom &amp; Ann</p>', '<p>5 &lt; 10 and Tom &amp; Ann</p>'],
        ['5 < 10, Tom & Ann', '5 &lt; 10, Tom &amp; Ann'],
        ['<h2 class="big">A</h2><ul><li>b</li></ul>', '<h2 class="big">A</h2><ul><li>b</li></ul>'],
        ['javascript: the good parts', 'javascript: the good parts'],
        ['a<script>alert(1)</script>b', 'ab'],
        ['a<style>@import url(//evil)</style>b', 'ab'],
        ['<p style="position:fixed">a</p>', '<p>a</p>'],
        ['<img src=x onerror=alert(1)>a', 'a'],
        ['<a href="JaVaScRiPt:alert(1)">a</a>', '<a>a</a>'],
        ['<a href="java\tscript:alert(1)">a</a>', '<a>a</a>'],
        ['<a href="data:text/html,x">a</a>', '<a>a</a>'],
        ['<a href="//evil.example">a</a>', '<a>a</a>'],
        [
          '<a href="https://x.example" target="frame">a</a>',
          '<a href="https://x.example" target="_blank" rel="noopener noreferrer">a</a>',
        ],
        ['<svg><animate onbegin=alert(1)></svg>a', 'a'],
        ['<!-- comment -->a', 'a'],
        ['<p>not closed', '<p>not closed</p>'],
        ['<iframe src="https://x.example"></iframe>a', 'a'],
      ] as const) {
        assert.equal(await store(written), stored, written);
        assert.equal(await store(stored), stored, 'the same for what it returned');
      }
    });
  });

  describe('a theme', () => {
    const active = async () => (await api.get('/api/themes/active/')).json()?.name;
    const named = async (name: string) => (await editor.send('POST', '/api/themes/', { name })).json().id;

    it('is written by nobody who is not staff (L1: anonymous visitors could create, edit, activate and delete themes)', async () => {
      const visitor = await api.visitor();
      assert.equal(
        (await visitor.send('POST', '/api/themes/', { name: 'Mine', custom_css: '*{display:none}' })).status,
        401,
      );
      assert.equal((await visitor.send('PATCH', `/api/themes/${content.theme}/activate/`)).status, 401);
      assert.equal((await visitor.send('DELETE', `/api/themes/${content.theme}/`)).status, 401);
    });

    it('is the only active one, however many are activated at once', async () => {
      const ids = await Promise.all(['A', 'B', 'C', 'D'].map(named));
      const answers = await Promise.all(ids.map((id) => editor.send('PATCH', `/api/themes/${id}/activate/`)));
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200, 200, 200],
      );
      const { rows } = await database.pool.query('select from theme where is_active');
      assert.equal(rows.length, 1);
    });

    it('stays active when one that does not exist is activated (L16: activating an unknown theme left none active)', async () => {
      await editor.send('PATCH', `/api/themes/${content.theme}/activate/`);
      assert.equal((await editor.send('PATCH', '/api/themes/99999/activate/')).status, 404);
      assert.equal(await active(), 'Bay');
    });

    it('cannot be deleted while it is active', async () => {
      assert.equal((await editor.send('DELETE', `/api/themes/${content.theme}/`)).status, 400);
      const id = await named('Short-lived');
      assert.equal((await editor.send('DELETE', `/api/themes/${id}/`)).status, 200);
    });

    it('has a name that no other has', async () => {
      assert.equal((await editor.send('POST', '/api/themes/', { name: 'Bay' })).status, 409);
    });

    it('takes PUT with a name and the fields to change', async () => {
      const id = await named('Put');
      const put = (body: object) => editor.send('PUT', `/api/themes/${id}/`, body);
      assert.equal((await put({ primary_color: '#123' })).status, 422);
      const { json } = await put({ name: 'Put', primary_color: '#123', font_size_base: 1.1 });
      assert.deepEqual([json().primary_color, json().font_size_base, json().accent_color], ['#123', 1.1, '#059669']);
    });

    it('holds no CSS that loads, runs or breaks out', async () => {
      const set = async (fields: object) =>
        (await editor.send('PATCH', `/api/themes/${content.theme}/`, fields)).status;
      for (const custom_css of [
        '@import url("https://evil.example/x.css");',
        '@\\69mport "x";',
        '@im/**/port "x";',
        '.a { background: url(https://evil.example/track) }',
        '.a { background: u\\72l(//evil.example) }',
        '.a { width: expression(alert(1)) }',
        '.a { behavior: url(/x.htc) }',
        '</style><script>alert(1)</script>',
        '.a { color: red } }',
        '.a { color: red',
        '.a { } /* open',
        '.a { background: image-set("/x.png" 1x, "https://evil.example/t.gif" 2x) }',
        '.a { --x: "//evil.example/t.gif"; background: image-set(var(--x) 1x) }',
        '.a { content: "/*"; background: url(https://evil.example/x); quotes: "*/" }',
        '.a { background: url(/*) } .b { background: url(https://evil.example/x) } .c { background: url(*/) }',
        `.a { -x: my-url(/*)"*/; background: url(https://evil.example/x); content: "" }`,
        '.a { -x: #url(/*)"*/; background: url(https://evil.example/x); content: "" }',
        '.a { x: "1/*\n*/"; background: url(https://evil.example/x) }',
        '.a { background: url("/\\\\evil.example/x") }',
        '.a { background: url("/\\9 /evil.example/x") }',
        '.a { background: url("ht\\\ntps://evil.example/x") }',
        '.a { background: url(/x/\\\\..) }',
        `.a { content: "${'\\"'.repeat(20_000)} }`,
      ]) {
        assert.equal(await set({ custom_css }), 422, custom_css);
      }
      for (const custom_css of [
        '.a::before { content: "\\201C"; }',
        '.a > .b { background: url(/bg.png) } /* } */',
        '@media (width > 40em) { .a { top: 0 } }',
        '@font-face { font-family: x; src: url("/x.woff2"), url(\'/y.woff\') } /* https://fonts.example */',
        '.md\\:flex { content: "} /* */"; background: image-set("/x.png" 1x, url( /y.png ) 2x) }',
        '',
      ]) {
        assert.equal(await set({ custom_css }), 200, custom_css);
      }
      for (const body_font_family of ['Arial; } body { display: none', 'x</style>', 'a{b', 'url(x)']) {
        assert.equal(await set({ body_font_family }), 422, body_font_family);
      }
      assert.equal(await set({ body_font_family: '"Noto Sans", Źródło, sans-serif' }), 200);
    });
  });

  describe('a legal document', () => {
    const add = async (version: string, more = {}) =>
      (
        await editor.send('POST', '/api/legal/documents/', {
          document_type: 'privacy',
          title: 'Privacy',
          content: '<p>x</p>',
          version,
          ...more,
        })
      ).json();
    const activate = (id: number) => editor.send('PATCH', `/api/legal/documents/${id}/activate/`);

    it('is in force alone of its kind, and then not edited any more', async () => {
      const [one, two] = [await add('1'), await add('2')];
      assert.equal((await activate(one.id)).status, 200);
      assert.equal((await activate(two.id)).status, 200);
      assert.equal((await api.get('/api/legal/privacy/')).json().version, '2');
      assert.equal((await api.get('/api/legal/terms/')).json().version, '1', 'another kind');
      const edit = await editor.send('PATCH', `/api/legal/documents/${two.id}/`, { content: '<p>other</p>' });
      assert.equal(edit.status, 409);
      assert.match(edit.json().detail, /add the next version/);
      assert.equal((await editor.send('DELETE', `/api/legal/documents/${two.id}/`)).status, 400);
      assert.equal(
        (await editor.send('PATCH', `/api/legal/documents/${one.id}/`, { content: '<p>other</p>' })).status,
        200,
      );
    });

    it('is not in force before its day', async () => {
      const { id } = await add('3', { effective_date: '2999-01-01T00:00:00Z' });
      const early = await activate(id);
      assert.equal(early.status, 409);
      assert.equal((await api.get('/api/legal/privacy/')).json().version, '2');
    });

    it('stays as somebody agreed to it, and as long as they do', async () => {
      const { id } = await add('4');
      await database.pool.query(
        `with e as (insert into endorsement (stakeholder, campaign) values ($1, $2) returning id)
         insert into terms_acceptance (endorsement, legal_document) select id, $3 from e`,
        [content.stakeholder, content.campaign, id],
      );
      assert.equal(
        (await editor.send('PATCH', `/api/legal/documents/${id}/`, { content: '<p>other</p>' })).status,
        409,
      );
      const deletion = await editor.send('DELETE', `/api/legal/documents/${id}/`);
      assert.equal(deletion.status, 409, deletion.text);
      assert.match(deletion.json().detail, /still in use/);
    });
  });

  describe('a bill', () => {
    const base = {
      level: 'state',
      number: '12',
      title: 'Act',
      chamber: 'state_senate',
      session: '2026',
      state: 'MD',
      introduced_date: '2026-01-14',
    };
    const add = (more: object) => editor.send('POST', '/api/bills/', { ...base, campaign: content.campaign, ...more });

    it('has sponsors, and is written as people write it', async () => {
      const added = await add({ cosponsors: [content.legislator] });
      assert.equal(added.status, 201, added.text);
      const { id, display_number, cosponsors, sponsors } = added.json();
      assert.deepEqual([display_number, sponsors, cosponsors], ['MD SB 12', [], [content.legislator]]);
      const both = await editor.send('PATCH', `/api/bills/${id}/`, { sponsors: [content.legislator] });
      assert.match(both.json().summary, /already is on the other list/);
      const moved = await editor.send('PATCH', `/api/bills/${id}/`, { sponsors: [], cosponsors: [] });
      assert.deepEqual(moved.json().cosponsors, []);
    });

    it('has a state exactly when it is a state’s, and a Congress that is a number (L15: current bills compared 119th with 119)', async () => {
      assert.match((await add({ state: null })).json().summary, /bill state iff state level/);
      assert.equal((await add({ level: 'federal' })).status, 422);
      assert.equal((await add({ level: 'federal', state: null, session: '119th' })).status, 422);
      assert.equal((await add({ level: 'federal', state: null, session: '119' })).status, 201);
      assert.match((await add({ sponsors: [99999] })).json().summary, /does not exist/);
      assert.match((await add({ introduced_date: '2026-02-30' })).json().summary, /introduced_date is not a day/);
    });
  });

  describe('lists', () => {
    it('come in pages when asked, whole and in order, though rows come in between', async () => {
      await database.pool.query(
        `insert into legislator (level, first_name, last_name, chamber, state)
         select 'state', 'F' || n % 3, 'L' || n % 5, 'state_house', 'AL' from generate_series(1, 25) n`,
      );
      const whole = (await api.get('/api/legislators/')).json().map(({ id }: { id: number }) => id);
      const seen: number[] = [];
      let next: string | undefined = '/api/legislators/?limit=7';
      for (let page = 0; next !== undefined; page++) {
        const answer = await api.get(next);
        assert.equal(answer.status, 200, answer.text);
        seen.push(...answer.json().map(({ id }: { id: number }) => id));
        next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
        // Before every row of the next page: it must not push any of them.
        if (page === 1)
          await database.pool.query(
            `insert into legislator (level, first_name, last_name, chamber, state) values ('state', 'A', 'A', 'house', 'AA')`,
          );
      }
      assert.deepEqual(seen, whole);
    });

    it('of blocks too, whose places may be below zero', async () => {
      await database.pool.query(
        `insert into content_block (page_type, block_type, title, "order")
         select 'contact', 'text', 'At ' || n, n from generate_series(-2, 2) n`,
      );
      const titles: string[] = [];
      let path: string | undefined = '/api/content-blocks/?page_type=contact&limit=2';
      while (path) {
        const { json, headers }: Answer = await api.get(path);
        titles.push(...json().map(({ title }: { title: string }) => title));
        path = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      }
      assert.deepEqual(titles, ['At -2', 'At -1', 'At 0', 'At 1', 'At 2']);
    });

    it('take no cursor but their own', async () => {
      const of = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      for (const cursor of [
        'x',
        of(['a']),
        of({}),
        of([1, 2]),
        of(["2026-01-01 00:00:00+00'; --", '1']),
        of(['9999999-01-01 00:00:00+00', '1']),
        of(['2026-02-31 00:00:00+00', '1']),
        of(['2026-01-01 00:00:00+99:99', '1']),
      ]) {
        const answer = await api.get(`/api/campaigns/?limit=2&cursor=${cursor}`);
        assert.equal(answer.status, 422, cursor);
      }
      for (const limit of ['0', '201', '-1', 'x', '1e2']) {
        assert.equal((await api.get(`/api/campaigns/?limit=${limit}`)).status, 422, limit);
      }
    });

    it('page through every resource that staff see', async () => {
      for (const name of [
        'campaigns',
        'bills',
        'legislators',
        'content-blocks',
        'homepage',
        'themes',
        'legal/documents',
        'images',
        'videos',
      ]) {
        const first = await editor.get(`/api/staff/${name}/?limit=1`);
        assert.equal(first.status, 200, first.text);
        const next = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1];
        if (next) assert.equal((await editor.get(next)).status, 200, next);
      }
    });
  });

  describe('an ETag', () => {
    it('is current until something changes that the answer is made of', async () => {
      const tag = async (path: string) => (await api.get(path)).headers.get('etag') ?? '';
      const before = { campaigns: await tag('/api/campaigns/'), themes: await tag('/api/themes/') };
      const isCurrent = async (path: string, etag: string) =>
        (await api.get(path, { 'If-None-Match': etag })).status === 304;
      assert.ok(await isCurrent('/api/campaigns/', before.campaigns));
      await editor.send('PATCH', `/api/campaigns/${content.campaign}/`, { title: 'Changed' });
      assert.ok(!(await isCurrent('/api/campaigns/', before.campaigns)));
      assert.ok(await isCurrent('/api/themes/', before.themes), 'of other tables');
      const withImage = await tag('/api/campaigns/');
      await editor.send('PATCH', `/api/images/${content.image}/`, { alt_text: 'A river at dusk' });
      assert.ok(!(await isCurrent('/api/campaigns/', withImage)), 'the image is part of it');
    });

    it('of whatever is there does not stand for what is not', async () => {
      assert.equal((await api.get('/api/campaigns/', { 'If-None-Match': '*' })).status, 304);
      assert.equal((await api.get('/api/campaigns/99999/', { 'If-None-Match': '*' })).status, 404);
    });

    it('that If-Match names has to be the current one', async () => {
      const etag = (await api.get('/api/campaigns/')).headers.get('etag') ?? '';
      const status = async (value: string, path = '/api/campaigns/') =>
        (await api.get(path, { 'If-Match': value })).status;
      assert.deepEqual([await status(etag), await status(`"x", ${etag}`), await status('*')], [200, 200, 200]);
      assert.deepEqual([await status('"x"'), await status('"x"', '/robots.txt')], [412, 412]);
    });

    it('is of one path and query', async () => {
      const of = async (path: string) => (await api.get(path)).headers.get('etag');
      assert.equal(await of('/api/content-blocks/'), await of('/api/content-blocks'));
      assert.notEqual(await of('/api/content-blocks/'), await of('/api/content-blocks/?page_type=about'));
      assert.notEqual(await of(`/api/themes/${content.theme}/`), await of(`/api/themes/${content.theme}/css/`));
    });

    it('is not taken back by a change that is undone with its transaction', async () => {
      const etag = (await api.get('/api/campaigns/')).headers.get('etag') ?? '';
      await editor.send('PATCH', `/api/campaigns/${content.campaign}/`, { image: 99999 });
      assert.equal((await api.get('/api/campaigns/', { 'If-None-Match': etag })).status, 304);
    });
  });

  describe('all of this', () => {
    it('has caused no error', () => assert.deepEqual(api.logged, []));
  });

  async function count(table: string): Promise<number> {
    const { rows } = await database.pool.query<{ count: string }>(`select count(*) from ${table}`);
    return Number(rows[0]?.count);
  }
});
