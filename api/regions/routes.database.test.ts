import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startApi, type TestApi } from '../../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { bundledFolder, censusFolder, edgeFolder, expectedFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';
import type { RateLimiter } from '../limits/limiter.ts';

const unlimited: RateLimiter = {
  take: async () => ({ allowed: true, counted: true, remaining: 1, resetSeconds: 60 }),
};

interface Region {
  readonly layer: string;
  readonly geoid: string;
}

const geoids = (regions: readonly Region[], layer: string) =>
  regions
    .filter((region) => region.layer === layer)
    .map(({ geoid }) => geoid)
    .join(';');

/** Of the file that says what PostGIS answers on whole polygons. */
const rows = readFileSync(join(expectedFolder, 'lookups_co_mn_pa.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [lng, lat, , county, congressional, state_upper, state_lower] = line.split(',');
    return { lng, lat, county, congressional, state_upper, state_lower };
  });

describe('regions, over HTTP', function () {
  this.timeout(120_000);
  let database: FreshDatabase;
  let api: TestApi;
  before(async () => {
    database = await freshDatabase();
    for (const name of ['tl_2024_27_sldu', 'tl_2024_27_sldl', 'cb_2022_us_state_500k', 'cb_2025_us_cd119_20m'])
      await importFile(database, join(bundledFolder, `${name}.zip`));
    await importFile(database, join(edgeFolder, 'antimeridian_02016.zip'));
    api = await startApi(database, { limiter: unlimited });
    await database.pool.query(
      `insert into legislator (level, bioguide_id, first_name, last_name, chamber, state, district, in_office) values
         ('federal', 'K000367', 'Amy', 'Klobuchar', 'senate', 'MN', '', true),
         ('federal', 'S001203', 'Tina', 'Smith', 'senate', 'MN', '', true),
         ('federal', 'M001143', 'Betty', 'McCollum', 'house', 'MN', '4', true),
         ('federal', 'X000001', 'Gone', 'Before', 'house', 'MN', '04', false),
         ('state', null, 'Sandra', 'Pappas', 'state_senate', 'MN', '65', true),
         ('state', null, 'Elsewhere', 'Person', 'state_house', 'MN', '8A', true)`,
    );
  });
  after(async () => {
    await api.close();
    await database.close();
  });
  const lookUp = (query: string) => api.get(`/api/regions/lookup/?${query}`);

  it('answers every sample point of Minnesota rightly', async () => {
    const ofMinnesota = rows.filter(({ state_upper }) => state_upper?.startsWith('27'));
    assert.equal(ofMinnesota.length, 736);
    for (const { lng, lat, state_upper, state_lower } of ofMinnesota) {
      const { regions } = (await lookUp(`lat=${lat}&lng=${lng}`)).json();
      assert.equal(geoids(regions, 'state_upper'), state_upper, `${lat}, ${lng}`);
      assert.equal(geoids(regions, 'state_lower'), state_lower, `${lat}, ${lng}`);
    }
  });

  it('names who sits for the point’s regions, and nobody who is out of office', async () => {
    const { legislators } = (await lookUp('lat=44.9551&lng=-93.1022')).json();
    assert.deepEqual(
      legislators.map(({ name, layer, geoid }: { name: string; layer: string; geoid: string }) => [name, layer, geoid]),
      [
        ['Amy Klobuchar', 'state', '27'],
        ['Tina Smith', 'state', '27'],
        ['Betty McCollum', 'congressional', '2704'],
        ['Sandra Pappas', 'state_upper', '27065'],
      ],
    );
  });

  it('says the same of each point of a district, under a tag of the point’s own, compressed or not', async () => {
    const [one, other] = [await lookUp('lat=44.9551&lng=-93.1022'), await lookUp('lat=44.9552&lng=-93.1022')];
    const [{ lat, ...said }, { lat: elsewhere, ...saidOfOther }] = [one.json(), other.json()];
    assert.deepEqual([lat, elsewhere, saidOfOther], [44.9551, 44.9552, said]);
    assert.equal(one.headers.get('content-encoding'), 'gzip');
    const plain = await api.get('/api/regions/lookup/?lat=44.9551&lng=-93.1022', { 'Accept-Encoding': 'identity' });
    assert.deepEqual([plain.headers.get('content-encoding'), plain.text], [null, one.text]);
    assert.equal(plain.headers.get('etag'), one.headers.get('etag'));
    assert.notEqual(one.headers.get('etag'), other.headers.get('etag'));
    const again = await api.get('/api/regions/lookup/?lat=44.9551&lng=-93.1022', {
      'If-None-Match': one.headers.get('etag') ?? '',
    });
    assert.deepEqual([again.status, again.text], [304, '']);
  });

  it('says another thing under another tag when somebody else sits there', async () => {
    const api = await startApi(database, { limiter: unlimited });
    const before = await api.get('/api/regions/lookup/?lat=44.9551&lng=-93.1022');
    await database.pool.query(`update legislator set first_name = 'Alexandra' where last_name = 'Pappas'`);
    // What sits is read anew every half minute; a process that has just begun reads it now.
    const later = await startApi(database, { limiter: unlimited });
    const after = await later.get('/api/regions/lookup/?lat=44.9551&lng=-93.1022');
    await database.pool.query(`update legislator set first_name = 'Sandra' where last_name = 'Pappas'`);
    assert.match(before.text, /Sandra Pappas/);
    assert.match(after.text, /Alexandra Pappas/);
    assert.notEqual(after.headers.get('etag'), before.headers.get('etag'));
    await Promise.all([api.close(), later.close()]);
  });

  it('tells whoever is over the limit that, and nothing of the answer', async () => {
    const over = { allowed: false, counted: true, remaining: 0, resetSeconds: 7 };
    const limited = await startApi(database, { limiter: { take: async () => over } });
    for (const query of ['lat=44.9551&lng=-93.1022', 'lat=91&lng=0', 'address=75%20Main%20St']) {
      const { status, headers, text } = await limited.get(`/api/regions/lookup/?${query}`);
      assert.deepEqual([status, headers.get('etag'), headers.get('cache-control')], [429, null, 'no-store'], query);
      assert.equal(headers.get('ratelimit-remaining'), '0');
      assert.doesNotMatch(text, /Minnesota|regions/);
    }
    await limited.close();
  });

  it('answers an address, with how it was matched, and lets nobody keep the answer', async () => {
    const address = encodeURIComponent('411 W 1st St, Duluth, MN 55802');
    const { status, headers, json } = await lookUp(`address=${address}`);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'private, no-store');
    const { match, regions } = json();
    assert.deepEqual(match, {
      address: '411 W 1st St, Duluth, MN 55802',
      quality: 'address',
      confidence: 1,
      geocoder: 'gazetteer',
    });
    assert.equal(geoids(regions, 'state_upper'), '27008');
    const town = (await lookUp(`address=${encodeURIComponent('9 Unheard-of St, Duluth, MN')}`)).json();
    assert.match(town.notes[0], /Only the town was found/);
    assert.equal((await lookUp(`address=${encodeURIComponent('1 Nowhere, Atlantis')}`)).status, 404);
  });

  it('answers an address in Puerto Rico, and a ZIP code of nine digits without its hyphen', async () => {
    const sanJuan = (await lookUp(`address=${encodeURIComponent('48 Calle Sol, San Juan, PR 00901')}`)).json();
    assert.equal(geoids(sanJuan.regions, 'state'), '72');
    const nine = (await lookUp(`address=${encodeURIComponent('411 W 1st St, Duluth, MN 558021234')}`)).json();
    assert.equal(nine.match.quality, 'address');
  });

  it('finds nothing at the poles, at sea and abroad, and says so without an error', async () => {
    for (const point of ['lat=90&lng=0', 'lat=-90&lng=180', 'lat=0&lng=0', 'lat=51.5&lng=-0.1']) {
      const { status, json } = await lookUp(point);
      assert.deepEqual([status, json().regions, json().legislators], [200, [], []]);
    }
  });

  it('refuses a question that is none, or two, and says what is wrong with it', async () => {
    const saying: Readonly<Record<string, RegExp>> = {
      '': /^lat is missing; lng is missing\.$/,
      'lat=44': /^lng is missing\.$/,
      'lat=44&lon=-93': /^lng is missing\.$/,
      'lat=44&lng=-93&address=1%20Main%20St': /goes without lat and lng/,
      'address=x': /too short/,
      [`address=${'x'.repeat(301)}`]: /longer than 300/,
      'address=1%00%20Main%20St': /has characters that are none/,
      'lat=-93.1&lng=44.95': /^lat is below -90 degrees: are lat and lng swapped\?\.$/,
      'lat=44&lng=181': /^lng is above 180 degrees\.$/,
      'lat=44&lat=45&lng=-93': /^lat is given more than once\.$/,
      'lat[]=44&lng=-93': /^lat is missing\.$/,
    };
    const none = [
      '',
      'NaN',
      'Infinity',
      '-Infinity',
      '1e400',
      '1e1',
      '0x2c',
      '%2044',
      '44%20',
      '44,9',
      '4_4',
      '٤٤',
      '44%00',
    ];
    for (const number of [...none, '44°', 'null', '--44', '.', '%F0%9F%98%80'])
      for (const name of ['lat', 'lng']) {
        const rest = name === 'lat' ? 'lng' : 'lat';
        await refused(
          `${rest}=4&${name}=${number}`,
          new RegExp(`^${name} is not a number of degrees, such as 44.95\\.$`),
        );
      }
    for (const [question, says] of Object.entries(saying)) await refused(question, says);

    async function refused(question: string, says: RegExp) {
      const { status, headers, json } = await lookUp(question);
      assert.deepEqual([status, headers.get('content-type')], [422, 'application/problem+json'], question);
      assert.match(json().summary, says, question);
    }
  });

  it('finds no address in nonsense, and none that is nobody’s street', async () => {
    for (const address of [
      "'; drop table region; --",
      '{{7*7}} <%= 7*7 %>',
      '😀😀😀 🏠, 🌆, MN',
      '\u202e1 Main St, Duluth',
      'a'.repeat(300),
      '....,,,,;;;;',
      'PSC 1234 Box 5678, APO AE 09012',
      'USS Nimitz, FPO AP 96698',
    ]) {
      const { status, headers, json } = await lookUp(`address=${encodeURIComponent(address)}`);
      assert.deepEqual([status, headers.get('cache-control')], [404, 'no-store'], address);
      assert.equal(
        json().detail,
        'No place has this address, or several have. Say the street, the city and the state.',
      );
    }
    const box = (await lookUp(`address=${encodeURIComponent('PO Box 12, Duluth, MN 55802')}`)).json();
    assert.match(box.notes[0], /not the street: its districts may be others/);
  });

  it('answers 10,000 points at once, and refuses one more', async () => {
    const visitor = await api.visitor();
    const points = Array.from({ length: 10_000 }, (_, n) => ({
      lat: 43.5 + (n % 100) / 20,
      lng: -97 + Math.floor(n / 100) / 14,
    }));
    const answer = await visitor.send('POST', '/api/regions/lookup/', { points });
    assert.equal(answer.status, 200);
    assert.equal(answer.json().points.length, 10_000);
    const [first] = answer.json().points.find((own: number[]) => own.length > 0);
    assert.ok(answer.json().regions[first].geoid);
    assert.equal((await visitor.send('POST', '/api/regions/lookup/', { points: [...points, points[0]] })).status, 422);
    const point = { lat: 44, lng: -93 };
    for (const points of [
      ...[[], {}, null, 'all', 1, [null], [[44, -93]], [[point]], [[]], [{}], [{ lat: 44 }], [{ ...point, name: 'x' }]],
      ...[[{ lat: '44', lng: -93 }], [{ lat: null, lng: -93 }], [{ lat: 91, lng: 0 }], [point, { lat: 0, lng: -181 }]],
    ]) {
      const { status, json } = await visitor.send('POST', '/api/regions/lookup/', { points });
      assert.equal(status, 422, JSON.stringify(points));
      assert.deepEqual(json().detail[0].loc.slice(0, 3), ['body', 'data', 'points']);
    }
    for (const [text, expected] of [
      ['{"points":[{"lat":1e400,"lng":0}]}', 422],
      ['{"points":[{"lat":NaN,"lng":0}]}', 400],
      ['[]', 422],
      ['', 400],
    ] as const)
      assert.equal((await visitor.send('POST', '/api/regions/lookup/', text)).status, expected, text);
    assert.equal((await api.send('POST', '/api/regions/lookup/', { points: [points[0]] })).status, 403);
  });

  it('draws a state’s districts in less than 250 KB, and knows when nothing changed', async () => {
    for (const layer of ['state_upper', 'state_lower']) {
      const { bytes, etag } = await compressed(`${api.url}/api/regions/${layer}/?state=MN`);
      assert.ok(bytes.length < 250_000, `${bytes.length} bytes`);
      const { features } = JSON.parse(gunzipSync(bytes).toString('utf8'));
      assert.equal(features.length, layer === 'state_upper' ? 67 : 134);
      const again = await api.get(`/api/regions/${layer}?state=27`, { 'If-None-Match': etag });
      assert.equal(again.status, 304);
      const { status } = await api.get(`/api/regions/${layer}?state=WI`);
      assert.equal(status, 404);
    }
  });

  it('draws what lies in a box, also in one across the antimeridian', async () => {
    const inBox = async (layer: string, box: string) =>
      (await api.get(`/api/regions/${layer}/?bbox=${box}`))
        .json()
        .features.map((each: { properties: Region }) => each.properties.geoid);
    const around = await inBox('state_upper', '-93.11,44.95,-93.09,44.96');
    assert.ok(around.includes('27065') && around.length < 8, String(around));
    assert.deepEqual(await inBox('county', '179,51,-179,52'), ['02016']);
    assert.deepEqual(await inBox('county', '0,51,1,52'), []);
    const boxes = ['1,2,3', '0,91,1,92', '0,2,1,1', 'a,b,c,d', '0,1,1,1', 'NaN,0,1,1', '0,0,1e9,1', '-181,0,1,1', ''];
    for (const box of [...boxes, `0,0,${'9'.repeat(400)},1`, '0,0,1,1,1', '0,0,1,1&bbox=0,0,1,1'])
      assert.equal((await api.get(`/api/regions/county/?bbox=${box}`)).status, 422, box);
  });

  it('gives one region with its box, simplified or whole, and for ever where a vintage is named', async () => {
    const simple = await api.get('/api/regions/state_upper/27065/');
    const whole = await api.get('/api/regions/state_upper/27065/?detail=full&vintage=2024');
    assert.ok(whole.text.length > simple.text.length);
    const { type, bbox, properties } = simple.json();
    assert.deepEqual(
      [type, properties.geoid, properties.vintage, properties.in_force],
      ['Feature', '27065', 2024, true],
    );
    assert.ok(bbox[0] < -93.1022 && bbox[2] > -93.1022 && bbox[1] < 44.9551 && bbox[3] > 44.9551);
    assert.match(whole.headers.get('cache-control') ?? '', /immutable/);
    assert.doesNotMatch(simple.headers.get('cache-control') ?? '', /immutable/);
    const isForEver = async (path: string) =>
      /immutable/.test((await api.get(`/api/regions/${path}`)).headers.get('cache-control') ?? '');
    assert.equal(await isForEver('state_upper?vintage=2024&state=MN'), true);
    assert.equal(await isForEver('state_upper?state=MN'), false);
    // Another state's districts of 2024 may be loaded; of a national file there are no others.
    assert.equal(await isForEver('state_upper?vintage=2024'), false);
    assert.equal(await isForEver('state?vintage=2022'), true);
    for (const year of ['1999', '20245', 'new', '-2024', '2024.0', '2024&vintage=2022'])
      assert.equal((await api.get(`/api/regions/state_upper?vintage=${year}`)).status, 422, year);
    assert.equal((await api.get('/api/regions/state_upper?vintage=2099')).status, 404);
    for (const path of [
      'state_upper/27065?detail=-1',
      'state_upper/27065?detail=NaN',
      'state_upper/27999',
      'state_upper/27065?vintage=2022',
      'moon/1',
      `state_upper/${'9'.repeat(30)}`,
    ])
      assert.ok([404, 422].includes((await api.get(`/api/regions/${path}`)).status), path);
  });
});

// Of its own, because the embedded engine has one database: a second one is the first one, emptied.
describe('regions, over HTTP, all sample points', function () {
  this.timeout(120_000);

  // The files are 20 MB and not in this repository; TIGER_DATA names their folder.
  const everything = existsSync(join(censusFolder, 'expected')) ? it : () => {};
  everything(
    'answers every sample point of three states rightly, in all four layers, one by one and in a batch',
    async () => {
      const own = await freshDatabase();
      for (const name of ['08_county20', '27_county20', '42_county20'])
        await importFile(own, join(censusFolder, `tl_2020_${name}.zip`));
      for (const name of ['08_cd118', '27_cd118', '42_cd118', '08_sldu', '08_sldl', '42_sldu', '42_sldl'])
        await importFile(own, join(censusFolder, `tl_2022_${name}.zip`));
      for (const name of ['27_sldu', '27_sldl']) await importFile(own, join(bundledFolder, `tl_2024_${name}.zip`));
      const full = await startApi(own, { limiter: unlimited });
      const points = rows.map(({ lat, lng }) => ({ lat: Number(lat), lng: Number(lng) }));
      const batch = (await (await full.visitor()).send('POST', '/api/regions/lookup/', { points })).json();
      for (const [index, row] of rows.entries()) {
        const { regions } = (await full.get(`/api/regions/lookup/?lat=${row.lat}&lng=${row.lng}`)).json();
        const ofBatch = batch.points[index].map((place: number) => batch.regions[place]);
        assert.deepEqual(ofBatch, regions);
        for (const layer of ['county', 'congressional', 'state_upper', 'state_lower'] as const)
          assert.equal(geoids(regions, layer), row[layer], `${layer} of ${row.lat}, ${row.lng}`);
      }
      await full.close();
      await own.close();
    },
  );
});

/** What goes over the line; fetch() would have undone it. */
function compressed(url: string): Promise<{ bytes: Buffer; etag: string }> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ bytes: Buffer.concat(chunks), etag: response.headers.etag ?? '' }));
    }).on('error', reject);
  });
}
