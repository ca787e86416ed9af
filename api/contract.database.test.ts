/** Every call that the site's frontend makes, with its headers, and what it reads from the answers. */
import assert from 'node:assert/strict';
import { type Answer, cookies, startApi, type TestApi } from '../scripts/testing/api.ts';
import { addContent, type Content } from '../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';
import { endorse, form, tokenFor } from '../scripts/testing/endorsing.ts';
import { routesOf } from './rooms.ts';

const campaignFields = [
  ...['id', 'name', 'title', 'summary', 'description', 'endorsement_statement', 'allow_endorsements'],
  ...['endorsement_form_instructions', 'created_at', 'active', 'image', 'image_url', 'image_alt_text', 'image_author'],
  ...['image_license', 'image_source_url', 'image_caption', 'image_caption_display'],
];
const themeFields = [
  ...['id', 'name', 'description', 'primary_color', 'secondary_color', 'accent_color', 'background_color'],
  ...['section_background_color', 'card_background_color', 'heading_color', 'body_text_color', 'muted_text_color'],
  ...['link_color', 'link_hover_color', 'heading_font_family', 'body_font_family', 'google_fonts', 'font_size_base'],
  ...[
    'font_size_small',
    'font_size_large',
    'logo',
    'logo_url',
    'logo_alt_text',
    'favicon',
    'favicon_url',
    'custom_css',
  ],
  ...['is_active', 'created_at', 'updated_at'],
];
const homepageFields = [
  ...['id', 'organization_name', 'tagline', 'hero_title', 'hero_subtitle', 'hero_background_image'],
  ...['hero_background_image_url', 'hero_background_video', 'hero_background_video_url', 'hero_background_video_data'],
  ...['hero_overlay_enabled', 'hero_overlay_color', 'hero_overlay_opacity', 'cta_title', 'cta_content'],
  ...['cta_button_text', 'cta_button_url', 'facebook_url', 'twitter_url', 'instagram_url', 'linkedin_url'],
  ...['campaigns_section_title', 'campaigns_section_subtitle', 'show_campaigns_section', 'theme', 'is_active'],
  ...['created_at', 'updated_at'],
];
const blockFields = [
  ...['id', 'page_type', 'block_type', 'title', 'content', 'image', 'image_url', 'image_alt_text', 'image_title'],
  ...['image_author', 'image_license', 'image_source_url', 'image_caption', 'image_caption_display', 'layout_option'],
  ...['vertical_alignment', 'css_classes', 'background_color', 'animation_type', 'animation_delay', 'order'],
  ...['is_visible', 'created_at', 'updated_at'],
];
const legislatorFields = [
  ...['id', 'level', 'bioguide_id', 'state_id', 'first_name', 'last_name', 'chamber', 'state', 'state_region'],
  ...['district', 'is_senior', 'party', 'in_office', 'url'],
];
const stakeholderFields = [
  ...['id', 'first_name', 'last_name', 'name', 'organization', 'role', 'email', 'street_address', 'city', 'zip_code'],
  ...['type', 'email_updates', 'created_at', 'updated_at', 'state', 'county', 'latitude', 'longitude'],
  ...['congressional_district', 'state_senate_district', 'state_house_district'].flatMap((name) => [
    name,
    `${name}_name`,
    `${name}_abbrev`,
  ]),
];

describe('the contract with the frontend', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  /** As its client sends them; every path is asked for with and without the slash, and never redirected. */
  async function get(path: string): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'X-Request-Id': 'contract-test' };
    const [answer, without] = [await api.get(path, headers), await api.get(path.replace(/\/$/, ''), headers)];
    assert.deepEqual([without.status, without.text], [answer.status, answer.text], path);
    return answer;
  }
  const fieldsOf = (value: object) => Object.keys(value).sort();

  it('lists active campaigns, newest first', async () => {
    await database.pool.query(
      `insert into campaign (name, title, created_at) values ('older', 'Older', now() - interval '1 day')`,
    );
    const campaigns = (await get('/api/campaigns/')).json();
    assert.deepEqual(
      campaigns.map(({ name }: { name: string }) => name),
      ['clean-water', 'older'],
    );
    const [campaign, plain] = campaigns;
    assert.deepEqual(fieldsOf(campaign), [...campaignFields].sort());
    assert.match(campaign.image_url, /\/media\/images\/river\.jpg$/);
    assert.equal(campaign.image_author, 'Ann Fisher');
    assert.equal(campaign.summary, 'Tom & Ann: 5 < 10');
    assert.deepEqual([plain.image, plain.image_url, plain.image_caption_display], [null, null, null]);
  });

  it('gives one campaign by id and by name, while it is active (H15: deactivated campaigns still showed)', async () => {
    const { id, json } = { id: content.campaign, ...(await get(`/api/campaigns/${content.campaign}/`)) };
    assert.equal(json().id, id);
    assert.equal((await get('/api/campaigns/by-name/clean-water/')).json().id, id);
    const { rows } = await database.pool.query<{ id: string }>(`select id from campaign where name = 'hidden'`);
    assert.equal((await get(`/api/campaigns/${rows[0]?.id}/`)).status, 404);
    assert.equal((await get('/api/campaigns/by-name/hidden/')).status, 404);
    assert.equal((await get('/api/campaigns/99999/')).status, 404);
    const invalid = await get('/api/campaigns/abc/');
    assert.equal(invalid.status, 422);
    assert.deepEqual(invalid.json().detail[0].loc, ['path', 'id']);
  });

  it('gives the active homepage with its theme and video in full', async () => {
    const homepage = (await get('/api/homepage/')).json();
    assert.deepEqual(fieldsOf(homepage), [...homepageFields].sort());
    assert.equal(homepage.theme.name, 'Bay');
    assert.deepEqual(fieldsOf(homepage.theme), [...themeFields].sort());
    assert.match(homepage.hero_background_image_url, /river\.jpg$/);
    assert.match(homepage.hero_background_video_data.video_url, /river\.mp4$/);
    assert.ok(!('uploaded_by' in homepage.hero_background_video_data), 'who uploaded it is nobody else’s business');
    assert.equal((await get(`/api/homepage/${content.homepage}/`)).json().id, content.homepage);
    assert.equal((await get('/api/homepage/99999/')).status, 404);
  });

  it('lists visible content blocks in order, of one kind of page or of all', async () => {
    await database.pool.query(
      `insert into content_block (page_type, block_type, title, "order") values ('homepage', 'text', 'First', 1)`,
    );
    const all = (await get('/api/content-blocks/')).json();
    assert.deepEqual(
      all.map(({ title }: { title: string }) => title),
      ['First', 'We'],
    );
    assert.deepEqual(fieldsOf(all[0]), [...blockFields].sort());
    assert.deepEqual([all[0].image_url, all[0].image_caption_display], ['', 'below']);
    assert.equal((await api.get('/api/content-blocks/?page_type=about')).json().length, 1);
    assert.deepEqual((await api.get('/api/content-blocks/?page_type=nothing')).json(), []);
    // What the frontend sends beside it has no meaning, and does no harm.
    assert.equal((await api.get('/api/content-blocks/?homepage_id=1')).json().length, 2);
    assert.equal((await get(`/api/content-blocks/${content.block}/`)).json().title, 'We');
    assert.equal((await get('/api/content-blocks/99999/')).status, 404);
  });

  it('lists themes, the active one first, with numbers for sizes', async () => {
    const themes = (await get('/api/themes/')).json();
    assert.deepEqual(
      themes.map(({ name }: { name: string }) => name),
      ['Bay', 'Plain'],
    );
    assert.deepEqual(fieldsOf(themes[0]), [...themeFields].sort());
    assert.deepEqual([themes[0].font_size_base, themes[0].font_size_small], [1, 0.875]);
    assert.equal((await get('/api/themes/active/')).json().name, 'Bay');
    assert.equal((await get(`/api/themes/${content.theme}/`)).json().name, 'Bay');
    assert.equal((await get('/api/themes/99999/')).status, 404);
    for (const id of ['active', content.theme]) {
      const css = (await get(`/api/themes/${id}/css/`)).json();
      assert.match(css.css_variables, /--theme-primary: #2563eb;/);
      assert.equal(css.custom_css, '.a { top: 0 }');
    }
  });

  it('gives legal documents in force, and says so where there is none', async () => {
    const terms = (await get('/api/legal/terms/')).json();
    assert.deepEqual(fieldsOf(terms), ['content', 'document_type', 'effective_date', 'id', 'title', 'version']);
    const none = await get('/api/legal/privacy/');
    assert.equal(none.status, 404);
    assert.ok(none.json().error && none.json().message);
    const [document] = (await get('/api/legal/documents/')).json();
    assert.equal(document.document_type_display, 'Terms of Use');
    assert.ok(!('content' in document));
  });

  it('lists legislators, and bills with their sponsors', async () => {
    await database.pool.query(
      `insert into legislator (level, first_name, last_name, chamber, state, in_office) values ('state', 'Bo', 'Alder', 'state_senate', 'DE', false)`,
    );
    const legislators = (await get('/api/legislators/')).json();
    assert.deepEqual(
      legislators.map(({ state }: { state: string }) => state),
      ['DE', 'MD'],
    );
    assert.deepEqual(fieldsOf(legislators[0]), [...legislatorFields].sort());
    const [bill] = (await api.get(`/api/bills/?campaign_id=${content.campaign}`)).json();
    assert.equal(bill.display_number, 'H.R. 1234');
    assert.deepEqual(bill.sponsors, [content.legislator]);
    assert.equal(bill.introduced_date, '2025-03-09');
    assert.deepEqual((await api.get('/api/bills/?campaign_id=99999')).json(), []);
  });

  it('lists stakeholders for staff, with null where a district is not known', async () => {
    assert.equal((await api.get('/api/stakeholders/')).status, 401);
    const [stakeholder] = (await (await api.as('viewer')).get('/api/stakeholders/')).json();
    assert.deepEqual(fieldsOf(stakeholder), [...stakeholderFields].sort());
    assert.deepEqual([stakeholder.name, stakeholder.latitude, stakeholder.longitude], ['Rosa Vega', 38.77, -76.07]);
    assert.equal(stakeholder.congressional_district_abbrev, null);
  });

  it('gives districts their names and abbreviations', async () => {
    await database.pool.query(`
      with boundary as (
        insert into boundary_set (layer, coverage, vintage, resolution, source_file, source_sha256, feature_count)
        values ('congressional', 'us', 2025, '20m', 'x', repeat('0', 64), 1) returning id),
      district as (
        insert into region (boundary_set_id, layer, geoid, state_fips, name, geom)
        select id, 'congressional', '2401', '24', 'Congressional District 1',
               st_multi(st_geomfromtext('polygon((0 0, 1 0, 1 1, 0 0))', 4326)) from boundary returning id)
      update stakeholder set congressional_district = (select id from district)`);
    const [stakeholder] = (await (await api.as('viewer')).get('/api/stakeholders/')).json();
    assert.equal(stakeholder.congressional_district_name, 'Congressional District 1');
    assert.equal(stakeholder.congressional_district_abbrev, 'MD-01');
    // A boundary that is loaded anew leaves people where they are, without a district until they are assigned again.
    await database.pool.query('delete from boundary_set');
    const [after] = (await (await api.as('viewer')).get('/api/stakeholders/')).json();
    assert.deepEqual(
      [after.id, after.congressional_district, after.congressional_district_abbrev],
      [stakeholder.id, null, null],
    );
  });

  it('suggests addresses while somebody types, and fills the form with the one that is chosen', async () => {
    const asked = await api.get('/api/address/suggestions/?q=411%20W%201st&limit=5');
    const { suggestions, count } = asked.json();
    assert.deepEqual([asked.status, count, Object.keys(suggestions[0])], [200, 1, ['text', 'place_id']]);
    const chosen = await api.get(`/api/address/place/${encodeURIComponent(suggestions[0].place_id)}/`);
    assert.deepEqual(chosen.json(), {
      street_address: '411 W 1st St',
      city: 'Duluth',
      state: 'MN',
      zip_code: '55802',
      country: 'USA',
    });
  });

  it('gives a token that the next write is taken with', async () => {
    const first = await api.get('/api/csrf-token');
    const token: string = first.json().csrf_token;
    assert.ok(!token.includes('='), 'the frontend splits the cookie at its equals signs');
    const fresh = await api.get('/api/csrf-token/');
    assert.match(cookies(fresh.headers), /^csrftoken=/);
    const headers = { Cookie: cookies(fresh.headers), 'X-CSRFToken': fresh.json().csrf_token };
    assert.equal((await api.send('POST', '/api/staff/session/', {}, headers)).status, 422, 'past the token');
  });

  it('serves the active theme as a stylesheet that a browser can keep (L19: the sitemap’s host, theme.css without 304, HEAD refused, two formats of time)', async () => {
    const sheet = await api.get('/theme.css');
    assert.match(sheet.headers.get('content-type') ?? '', /^text\/css/);
    assert.match(sheet.text, /:root \{[\s\S]*--theme-font-size-base: 1rem;[\s\S]*\.a \{ top: 0 \}/);
    const again = await api.get('/theme.css', { 'If-None-Match': sheet.headers.get('etag') ?? '' });
    assert.equal(again.status, 304);
    assert.equal((await api.get(`/theme/${content.theme}.css`)).text, sheet.text);
    for (const none of ['99999', 'abc', '%00', '1;drop']) {
      const empty = await api.get(`/theme/${none}.css`);
      assert.deepEqual([empty.status, empty.text], [200, ''], none);
    }
  });

  it('names the site in robots.txt and the sitemap, whatever host was asked (L19: the sitemap’s host, theme.css without 304, HEAD refused, two formats of time)', async () => {
    const headers = { Host: 'api.internal.example', 'X-Forwarded-Host': 'other.example' };
    assert.match((await api.get('/robots.txt', headers)).text, /Sitemap: https:\/\/www\.example\.org\/sitemap\.xml/);
    const sitemap = await api.get('/sitemap.xml', headers);
    assert.match(sitemap.headers.get('content-type') ?? '', /^application\/xml/);
    const urls = [...sitemap.text.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, url]) => url);
    assert.deepEqual(urls.slice(0, 2), ['https://www.example.org/', 'https://www.example.org/campaigns/clean-water/']);
    assert.ok(!sitemap.text.includes('hidden'));
  });

  it('writes every time in one format (L19: the sitemap’s host, theme.css without 304, HEAD refused, two formats of time)', async () => {
    const administrator = await api.as('administrator');
    const paths = [
      'campaigns',
      'homepage',
      'content-blocks',
      'themes',
      'legal/terms',
      'legal/documents',
      'health',
      'stakeholders',
      'staff/accounts',
      'staff/audit',
    ];
    for (const path of paths) {
      const { text } = await administrator.get(`/api/${path}/`);
      for (const [, time] of text.matchAll(/"(\d{4}-\d\d-\d\d[T ][^"]*)"/g)) {
        // What the audit kept of a row is a row, as it was.
        assert.match(time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, path);
      }
    }
  });

  it('never writes on a read, even before anybody has written a homepage (L10: reading the homepage wrote one)', async () => {
    await database.pool.query('delete from homepage');
    await database.pool.query('delete from theme');
    const answers = await Promise.all(Array.from({ length: 6 }, () => api.get('/api/homepage/')));
    for (const { status, json } of answers) {
      assert.equal(status, 200);
      assert.deepEqual(fieldsOf(json()), [...homepageFields].sort());
      assert.deepEqual([json().id, json().theme], [0, null]);
    }
    const { rows } = await database.pool.query('select from homepage');
    assert.equal(rows.length, 0);
    assert.equal((await get('/api/themes/active/')).json(), null);
    assert.deepEqual((await get('/api/themes/active/css/')).json(), { css_variables: '', custom_css: null });
    assert.equal((await api.get('/theme.css')).text, '');
  });

  it('answers every call that the frontend makes, with the status that it reads', async () => {
    const { campaign, homepage, block } = content;
    for (const [path, status] of [
      ['/api/health/', 200],
      ['/api/csrf-token/', 200],
      ['/api/campaigns/', 200],
      [`/api/campaigns/${campaign}/`, 200],
      ['/api/campaigns/by-name/clean-water/', 200],
      ['/api/campaigns/by-name/no%20such%2Fone/', 404],
      ['/api/legislators/', 200],
      ['/api/endorsements/', 200],
      [`/api/endorsements/?campaign_id=${campaign}`, 200],
      ['/api/homepage/', 200],
      [`/api/homepage/${homepage}/`, 404],
      ['/api/content-blocks/', 200],
      ['/api/content-blocks/?page_type=homepage', 200],
      [`/api/content-blocks/?homepage_id=${homepage}`, 200],
      [`/api/content-blocks/${block}/`, 200],
      ['/api/themes/active/', 200],
      ['/api/themes/active/css/', 200],
      ['/api/legal/terms/', 200],
      ['/api/legal/privacy/', 404],
      // Its client has a method for this one and calls it nowhere; the rewrite of /api itself leads to the next.
      ['/api/endorsers/', 404],
      ['/api/', 404],
    ] as const) {
      // What differs from one answer to the next is asked for once.
      const answer = await (/health|csrf|endorsers|^\/api\/$/.test(path) ? api.get(path) : get(path));
      assert.equal(answer.status, status, path);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/(problem\+)?json/, path);
    }
  });

  it('takes an endorsement as the frontend sends it: the token out of its cookie, JSON, and a body only where there is one', async () => {
    const jar = new Map<string, string>();
    /** Its client looks for the cookie first, splits it at the equals signs, and asks for a token only without one. */
    async function post(path: string, body?: object): Promise<Answer> {
      if (!jar.has('csrftoken')) keep(await api.get('/api/csrf-token/'));
      const Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const [, token = ''] = (Cookie.split(';').find((each) => each.trim().startsWith('csrftoken=')) ?? '')
        .trim()
        .split('=');
      const headers = {
        'Content-Type': 'application/json',
        'X-CSRFToken': token,
        Cookie,
        Origin: 'https://www.example.org',
      };
      const answer = await api.send('POST', path, body, headers);
      keep(answer);
      return answer;
    }
    const keep = ({ headers }: Answer) => {
      for (const pair of cookies(headers).split('; ').filter(Boolean)) {
        const [name = '', value = ''] = pair.split('=');
        jar.set(name, value);
      }
    };
    const sent = await post('/api/endorsements/', form(content.campaign));
    assert.equal(sent.status, 200, sent.text);
    assert.equal(sent.json().campaign.id, content.campaign);
    const token = await tokenFor(database, 'ada@example.net');
    const verified = await post(`/api/endorsements/verify/${token}/`);
    assert.deepEqual([verified.status, verified.json().success, verified.json().status], [200, true, 'verified']);
    const again = { email: 'ada@example.net', campaign_id: content.campaign };
    const resent = await post('/api/endorsements/resend-verification/', again);
    assert.deepEqual([resent.status, resent.json().success], [200, true]);
    jar.set('csrftoken', 'of.before');
    assert.equal((await post('/api/endorsements/resend-verification/', again)).status, 403);
    assert.equal((await post('/api/endorsements/resend-verification/', again)).status, 200, 'healed by the refusal');
  });

  it('shows the public nothing of a person but what they put their name to (H6: public lists exposed e-mail, street and place of endorsers)', async () => {
    const id = await endorse(api, database, content.campaign, { stakeholder: { email: 'shown@example.net' } });
    const reviewer = await api.as('reviewer');
    const path = `/api/staff/endorsements/${id}/`;
    assert.equal((await reviewer.send('POST', `${path}approve/`, { display: true })).status, 200);
    assert.equal((await reviewer.send('PATCH', path, { admin_notes: 'a note of ours' })).status, 200);
    assert.equal((await api.get('/api/endorsements/')).json().length, 1, 'one is there to be seen');
    const secrets = await database.pool.query<{ text: string }>(
      'select token::text as text from submission union all select password_hash from account',
    );
    const hidden = [
      'rosa@example.net',
      'shown@example.net',
      'Weir Road',
      'Mill Lane',
      '21601',
      '38.77',
      '-76.07',
      'a note of ours',
      'uploaded_by',
    ];
    const others = ['reviewer@example.org', 'created_by', ...secrets.rows.map(({ text }) => text)];
    const reads = (await routesOf(api.services)).filter(
      ({ method, access = 'everybody' }) => method === 'GET' && access === 'everybody',
    );
    let read = 0;
    for (const { path } of reads.filter(({ path }) => !/openapi|docs/.test(path))) {
      for (const id of new Set([1, ...Object.values(content)])) {
        const { status, text } = await api.get(path.replace(/\{\w+\}/, String(id)));
        if (status === 200) read += 1;
        for (const value of [...hidden, ...others]) assert.ok(!text.includes(value), `${path} shows ${value}`);
        if (!path.includes('{')) break;
      }
    }
    assert.ok(read > 20, String(read));
  });

  it('gives null where nothing is related, and what is related where it is (H19: states and counties that became relations broke JSON and exports)', async () => {
    const { pool } = database;
    await pool.query(`insert into theme (name) values ('Bare')`);
    await pool.query(`insert into homepage (organization_name, is_active) values ('Bare', true)`);
    await pool.query(`insert into content_block (page_type, block_type) values ('contact', 'text')`);
    await pool.query(
      `insert into stakeholder (first_name, last_name, email, type) values ('No', 'Place', 'no@example.net', 'other')`,
    );
    const bare = (await get('/api/homepage/')).json();
    assert.deepEqual(
      [bare.theme, bare.hero_background_image, bare.hero_background_image_url, bare.hero_background_video_data],
      [null, null, '', null],
    );
    const byName = (list: { name: string }[], name: string) => list.find((each) => each.name === name);
    assert.deepEqual(byName((await get('/api/themes/')).json(), 'Bare'), {
      ...byName((await get('/api/themes/')).json(), 'Bare'),
      ...{ logo: null, logo_url: null, favicon: null, favicon_url: null },
    });
    const nowhere = byName((await (await api.as('viewer')).get('/api/stakeholders/')).json(), 'No Place');
    for (const [field, value] of Object.entries(nowhere ?? {})) {
      if (/state|county|district|latitude|longitude/.test(field)) assert.equal(value, null, field);
    }
    assert.equal((await get('/api/content-blocks/?page_type=contact')).json()[0].image, null);
    await pool.query('update homepage set theme = $1, hero_background_image = $2 where is_active', [
      (await pool.query<{ id: number }>(`select id from theme where name = 'Bare'`)).rows[0]?.id,
      content.image,
    ]);
    const related = (await get('/api/homepage/')).json();
    assert.deepEqual([related.theme.name, related.hero_background_image], ['Bare', content.image]);
  });

  it('has caused no error in all of this', () => assert.deepEqual(api.logged, []));
});
