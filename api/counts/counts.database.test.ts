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
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldu.zip'));
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
          join lateral (select layer, geoid from region where id in (state_region, state_senate_district)
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
    assert.ok(farmers.districts.every(({ count }: { count: number | null }) => count === null));
    assert.deepEqual((await get('&by=type')).types, [
      { type: 'business', count: null },
      { type: 'farmer', count: null },
    ]);
    assert.equal((await get('&layer=state')).districts[0].count, 33);
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
    assert.equal(await status(''), 422);
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
