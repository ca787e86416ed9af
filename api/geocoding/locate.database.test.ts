import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { form, send } from '../../scripts/testing/endorsing.ts';
import { bundledFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';
import { gazetteer } from '../local/gazetteer/gazetteer.ts';
import { lookUp } from '../regions/lookup.ts';
import { type Geocoder, GeocoderError, type Match } from './geocoder.ts';
import { kept } from './kept.ts';
import { locateWaiting } from './locate.ts';

const capitol = ['75 Rev Dr Martin Luther King Jr Blvd', 'St. Paul', 'MN', '55155'] as const;
const duluth = ['411 W 1st St', 'Duluth', 'MN', '55802'] as const;

describe('geocoding: the work list', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let api: TestApi;
  before(async () => {
    database = await freshDatabase();
    for (const name of ['tl_2024_27_sldu', 'cb_2022_us_state_500k', 'cb_2022_us_county_20m'])
      await importFile(database, join(bundledFolder, `${name}.zip`));
    api = await startApi(database);
  });
  after(async () => {
    await api.close();
    await database.close();
  });
  beforeEach(() => database.pool.query('delete from stakeholder; delete from geocoded'));

  async function add(street: string, city: string, state: string | null, zip: string): Promise<number> {
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into stakeholder (first_name, last_name, email, street_address, city, state, zip_code, type)
       values ('Ann', 'Lee', gen_random_uuid() || '@example.org', $1, $2, $3, $4, 'individual') returning id`,
      [street, city, state, zip],
    );
    return rows[0]?.id ?? 0;
  }

  async function state(id: number) {
    const { rows } = await database.pool.query(
      `select st_y(location::geometry) as lat, location_quality as quality, location_source as source,
              locate_problem as problem, locate_attempts as attempts, locate_after is null as settled,
              round(extract(epoch from locate_after - now()) / 60)::int as minutes,
              senate.geoid as senate, state_region.geoid as state
         from stakeholder left join region as senate on senate.id = state_senate_district
         left join region as state_region on state_region.id = state_region where stakeholder.id = $1`,
      [id],
    );
    return rows[0];
  }

  const answering = (match: Partial<Match> | undefined): Geocoder => ({
    ...gazetteer(),
    name: 'simulated',
    locate: async () =>
      match && { lat: 44.9551, lng: -93.1022, quality: 'address', confidence: 1, matched: '', ...match },
  });
  const away: Geocoder = {
    ...gazetteer(),
    locate: async () => {
      throw new GeocoderError('simulated', 'answered 502');
    },
  };

  it('gives a new address its place and its districts', async () => {
    const id = await add(...capitol);
    assert.equal((await state(id)).lat, null);
    const report = await locateWaiting(database, gazetteer());
    assert.deepEqual(report, { located: 1, notFound: 0, tooVague: 0, unanswered: 0, postponed: 0 });
    const { lat, quality, source, settled, senate, state: region } = await state(id);
    assert.deepEqual(
      [lat, quality, source, settled, senate, region],
      [44.9551, 'address', 'gazetteer', true, '27065', '27'],
    );
    assert.equal((await locateWaiting(database, gazetteer())).located, 0);
  });

  it('looks an address up again once it has changed, and only then', async () => {
    const id = await add(...capitol);
    await locateWaiting(database, gazetteer());
    await database.pool.query(`update stakeholder set role = 'Chair' where id = $1`, [id]);
    assert.equal((await state(id)).senate, '27065');
    await database.pool.query(
      'update stakeholder set (street_address, city, state, zip_code) = ($2, $3, $4, $5) where id = $1',
      [id, ...duluth],
    );
    assert.deepEqual([(await state(id)).senate, (await state(id)).settled], [null, false]);
    await locateWaiting(database, gazetteer());
    assert.equal((await state(id)).senate, '27008');
  });

  it('assigns the first district by GEOID on a border, every time', async () => {
    const { rows } = await database.pool.query<{ lat: number; lng: number }>(`
      select st_y(point) as lat, st_x(point) as lng
        from (select (st_dumppoints(st_intersection(a.geom, b.geom))).geom as point from region a, region b
               where a.geoid = '27065' and b.geoid = '27064' and a.layer = 'state_upper' and b.layer = 'state_upper') as shared
       limit 1`);
    const border = rows[0] ?? { lat: 0, lng: 0 };
    const upper = (await lookUp(database, border.lat, border.lng)).filter(({ layer }) => layer === 'state_upper');
    assert.ok(upper.length > 1, 'a point of both districts');
    for (let i = 0; i < 3; i++) {
      const id = await add('1 Border St', 'St. Paul', 'MN', '55101');
      await locateWaiting(database, answering(border));
      assert.equal((await state(id)).senate, upper[0]?.geoid);
    }
  });

  it('keeps who has no place, with the reason: unknown, too vague, too unsure', async () => {
    const unknown = await add('1 Nowhere', 'Atlantis', 'MN', '55101');
    const town = await add('9 Unheard-of St', 'Duluth', 'MN', '55802');
    const empty = await add('', 'Duluth', 'MN', '55802');
    assert.deepEqual(await locateWaiting(database, gazetteer()), {
      located: 0,
      notFound: 1,
      tooVague: 2,
      unanswered: 0,
      postponed: 0,
    });
    for (const [id, problem] of [
      [unknown, 'not found'],
      [town, 'too vague'],
      [empty, 'too vague'],
    ] as const)
      assert.deepEqual([(await state(id)).problem, (await state(id)).settled], [problem, true]);
    const unsure = await add(...capitol);
    await locateWaiting(database, answering({ confidence: 0.6 }));
    assert.equal((await state(unsure)).problem, 'too vague');
  });

  it('tries again, less and less often, while the geocoder is away, and in the end leaves it to staff', async () => {
    const id = await add(...capitol);
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      assert.equal((await locateWaiting(database, away)).unanswered, 1);
      waits.push((await state(id)).minutes);
      await database.pool.query('update stakeholder set locate_after = now() where locate_after is not null');
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, null]);
    assert.deepEqual([(await state(id)).problem, (await state(id)).settled], ['unanswered', true]);
  });

  it('asks a geocoder that is away three times, not once for everybody, and costs nobody else an attempt', async () => {
    for (let i = 0; i < 8; i++) await add(...capitol);
    let asked = 0;
    const counting: Geocoder = {
      ...away,
      locate(text) {
        asked++;
        return away.locate(text);
      },
    };
    assert.equal((await locateWaiting(database, counting)).unanswered, 8);
    assert.equal(asked, 3);
    const { rows } = await database.pool.query(
      'select locate_attempts as n, count(*)::int from stakeholder group by n order by n',
    );
    assert.deepEqual(rows, [
      { n: 0, count: 5 },
      { n: 1, count: 3 },
    ]);
  });

  it('holds no transaction open while it asks, and nobody who signs waits for it (L13: geocoding inside the transaction and the request)', async () => {
    await add(...capitol);
    const { campaign } = await addContent(database);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const slow: Geocoder = {
      ...gazetteer(),
      async locate(text) {
        isAsked();
        await answered;
        return gazetteer().locate(text);
      },
    };
    const locating = locateWaiting(database, slow);
    await asked;
    const { rows } = await database.pool.query(
      `select count(*)::int as open from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    assert.deepEqual(rows, [{ open: 0 }]);
    await using signing = await disposable(startApi(database, { geocoder: slow }));
    const sent = await send(await signing.visitor(), form(campaign, { stakeholder: { email: 'new@example.net' } }));
    assert.equal(sent.status, 200, sent.text);
    answer();
    assert.equal((await locating).located, 1);
  });

  it('says of each what became of it, whatever the state, and fails where it is broken itself (L14: backfilling crashed, and reported failures as success)', async () => {
    await add(...capitol);
    await add('1 Nowhere', 'Atlantis', null, '55101');
    const refused = await add('7 Weir Road', 'Easton', 'MD', '21601');
    const moody: Geocoder = {
      ...gazetteer(),
      locate: (text) => (text.startsWith('7 Weir') ? away.locate(text) : gazetteer().locate(text)),
    };
    assert.deepEqual(await locateWaiting(database, moody), {
      ...{ located: 1, notFound: 1, tooVague: 0, unanswered: 1, postponed: 0 },
    });
    assert.equal((await state(refused)).settled, false);
    await database.pool.query('update stakeholder set locate_after = now() where id = $1', [refused]);
    const broken: Geocoder = {
      ...gazetteer(),
      locate: async () => {
        throw new TypeError('a bug');
      },
    };
    await assert.rejects(locateWaiting(database, broken), TypeError);
    assert.equal((await state(refused)).settled, false);
  });

  it('writes nothing for an address that changed meanwhile', async () => {
    const id = await add(...capitol);
    const slow: Geocoder = {
      ...gazetteer(),
      async locate(text) {
        await database.pool.query(
          'update stakeholder set (street_address, city, zip_code) = ($2, $3, $4) where id = $1',
          [id, duluth[0], duluth[1], duluth[3]],
        );
        return gazetteer().locate(text);
      },
    };
    await locateWaiting(database, slow);
    assert.deepEqual([(await state(id)).lat, (await state(id)).settled], [null, false]);
    await locateWaiting(database, gazetteer());
    assert.equal((await state(id)).senate, '27008');
  });

  it('asks nobody twice about one address, and keeps no address in doing so', async () => {
    let asked = 0;
    const counting: Geocoder = {
      ...gazetteer(),
      locate(text) {
        asked++;
        return gazetteer().locate(text);
      },
    };
    const geocoder = kept(counting, database);
    for (const line of [
      '82 Smith St, Providence, RI 02903',
      '82 SMITH ST,  Providence, RI 02903',
      'nonsense',
      'nonsense',
    ])
      await geocoder.locate(line);
    assert.equal(asked, 2);
    const { rows } = await database.pool.query<{ kept: string }>('select geocoded::text as kept from geocoded');
    assert.equal(rows.length, 2);
    assert.ok(rows.every(({ kept }) => !/smith|nonsense/i.test(kept)));
    await database.pool.query(`update geocoded set asked_at = now() - interval '8 days'`);
    await geocoder.locate('nonsense');
    await geocoder.locate('82 Smith St, Providence, RI 02903');
    assert.equal(asked, 3);
  });

  describe('over HTTP', () => {
    it('lists who has no place, for staff', async () => {
      const id = await add('1 Nowhere', 'Atlantis', 'MN', '55101');
      await locateWaiting(database, gazetteer());
      const viewer = await api.as('viewer');
      const [entry] = (await viewer.get('/api/stakeholders/not-located/')).json();
      assert.deepEqual([entry.id, entry.problem, entry.next_attempt_at], [id, 'not found', null]);
    });

    it('takes a place by hand, and another attempt', async () => {
      const id = await add('1 Nowhere', 'Atlantis', 'MN', '55101');
      await locateWaiting(database, gazetteer());
      const reviewer = await api.as('reviewer');
      assert.equal((await reviewer.send('POST', `/api/stakeholders/${id}/locate/`)).status, 204);
      assert.equal((await state(id)).settled, false);
      const { status } = await reviewer.send('PUT', `/api/stakeholders/${id}/location/`, {
        lat: 44.9551,
        lng: -93.1022,
      });
      assert.equal(status, 204);
      assert.deepEqual([(await state(id)).quality, (await state(id)).senate], ['staff', '27065']);
      assert.equal((await reviewer.send('POST', `/api/stakeholders/${id}/locate/`)).status, 404);
      assert.equal((await reviewer.send('PUT', `/api/stakeholders/${id}/location/`, { lat: 91, lng: 0 })).status, 422);
    });

    it('suggests addresses as the frontend asks for them, and refuses what is too short', async () => {
      const { suggestions, count } = (await api.get('/api/address/suggestions/?q=smith%20st&limit=5')).json();
      assert.deepEqual([count, suggestions[0].text], [1, '82 Smith St, Providence, RI 02903']);
      assert.deepEqual((await api.get(`/api/address/place/${suggestions[0].place_id}/`)).json(), {
        street_address: '82 Smith St',
        city: 'Providence',
        state: 'RI',
        zip_code: '02903',
        country: 'USA',
      });
      assert.equal((await api.get('/api/address/suggestions/?q=%20a%20')).status, 400);
      assert.equal((await api.get('/api/address/suggestions/')).status, 422);
      assert.equal((await api.get('/api/address/place/nothing/')).status, 404);
    });

    it('is throttled, so that nobody types at our expense (L12: an unlimited anonymous proxy to a paid geocoder)', async () => {
      const answers = [];
      for (let i = 0; i < 45; i++)
        answers.push(await api.get('/api/address/suggestions/?q=capitol', { 'X-Forwarded-For': '198.51.100.77' }));
      assert.ok(answers.some(({ status }) => status === 429));
    });

    it('says so where the geocoder is off or away, instead of an empty list (H18: a geocoder without configuration answered an empty list, and nobody noticed)', async () => {
      for (const geocoder of [undefined, { ...away, suggest: () => away.locate('') as never }]) {
        await using without = await disposable(startApi(database, { geocoder }));
        const { status, headers } = await without.get('/api/address/suggestions/?q=main');
        assert.deepEqual([status, headers.get('retry-after')], [503, '60']);
      }
    });
  });
});

async function disposable(starting: Promise<TestApi>) {
  const api = await starting;
  return Object.assign(api, { [Symbol.asyncDispose]: () => api.close() });
}

describe('the gazetteer of npm start', function () {
  this.timeout(60_000);
  it('has every building in its own state', async () => {
    const database = await freshDatabase();
    await importFile(database, join(bundledFolder, 'cb_2022_us_state_500k.zip'));
    const everything = await gazetteer().suggest('', 1_000);
    assert.ok(everything.length > 60);
    const { stateByFips } = await import('../regions/states.ts');
    for (const { text } of everything) {
      const match = await gazetteer().locate(text);
      assert.equal(match?.quality, 'address', text);
      const [region] = await lookUp(database, match?.lat ?? 0, match?.lng ?? 0);
      assert.equal(stateByFips(region?.geoid ?? '')?.postal, /, ([A-Z]{2}) \d{5}$/.exec(text)?.[1], text);
    }
    await database.close();
  });
});
