/** Look-ups of an address while the geocoder is at fault: the whole server, the Census geocoder, and somebody else in its place. */
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { startApi, type TestApi } from '../../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { censusGeocoder } from '../geocoding/census.ts';
import { censusMatch, faults, json, service } from '../geocoding/testing/service.ts';
import { rateLimiter } from '../limits/limiter.ts';
import { addressLimit } from './lookup-routes.ts';

const capitol = json({
  result: {
    addressMatches: [censusMatch('75 REV DR MARTIN LUTHER KING JR BLVD, SAINT PAUL, MN, 55155', -93.1022, 44.9551)],
  },
});

describe('look-ups of an address', function () {
  this.timeout(20_000);
  let database: FreshDatabase;
  let bureau: Awaited<ReturnType<typeof service>>;
  let api: TestApi;
  /** What the geocoder does at the moment. */
  let answer: RequestListener = capitol;

  before(async () => {
    database = await freshDatabase();
    bureau = await service((request, response) => answer(request, response));
    api = await startApi(database, {
      geocoder: censusGeocoder({ url: bureau.url, timeoutMs: 100 }),
      limiter: counting(),
    });
  });
  after(async () => {
    await api.close();
    await bureau[Symbol.asyncDispose]();
    await database.close();
  });
  beforeEach(() => database.pool.query('delete from geocoded'));

  /** The limits of the API on a count of our own, which starts anew with each. */
  function counting() {
    const counts = new Map<string, number>();
    return rateLimiter(
      {
        async increment(key) {
          const count = (counts.get(key) ?? 0) + 1;
          counts.set(key, count);
          return count;
        },
      },
      'test',
      // One window for all of a test.
      { now: () => 1_000_000 },
    );
  }
  const secret = '75 Private Rd, St. Paul, MN 55155';
  const ask = (address = secret, client = 'of nobody else', on: TestApi = api) =>
    on.get(`/api/regions/lookup/?address=${encodeURIComponent(address)}`, { 'X-Forwarded-For': clients(client) });
  const known = new Map<string, string>();
  function clients(name: string): string {
    if (!known.has(name)) known.set(name, `203.0.113.${known.size + 1}`);
    return known.get(name) ?? '';
  }
  const kept = async () => (await database.pool.query('select from geocoded')).rowCount;

  for (const [what, fault] of Object.entries(faults)) {
    it(`are a 503 that can be tried again when it answers ${what}, and others go on`, async () => {
      answer = fault.answer;
      const logged = api.logged.length;
      const started = performance.now();
      const failing = ask(secret, what);
      // A point asks nobody but the database.
      assert.equal((await api.get('/api/regions/lookup/?lat=44.9551&lng=-93.1022')).status, 200);
      const { status, headers, text, json } = await failing;
      assert.ok(performance.now() - started < 5_000);
      assert.deepEqual(
        [status, headers.get('content-type'), headers.get('cache-control'), headers.get('retry-after')],
        [503, 'application/problem+json', 'no-store', '60'],
        text,
      );
      assert.equal(json().title, 'No addresses at the moment');
      assert.doesNotMatch(text + api.logged.slice(logged).join(), /Private|127\.0\.0\.1|<h1>/);
      assert.equal(api.logged.length, logged + 1);
      // Counted, like any other.
      assert.equal(headers.get('ratelimit-remaining'), '599');
      assert.equal(await kept(), 0);

      answer = capitol;
      const again = await ask(secret, what);
      assert.deepEqual([again.status, again.json().match.geocoder, again.json().lat], [200, 'census', 44.9551]);
      assert.equal(await kept(), 1);
    });
  }

  it('find no place where the match is not on earth, and keep that no longer than a week', async () => {
    for (const [x, y] of [
      [0, 0],
      [-93.1, 91],
      [1e300, 44.9],
    ] as const) {
      answer = json({ result: { addressMatches: [censusMatch('1 A ST, B, MN, 55155', x, y)] } });
      await database.pool.query('delete from geocoded');
      assert.equal((await ask(secret, `at ${x}, ${y}`)).status, 404);
    }
    await database.pool.query(`update geocoded set asked_at = now() - interval '8 days'`);
    answer = capitol;
    assert.equal((await ask(secret, 'a week later')).status, 200);
  });

  it('ask nobody for a client that asks too often, nor while nothing can be counted', async () => {
    answer = capitol;
    const limited = await startApi(database, { geocoder: censusGeocoder({ url: bureau.url }), limiter: counting() });
    const before = bureau.asked.length;
    const statuses: number[] = [];
    for (let n = 0; n < addressLimit.requests + 3; n++)
      statuses.push((await ask(`${n} Main St, Nowhere, MN`, 'hasty', limited)).status);
    assert.deepEqual(statuses.slice(-4), [200, 429, 429, 429]);
    assert.equal(bureau.asked.length - before, addressLimit.requests);
    assert.equal((await ask(secret, 'another', limited)).status, 200);
    await limited.close();

    const uncounted = await startApi(database, {
      geocoder: censusGeocoder({ url: bureau.url }),
      limiter: rateLimiter({ increment: () => Promise.reject(new Error('away')) }, 'test'),
    });
    const asked = bureau.asked.length;
    const { status, headers } = await ask(secret, 'uncounted', uncounted);
    assert.deepEqual([status, headers.get('retry-after')], [503, '30']);
    assert.equal(bureau.asked.length, asked);
    await uncounted.close();
  });
});
