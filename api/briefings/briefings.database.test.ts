import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { endorse } from '../counts/testing/endorse.ts';
import { bundledFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';

const [stPaul, duluth] = [
  { lat: 44.9551, lng: -93.1022 },
  { lat: 46.7833, lng: -92.1066 },
];

describe('briefings', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  let api: TestApi;
  let viewer: Agent;
  let campaign: number;
  let senator: number;
  before(async () => {
    database = await freshDatabase();
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldu.zip'));
    api = await startApi(database);
    viewer = await api.as('viewer');
    const one = async (sql: string) => (await database.pool.query<{ id: number }>(sql)).rows[0]?.id ?? 0;
    campaign = await one(
      `insert into campaign (name, title, summary, active) values ('clean-water', 'Clean <water>', 'For & by us', true) returning id::integer`,
    );
    senator = await one(`insert into legislator (level, first_name, last_name, chamber, state, district, party)
      values ('state', 'Sandra', 'Pappas', 'state_senate', 'MN', '65', 'DFL') returning id`);
    const ids = await endorse(database, campaign, [...Array(4).fill(stPaul), duluth]);
    const [quoted, silent, hidden, undecided, elsewhere] = ids;
    const person = (id: number | undefined, columns: string) =>
      database.pool.query(
        `update stakeholder set ${columns} where id = (select stakeholder from endorsement where id = $1)`,
        [id],
      );
    await person(
      quoted,
      `first_name = '=cmd', last_name = '<b>Ann</b>', organization = 'River Keepers', role = 'Chair'`,
    );
    await person(silent, `last_name = 'Silent'`);
    await person(hidden, `last_name = 'Hidden'`);
    await person(undecided, `last_name = 'Undecided'`);
    await person(elsewhere, `last_name = 'Elsewhere'`);
    await database.pool.query(`update endorsement set statement = $2, org_authorized = true where id = $1`, [
      quoted,
      'Our river\n<script>alert(1)</script> "matters"',
    ]);
    await database.pool.query('update endorsement set display_publicly = true where id = any ($1)', [
      [quoted, silent, hidden, elsewhere],
    ]);
    await database.pool.query('update endorsement set public_display = false where id = $1', [hidden]);
    const bill = await one(`insert into bill (campaign, level, number, title, chamber, session, state, introduced_date)
      values (${campaign}, 'state', '12', 'Clean water act', 'state_senate', '93', 'MN', '2026-02-01') returning id`);
    await database.pool.query(
      `insert into bill (campaign, level, number, title, chamber, session, introduced_date)
      values ($1, 'federal', '99', 'Federal act', 'house', '119', '2026-02-01')`,
      [campaign],
    );
    await database.pool.query(`insert into bill_sponsor (bill, legislator, role) values ($1, $2, 'cosponsor')`, [
      bill,
      senator,
    ]);
  });
  after(async () => {
    await api.close();
    await database.close();
  });
  const path = (rest = '') => `/api/legislators/${senator}/briefing${rest}/?campaign_id=${campaign}`;

  it('count everybody there, and name only who agreed and is shown', async () => {
    const briefing = (await viewer.get(path())).json();
    assert.deepEqual([briefing.endorsements, briefing.new_this_week], [4, 4]);
    assert.deepEqual(
      briefing.constituents.map(({ name }: { name: string }) => name),
      ['=cmd <b>Ann</b>', 'Ann Silent'],
    );
    assert.deepEqual(briefing.organizations, ['River Keepers']);
    assert.deepEqual([briefing.region.geoid, briefing.region.vintage], ['27065', 2024]);
    assert.deepEqual(briefing.bills, [
      { number: 'MN SB 12', title: 'Clean water act', status: '', url: '', sponsorship: 'cosponsor', sponsors: 1 },
    ]);
    assert.doesNotMatch(JSON.stringify(briefing), /@example|Hidden|Undecided|Elsewhere/);
  });

  it('are a page that runs nothing, whatever people wrote', async () => {
    const { text, headers } = await viewer.get(path('/print'));
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
    assert.match(text, /<strong>4<\/strong>/);
    assert.match(text, /Clean &#60;water&#62;/);
    assert.match(text, /&#60;script&#62;alert\(1\)&#60;\/script&#62;/);
    assert.doesNotMatch(text, /<script|<b>/);
    assert.match(text, /Cosponsor/);
    assert.doesNotMatch(text, /Hidden|Undecided|Elsewhere/);
  });

  it('are a table in which no cell is a formula', async () => {
    const { text, headers } = await viewer.get(path('/csv'));
    assert.equal(headers.get('content-disposition'), 'attachment; filename="briefing_clean-water_27065.csv"');
    const [titles, first] = text.split('\r\n');
    assert.match(titles ?? '', /^"?Name"?,"?Organization"?/);
    assert.match(
      first ?? '',
      /^"'=cmd <b>Ann<\/b>","?River Keepers"?,"?Chair"?,[^,]*,"?individual"?,"?Yes"?,"Our river <script>/,
    );
    assert.equal(text.split('\r\n').length, 4);
  });

  it('are for staff, and say what is missing', async () => {
    assert.equal((await api.get(path())).status, 401);
    assert.equal((await viewer.get(`/api/legislators/999999/briefing?campaign_id=${campaign}`)).status, 404);
    assert.equal((await viewer.get(`/api/legislators/${senator}/briefing?campaign_id=999999`)).status, 404);
    assert.equal((await viewer.get(`/api/legislators/${senator}/briefing`)).status, 422);
    await database.pool.query(`update legislator set district = 'the north' where id = $1`, [senator]);
    const { status, json } = await viewer.get(path());
    assert.equal(status, 404);
    assert.match(json().detail, /names no district/);
  });
});
