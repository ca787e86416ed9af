import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startApi, type TestApi } from '../../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { transaction } from '../database/transaction.ts';
import { bundledFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';
import { layerIds } from '../regions/layers.ts';
import { reassign } from '../stakeholders/reassign.ts';
import { endorse } from './testing/endorse.ts';

describe('counts', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let api: TestApi;
  let campaign: number;
  before(async () => {
    database = await freshDatabase();
    for (const name of ['tl_2024_27_sldu', 'tl_2024_27_sldl'])
      await importFile(database, join(bundledFolder, `${name}.zip`));
    await importFile(database, join(bundledFolder, 'cb_2022_us_state_500k.zip'));
    api = await startApi(database);
  });
  after(async () => {
    await api.close();
    await database.close();
  });
  beforeEach(async () => {
    await database.pool.query('delete from endorsement; delete from stakeholder; delete from campaign');
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into campaign (name, title, active) values ('clean-water', 'Clean water', true) returning id::integer`,
    );
    campaign = rows[0]?.id ?? 0;
  });

  /** What is kept, and what counting everything anew comes to: always the same. */
  async function assertKept(): Promise<void> {
    const { rows } = await database.pool.query<{ kept: number; anew: number; cell: string }>(`
      with located as (
        select endorsement.campaign, stakeholder.type, date_trunc('week', endorsement.created_at at time zone 'UTC')::date as week,
               region.layer, region.geoid
          from endorsement join stakeholder on stakeholder.id = stakeholder
          join lateral (select layer, geoid from region where id in (state_region, state_senate_district, state_house_district)
                        union all select '', '') as region on true
         where status = 'approved' and reviewed_at is not null and verified_at is not null
      ), anew as (
        select campaign, layer, geoid, coalesce(type, '') as type, coalesce(week, '-infinity') as week, count(*)::int as count
          from located group by campaign, layer, geoid, grouping sets ((type, week), (type), (week), ())
      )
      select coalesce(kept.count, 0) as kept, coalesce(anew.count, 0) as anew, (campaign, layer, geoid, type, week)::text as cell
        from anew full join endorsement_count as kept using (campaign, layer, geoid, type, week)
       where coalesce(kept.count, 0) <> coalesce(anew.count, 0)`);
    assert.deepEqual(rows, []);
  }
  const get = async (query: string) =>
    (await api.get(`/api/endorsements/counts/?campaign_id=${campaign}${query}`)).json();

  const [stPaul, duluth, moorhead] = [
    { lat: 44.9551, lng: -93.1022 },
    { lat: 46.7833, lng: -92.1066 },
    { lat: 46.8747, lng: -96.768 },
  ];

  it('are kept with every change: approved, moved, of another kind, rejected, withdrawn, erased', async () => {
    const ids = await endorse(database, campaign, [
      ...Array(8).fill({ ...stPaul, type: 'farmer' }),
      ...Array(6).fill({ ...duluth, type: 'business' }),
      { type: 'nonprofit' },
    ]);
    await assertKept();
    assert.equal((await get('')).total, 15);
    const steps: [string, unknown[]][] = [
      [
        `update stakeholder set type = 'scientist' where id = (select stakeholder from endorsement where id = $1)`,
        [ids[0]],
      ],
      [`update endorsement set status = 'rejected', display_publicly = false where id = $1`, [ids[1]]],
      [`delete from endorsement where id = $1`, [ids[3]]],
      [`delete from stakeholder where id = (select stakeholder from endorsement where id = $1)`, [ids[4]]],
      [
        `update endorsement set status = 'withdrawn', withdrawn_at = now(), display_publicly = false where id = $1`,
        [ids[5]],
      ],
    ];
    for (const [sql, values] of steps) {
      await database.pool.query(sql, values);
      await assertKept();
    }
    assert.equal((await get('')).total, 11);
    // Everybody moves at once, as an import has it.
    await database.pool.query(
      `update stakeholder set location = st_setsrid(st_makepoint($1, $2), 4326)::geography where location is not null`,
      [moorhead.lng, moorhead.lat],
    );
    await transaction(database, (client) => reassign(client, layerIds));
    const { districts } = await get('&layer=state_upper');
    assert.deepEqual(districts, [{ geoid: '27004', count: 10, name: 'State Senate District 4' }]);
  });

  it('follow a person to another campaign’s endorsement, and leave with a campaign that nobody endorsed', async () => {
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into campaign (name, title, active) values ('clean-air', 'Clean air', true) returning id::integer`,
    );
    const other = rows[0]?.id ?? 0;
    await endorse(database, other, Array(6).fill(duluth));
    await endorse(database, campaign, Array(5).fill(duluth));
    await assertKept();
    assert.equal((await get('')).total, 5);
    await database.pool.query('delete from endorsement where campaign = $1', [other]);
    await database.pool.query('delete from campaign where id = $1', [other]);
    await assertKept();
  });

  it('show nobody: few people, and what would tell how many they are, are null', async () => {
    await endorse(database, campaign, [
      ...Array(20).fill({ ...stPaul, type: 'farmer' }),
      ...Array(7).fill({ ...duluth, type: 'farmer' }),
      ...Array(2).fill({ ...moorhead, type: 'farmer' }),
      ...Array(4).fill({ ...stPaul, type: 'business' }),
    ]);
    const { total, districts, fewest } = await get('&layer=state_upper');
    assert.deepEqual([total, fewest], [33, 5]);
    assert.deepEqual(
      districts.map(({ geoid, count }: { geoid: string; count: number | null }) => [geoid, count]),
      [
        ['27004', null],
        ['27008', null],
        ['27065', 24],
      ],
    );
    // 24 farmers and businesses in St. Paul are shown, so 20 farmers would tell that there are 4 businesses.
    const farmers = await get('&layer=state_upper&type=farmer');
    // Of all farmers, too: everybody's 33 less 29 of them.
    assert.equal(farmers.total, null);
    assert.ok(farmers.districts.every(({ count }: { count: number | null }) => count === null));
    assert.deepEqual((await get('&by=type')).types, [
      { type: 'business', count: null },
      { type: 'farmer', count: null },
    ]);
    assert.equal((await get('&layer=state')).districts[0].count, 33);
  });

  it('are of all campaigns together the sum of what each may show', async () => {
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into campaign (name, title, active) values ('clean-air', 'Clean air', true) returning id::integer`,
    );
    await endorse(database, campaign, [...Array(9).fill(stPaul), ...Array(6).fill(duluth), ...Array(2).fill(moorhead)]);
    await endorse(database, rows[0]?.id ?? 0, [
      ...Array(7).fill(stPaul),
      ...Array(3).fill(moorhead),
      ...Array(8).fill(duluth),
    ]);
    const all = (await api.get('/api/endorsements/counts/?layer=state_upper')).json();
    assert.deepEqual([all.campaign_id, all.total], [null, 35]);
    // Of Moorhead nothing is shown, nor what would tell its number: 17 less 9, and 18 less 8.
    assert.deepEqual(all.districts, [
      { geoid: '27004', count: null, name: 'State Senate District 4' },
      { geoid: '27008', count: 8, at_least: true, name: 'State Senate District 8' },
      { geoid: '27065', count: 9, at_least: true, name: 'State Senate District 65' },
    ]);
  });

  it('hide what a wider district’s number would tell: the other half of a senate district, a state’s only district', async () => {
    const inHouse65A = { lat: 44.958, lng: -93.13 };
    const bismarck = { lat: 46.8083, lng: -100.7837 };
    await endorse(database, campaign, [
      ...[...Array(20).fill(stPaul), ...Array(3).fill(inHouse65A)],
      ...[...Array(30).fill(duluth), ...Array(4).fill(moorhead), ...Array(4).fill(bismarck)],
    ]);
    const shown = async (layer: string) =>
      Object.fromEntries(
        (await get(`&layer=${layer}`)).districts.map(({ geoid, count }: { geoid: string; count: number | null }) => [
          geoid,
          count,
        ]),
      );
    // North Dakota’s 4 are hidden, and so is Minnesota’s number, which everybody’s would tell them from.
    assert.deepEqual(await shown('state'), { 27: null, 38: null });
    assert.ok(Object.values(await shown('state_upper')).every((count) => count === null));
    await database.pool.query(
      'delete from endorsement where stakeholder in (select id from stakeholder where st_x(location::geometry) < -100)',
    );
    await endorse(database, campaign, Array(5).fill(moorhead));
    assert.deepEqual(await shown('state_upper'), { 27004: 9, 27008: 30, 27065: 23 });
    // 65A has 3, and 65B would tell them: its 20 are less than the senate district’s 23.
    assert.deepEqual(await shown('state_lower'), { '2704A': 9, '2708A': 30, '2765A': null, '2765B': null });
  });

  it('hide what a senate district’s number would tell where it is made of assembly districts by number', async () => {
    await database.pool.query(
      `insert into endorsement_count (campaign, layer, geoid, type, week, count)
       select $1, layer, geoid, '', '-infinity', count
         from (values ('', '', 40), ('state', '55', 40), ('state_upper', '55001', 16), ('state_upper', '55017', 24),
                      ('state_lower', '55001', 4), ('state_lower', '55002', 6), ('state_lower', '55003', 6),
                      ('state_lower', '55050', 4), ('state_lower', '55051', 20)) as kept (layer, geoid, count)`,
      [campaign],
    );
    const { districts } = await get('&layer=state_lower');
    // Two of the state are hidden, but of Wisconsin’s first senate district, 1 to 3, only one would be.
    assert.deepEqual(
      districts.map(({ count }: { count: number | null }) => count),
      [null, null, 6, null, null],
    );
  });

  it('are of some weeks, put together by fours, where enough people endorsed in them', async () => {
    await endorse(database, campaign, [
      ...Array(6).fill({ ...stPaul, on: '2026-01-07' }),
      ...Array(2).fill({ ...duluth, on: '2026-01-30' }),
      ...Array(7).fill({ ...duluth, on: '2026-02-10' }),
      ...Array(8).fill({ ...stPaul, on: '2026-02-11', type: 'farmer' }),
      ...Array(9).fill({ ...duluth, on: '2026-06-01' }),
      ...Array(5).fill({ ...stPaul, on: '2026-06-02' }),
    ]);
    const { periods, period } = await get('&layer=state_upper');
    assert.deepEqual(
      [period, periods],
      [
        undefined,
        [
          { from: '2025-12-22', to: '2026-01-18' },
          { from: '2026-01-19', to: '2026-02-15' },
          { from: '2026-05-11', to: '2026-06-07' },
        ],
      ],
    );
    const numbers = async (query: string) => {
      const { districts, period } = await get(`&layer=state_upper${query}`);
      return [
        period,
        districts.map(
          ({ geoid, count, at_least }: { geoid: string; count: number | null; at_least?: true }) =>
            `${geoid} ${count}${at_least ? '+' : ''}`,
        ),
      ];
    };
    // Asked about one day, it answers with the whole period, and says so.
    assert.deepEqual(await numbers('&from=2026-06-01&to=2026-06-01'), [periods[2], ['27008 9', '27065 5']]);
    assert.deepEqual(await numbers('&from=2026-01-19'), [
      { from: '2026-01-19', to: '2026-06-07' },
      ['27008 18', '27065 13'],
    ]);
    assert.deepEqual(await numbers('&to=2026-01-31'), [
      { from: '2025-12-22', to: '2026-02-15' },
      ['27008 9', '27065 14'],
    ]);
    assert.deepEqual(await numbers('&from=2027-01-01'), [null, []]);
    await endorse(database, campaign, [
      ...Array(3).fill({ ...duluth, on: '2026-01-07' }),
      ...Array(3).fill({ ...duluth, on: '2026-02-10', type: 'farmer' }),
    ]);
    // Duluth's 3 of January are hidden, and of each sum that they would be found by the next smallest number.
    assert.deepEqual(await numbers('&from=2025-12-22&to=2026-01-18'), [periods[0], ['27008 null', '27065 null']]);
    assert.deepEqual(await numbers('&to=2026-06-07'), [
      { from: '2025-12-22', to: '2026-06-07' },
      ['27008 12+', '27065 8+'],
    ]);
    const farmers = await numbers('&type=farmer&from=2026-01-19&to=2026-02-15');
    assert.deepEqual(farmers, [periods[1], ['27008 null', '27065 null']]);
  });

  it('never show a few people, and never more than there are, whatever is asked', async () => {
    const places = [stPaul, duluth, moorhead, { lat: 44.958, lng: -93.13 }];
    const types = ['farmer', 'business', 'individual'];
    const days = ['2026-01-07', '2026-02-10', '2026-06-02'];
    // Few of some and many of others, the same ones each time.
    const people = places.flatMap((place, p) =>
      types.flatMap((type, t) =>
        days.flatMap((on, d) => Array((p * 7 + t * 11 + d * 5) % 13).fill({ ...place, type, on })),
      ),
    );
    await endorse(database, campaign, people);
    for (const layer of ['state', 'state_upper', 'state_lower'])
      for (const type of [undefined, ...types])
        for (const range of [
          undefined,
          ['2026-01-07', '2026-01-07'],
          ['2026-01-07', '2026-02-10'],
          ['2026-02-10', '2026-06-02'],
        ]) {
          const query = `&layer=${layer}${type ? `&type=${type}` : ''}${range ? `&from=${range[0]}&to=${range[1]}` : ''}`;
          const { districts } = await get(query);
          const { rows } = await database.pool.query<{ geoid: string; count: number }>(
            `select geoid, count(*)::int from endorsement join stakeholder on stakeholder.id = stakeholder
               join region on region.id in (state_region, state_senate_district, state_house_district)
              where layer = $1 and ($2::text is null or type = $2) and ($3::date is null or endorsement.created_at::date between $3 and $4)
              group by geoid order by geoid collate "C"`,
            [layer, type, range?.[0], range?.[1]],
          );
          assert.deepEqual(
            districts.map(({ geoid }: { geoid: string }) => geoid),
            rows.map(({ geoid }) => geoid),
            query,
          );
          for (const [index, { geoid, count, at_least }] of districts.entries()) {
            const really = rows[index]?.count ?? 0;
            if (count === null) continue;
            assert.ok(
              count >= 5 && (at_least ? count < really : count === really),
              `${query}: ${geoid} ${count} of ${really}`,
            );
          }
        }
  });

  it('are by week, too', async () => {
    await endorse(database, campaign, Array(12).fill(duluth));
    const { weeks } = await get('&by=week');
    assert.equal(weeks.length, 1);
    assert.equal(weeks[0].count, 12);
    assert.equal(new Date(weeks[0].week).getUTCDay(), 1);
  });

  it('are of an active campaign, and of sensible questions', async () => {
    const status = async (query: string) => (await api.get(`/api/endorsements/counts/?${query}`)).status;
    assert.equal(await status('campaign_id=999999'), 404);
    assert.equal(await status(''), 200);
    assert.equal(await status('by=week&from=2026-01-05'), 422);
    assert.equal(await status('layer=state&from=2026-01-05&to=2026-01-04'), 422);
    assert.equal(await status('layer=state&from=January'), 422);
    assert.equal(await status(`campaign_id=${campaign}&layer=moon`), 422);
    assert.equal(await status(`campaign_id=${campaign}&by=week&layer=state`), 422);
    assert.equal(await status(`campaign_id=${campaign}&by=week&type=farmer`), 422);
    assert.equal((await get('')).total, 0);
    await endorse(database, campaign, Array(3).fill(duluth));
    assert.equal((await get('')).total, null);
    await database.pool.query('update campaign set active = false');
    assert.equal(await status(`campaign_id=${campaign}`), 404);
  });
});
