import assert from 'node:assert/strict';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startApi, type TestApi } from '../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';
import { importFile } from './geodata/load/import-file.ts';
import { addDemoCampaign } from './local/demo.ts';
import { lookupLimit } from './regions/lookup-routes.ts';

const bundled = [
  'cb_2022_us_state_500k',
  'cb_2022_us_county_20m',
  'cb_2025_us_cd119_20m',
  'tl_2024_27_sldu',
  'tl_2024_27_sldl',
];

describe('api', () => {
  let database: FreshDatabase;
  let api: TestApi;

  before(async () => {
    database = await freshDatabase();
    await addDemoCampaign(database);
    for (const name of bundled) {
      await importFile(database, fileURLToPath(new URL(`./local/boundaries/${name}.zip`, import.meta.url)));
    }
    api = await startApi(database);
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  const fetched = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${api.url}${path}`, {
      redirect: 'manual',
      ...init,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  const lookup = async (query: string) => {
    const { status, json } = await fetched(`/api/regions/lookup?${query}`);
    return { status, body: json() };
  };
  const found = async (lat: number, lng: number): Promise<string[]> =>
    (await lookup(`lat=${lat}&lng=${lng}`)).body.regions.map(
      ({ layer, geoid }: Record<string, string>) => `${layer} ${geoid}`,
    );

  describe('GET /api/health', () => {
    it('answers with and without a slash, and tells nothing of what runs inside', async () => {
      for (const path of ['/api/health', '/api/health/', '/api/health/ready/']) {
        const { status, json } = await fetched(path);
        assert.equal(status, 200);
        assert.ok(Object.keys(json()).every((key) => ['status', 'timestamp', 'database'].includes(key)));
        assert.equal(json().status, 'healthy');
      }
      assert.deepEqual((await fetched('/api/health/ready')).json().database, { status: 'healthy' });
    });

    it('is alive and not ready without a database', async () => {
      const gone = {
        pool: { query: () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })) },
      };
      const lonely = await startApi(gone as never);
      const base = lonely.url;
      assert.equal((await fetch(`${base}/api/health/`)).status, 200);
      assert.equal((await fetch(`${base}/api/health/ready/`)).status, 503);
      const campaigns = await fetch(`${base}/api/campaigns/`);
      assert.equal(campaigns.status, 503);
      assert.equal(campaigns.headers.get('retry-after'), '5');
      assert.match(await campaigns.text(), /"title":"Database unavailable"/);
      await lonely.close();
    });
  });

  describe('GET /api/campaigns/', () => {
    it('lists active campaigns with every field that the frontend reads, and caches', async () => {
      await database.pool.query(`insert into campaign (name, title, active) values ('hidden', 'Hidden', false)`);
      const first = await fetched('/api/campaigns/');
      const campaigns = first.json();
      assert.equal(campaigns.length, 1);
      assert.deepEqual(Object.keys(campaigns[0]).sort(), [
        'active',
        'allow_endorsements',
        'created_at',
        'description',
        'endorsement_form_instructions',
        'endorsement_statement',
        'id',
        'image',
        'image_alt_text',
        'image_author',
        'image_caption',
        'image_caption_display',
        'image_license',
        'image_source_url',
        'image_url',
        'name',
        'summary',
        'title',
      ]);
      assert.match(campaigns[0].created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.equal(typeof campaigns[0].id, 'number');
      const again = await fetched('/api/campaigns', { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
      assert.equal(again.status, 304);
      assert.equal(again.text, '');
    });
  });

  describe('GET /api/regions/lookup', () => {
    it('finds all five districts of a point, each with name, source and vintage', async () => {
      const { status, body } = await lookup('lat=44.9553&lng=-93.1022');
      assert.equal(status, 200);
      assert.deepEqual(
        body.regions.map((region: Record<string, unknown>) => [
          region.layer,
          region.geoid,
          region.name,
          region.vintage,
        ]),
        [
          ['state', '27', 'Minnesota', 2022],
          ['county', '27123', 'Ramsey County', 2022],
          ['congressional', '2704', 'Congressional District 4', 2025],
          ['state_upper', '27065', 'State Senate District 65', 2024],
          ['state_lower', '2765B', 'State House District 65B', 2024],
        ],
      );
      assert.equal(body.regions[2].session, '119th Congress');
      assert.match(body.notes.join(' '), /different vintages \(2022, 2024, 2025\)/);
    });

    it('finds San Juan, Puerto Rico', async () => {
      assert.deepEqual(await found(18.4, -66.06), ['state 72', 'county 72127', 'congressional 7298']);
    });

    it('finds the Aleutians on either side of the antimeridian', async () => {
      assert.deepEqual(await found(51.8, -176.7), ['state 02', 'county 02016', 'congressional 0200']);
      assert.deepEqual(await found(52.9, 173), ['state 02', 'county 02016', 'congressional 0200']);
    });

    it('finds both Baltimores, the city and the county (L3: the second county of a name was dropped without a word)', async () => {
      assert.ok((await found(39.29, -76.61)).includes('county 24510'));
      assert.ok((await found(39.4, -76.61)).includes('county 24005'));
    });

    it('finds nothing at sea, at the poles and at the edges of the world', async () => {
      for (const [lat, lng] of [
        [30, -45],
        [90, 0],
        [-90, 0],
        [0, 180],
        [0, -180],
      ] as const)
        assert.deepEqual(await found(lat, lng), []);
    });

    it('finds all districts that share a border, ordered by GEOID', async () => {
      // A corner that two house districts have in common, taken from the data itself.
      const { rows } = await database.pool.query<{ lat: number; lng: number; geoids: string[] }>(`
        with corner as (
          select (st_dumppoints(st_intersection(a.geom, b.geom))).geom as point
            from region a join region b on a.layer = b.layer and a.geoid < b.geoid and st_touches(a.geom, b.geom)
           where a.layer = 'state_lower' and a.geoid = '2760A'
           limit 1)
        select st_y(point) as lat, st_x(point) as lng,
               array(select geoid from region where layer = 'state_lower' and st_covers(geom, point) order by geoid) as geoids
          from corner`);
      const corner = rows[0];
      assert.ok(corner && corner.geoids.length >= 2, 'the data has such a corner');
      const { body } = await lookup(`lat=${corner.lat}&lng=${corner.lng}`);
      const lower = body.regions
        .filter(({ layer }: { layer: string }) => layer === 'state_lower')
        .map(({ geoid }: { geoid: string }) => geoid);
      assert.deepEqual(lower, corner.geoids);
      assert.match(body.notes.join(' '), /on the border of several state lower chamber districts/);
    });

    for (const [query, detail] of [
      ['lat=91&lng=0', 'lat is above 90 degrees'],
      ['lat=-91&lng=0', 'lat is below -90 degrees'],
      ['lat=0&lng=180.1', 'lng is above 180 degrees'],
      ['lat=abc&lng=0', 'lat is not a number of degrees'],
      ['lat=&lng=0', 'lat is not a number of degrees'],
      ['lat=1e1&lng=0', 'lat is not a number of degrees'],
      ['lat=NaN&lng=Infinity', 'lng is not a number of degrees'],
      ['lat=1%00&lng=0', 'lat is not a number of degrees'],
      ['lng=0', 'lat is missing'],
      ['', 'lat is missing; lng is missing'],
      ['lat=1&lat=2&lng=0', 'lat is given more than once'],
      ["lat=1'%20or%20'1&lng=0", 'lat is not a number of degrees'],
    ] as const) {
      it(`refuses ${query || 'nothing'}: ${detail}`, async () => {
        const { status, headers, json } = await fetched(`/api/regions/lookup?${query}`);
        assert.equal(status, 422);
        assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
        assert.ok(json().summary.includes(detail), json().summary);
        assert.equal(json().detail[0].loc[0], 'query');
      });
    }

    it('says how many requests are left, and stops the one too many', async () => {
      const ask = () =>
        fetched('/api/regions/lookup?lat=1', { headers: { 'X-Forwarded-For': '6.6.6.6, 203.0.113.77' } });
      const first = await ask();
      assert.equal(first.headers.get('ratelimit-limit'), String(lookupLimit.requests));
      assert.equal(first.headers.get('ratelimit-remaining'), String(lookupLimit.requests - 1));
      const rest = await Promise.all(Array.from({ length: lookupLimit.requests }, ask));
      const stopped = rest.filter(({ status }) => status === 429);
      // The window may end meanwhile; then none is stopped, and the count starts anew.
      if (Number(first.headers.get('ratelimit-reset')) > 5) assert.equal(stopped.length, 1);
      for (const { headers } of stopped) assert.ok(Number(headers.get('retry-after')) >= 1);
    });
  });

  describe('GET /api/regions/', () => {
    it('lists the layers with source, vintage and scale', async () => {
      const { layers, source } = (await fetched('/api/regions/')).json();
      assert.equal(source, 'U.S. Census Bureau');
      assert.deepEqual(
        layers.map(
          ({
            layer,
            count,
            sources,
          }: {
            layer: string;
            count: number;
            sources: { name: string; coverage_name: string }[];
          }) => [layer, count, sources[0]?.name, sources[0]?.coverage_name],
        ),
        [
          ['state', 56, 'cb_2022_us_state_500k', 'United States'],
          ['county', 3222, 'cb_2022_us_county_20m', 'United States'],
          ['congressional', 437, 'cb_2025_us_cd119_20m', 'United States'],
          ['state_upper', 67, 'tl_2024_27_sldu', 'Minnesota'],
          ['state_lower', 134, 'tl_2024_27_sldl', 'Minnesota'],
        ],
      );
    });

    it('serves a layer as GeoJSON, compressed, and not again to who has it', async () => {
      const first = await fetched('/api/regions/congressional/');
      assert.equal(first.headers.get('content-encoding'), 'gzip');
      assert.match(first.headers.get('content-type') ?? '', /^application\/geo\+json/);
      const { type, features } = first.json();
      assert.equal(type, 'FeatureCollection');
      assert.equal(features.length, 437);
      assert.deepEqual(Object.keys(features[0].properties), ['geoid', 'name', 'vintage']);
      assert.equal(features[0].geometry.type, 'MultiPolygon');
      const etag = first.headers.get('etag') ?? '';
      assert.equal(
        (await fetched('/api/regions/congressional', { headers: { 'If-None-Match': `"other", ${etag}` } })).status,
        304,
      );
      assert.equal(
        (await fetched('/api/regions/congressional', { headers: { 'Accept-Encoding': 'identity' } })).headers.get(
          'content-encoding',
        ),
        null,
      );
    });

    it('knows no other layer', async () => {
      for (const layer of ['nothing', '__proto__', 'state%2F..', '%00']) {
        assert.equal((await fetched(`/api/regions/${layer}/`)).status, 404, layer);
      }
      assert.equal((await fetched('/api/regions/%/')).status, 400);
      assert.equal((await fetched('/api/regions/state/%00/')).status, 422);
    });
  });

  describe('every route', () => {
    it('answers HEAD and OPTIONS, and refuses other methods by name (L19: the sitemap’s host, theme.css without 304, HEAD refused, two formats of time)', async () => {
      const head = await fetched('/api/campaigns/', { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(head.text, '');
      assert.ok(Number(head.headers.get('content-length')) > 0);
      const options = await fetched('/api/campaigns/', { method: 'OPTIONS' });
      assert.equal(options.status, 204);
      assert.equal(options.headers.get('allow'), 'GET, HEAD, POST, OPTIONS');
      const post = await fetched('/api/health/', { method: 'POST', body: '{}' });
      assert.equal(post.status, 405);
      assert.equal(post.headers.get('allow'), 'GET, HEAD, OPTIONS');
    });

    it('carries a request id: a sane one is kept, another is replaced', async () => {
      const kept = await fetched('/api/nothing', {
        headers: { 'X-Request-Id': 'Root=1-5759e988-bd862e3fe1be46a994272793' },
      });
      assert.equal(kept.headers.get('x-request-id'), 'Root=1-5759e988-bd862e3fe1be46a994272793');
      assert.equal(kept.json().request_id, 'Root=1-5759e988-bd862e3fe1be46a994272793');
      const replaced = await fetched('/api/nothing', { headers: { 'X-Request-Id': '{"forged":1}' } });
      assert.match(replaced.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    });

    it('answers what is not there with a problem document', async () => {
      const { status, headers, json } = await fetched('/api/nothing/');
      assert.equal(status, 404);
      assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.deepEqual([json().title, json().status], ['Not found', 404]);
    });

    it('answers a browser with a page, in which nothing that was asked is HTML', async () => {
      const headers = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
      const lost = await fetched('/campaigns/<img src=x>/', { headers });
      assert.deepEqual([lost.status, lost.headers.get('content-type')], [404, 'text/html; charset=utf-8']);
      assert.match(
        lost.text,
        /<h1>Not found<\/h1>\n<p role="status">There is nothing at \/campaigns\/%3Cimg%20src=x%3E\/\./,
      );
      assert.match(lost.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
      assert.equal(lost.headers.get('cache-control'), 'no-store');
      const wrong = await fetched('/api/regions/lookup?lat=<i>&lng=1', { headers });
      assert.equal(wrong.status, 422);
      assert.match(wrong.text, /lat is not a number of degrees/);
      assert.doesNotMatch(wrong.text, /<i>/);
    });

    it('survives a path that is no URL', async () => {
      const status = await new Promise((resolve, reject) => {
        const { port } = new URL(api.url);
        request({ port, host: '127.0.0.1', path: '//[/api/health' }, (response) =>
          resolve(response.resume().statusCode),
        )
          .on('error', reject)
          .end();
      });
      assert.equal(status, 404);
    });

    it('has caused no error in all of this', () => assert.deepEqual(api.logged, []));
  });
});
