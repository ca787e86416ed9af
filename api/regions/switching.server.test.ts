/**
 * While boundaries are switched, every answer is wholly of the old vintage or wholly of the new one.
 *
 * Two vintages of one state have the same two squares with each other's GEOID, and names that say their year: whatever is
 * put together from both gives itself away.
 */
import assert from 'node:assert/strict';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { endorse } from '../counts/testing/endorse.ts';
import { scratchFolder } from '../geodata/formats/testing/files.ts';
import { layerMembers, square, writeDbf, writeShp } from '../geodata/formats/testing/shapefile-writer.ts';
import { writeZip } from '../geodata/formats/testing/zip-writer.ts';
import { importFile } from '../geodata/load/import-file.ts';
import type { RateLimiter } from '../limits/limiter.ts';

const unlimited: RateLimiter = {
  take: async () => ({ allowed: true, counted: true, remaining: 1, resetSeconds: 60 }),
};
const duluth = '411 W 1st St, Duluth, MN 55802';
const west = { lat: 46.78, lng: -94 };
const east = { lat: 46.7833, lng: -92.1066 };

describe('answers while boundaries are switched', function () {
  this.timeout(60_000);
  const write = scratchFolder();
  const files = new Map<number, string>();
  let database: FreshDatabase;
  let api: TestApi;
  let viewer: Agent;
  let visitor: Agent;
  let campaign: number;
  let legislator: number;

  before(async () => {
    database = await freshDatabase();
    for (const year of [2023, 2024]) {
      const name = `tl_${year}_27_sldu`;
      const rows = (year === 2023 ? ['27001', '27002'] : ['27002', '27001']).map((geoid) => [
        geoid,
        `${geoid} of ${year}`,
      ]);
      const dbf = writeDbf(
        [
          { name: 'GEOID', length: 5 },
          { name: 'NAMELSAD', length: 30 },
        ],
        rows,
      );
      const shp = writeShp([[square(-95, 46, 2)], [square(-93, 46, 2)]]);
      files.set(year, write(`${name}.zip`, writeZip(layerMembers({ name, shp, dbf }))));
      await inForce(year);
    }
    api = await startApi(database, { limiter: unlimited });
    viewer = await api.as('viewer');
    visitor = await api.visitor();
    const one = async (sql: string) => (await database.pool.query<{ id: number }>(sql)).rows[0]?.id ?? 0;
    campaign = await one(
      `insert into campaign (name, title) values ('clean-water', 'Clean water') returning id::integer`,
    );
    legislator = await one(`insert into legislator (level, first_name, last_name, chamber, state, district)
      values ('state', 'Sandra', 'Pappas', 'state_senate', 'MN', '1') returning id`);
    const ids = await endorse(database, campaign, [...Array(6).fill(west), ...Array(9).fill(east)]);
    await database.pool.query('update endorsement set display_publicly = true where id = any ($1)', [ids]);
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  /** Switches as every import does: with everybody's districts, in one transaction. */
  const inForce = (year: number) => importFile(database, files.get(year) ?? '');

  /** What is right for the first district (27001) in each vintage. */
  const right = {
    2023: { west: '27001', east: '27002', first: 6, second: 9 },
    2024: { west: '27002', east: '27001', first: 9, second: 6 },
  } as const;
  type Year = keyof typeof right;
  const yearOf = (vintages: readonly number[]): Year => {
    const [year, ...others] = new Set(vintages);
    assert.ok(
      (year === 2023 || year === 2024) && others.length === 0,
      `answered from ${[...new Set(vintages)].join(' and ')}`,
    );
    return year;
  };
  type Region = { geoid: string; name: string; vintage: number };

  /** Each asks once, checks that the answer is of one vintage, and says of which. */
  const questions: Readonly<Record<string, () => Promise<Year>>> = {
    async point() {
      const { regions } = (await get(api, `/api/regions/lookup/?lat=${west.lat}&lng=${west.lng}`)) as {
        regions: Region[];
      };
      const year = yearOf(regions.map(({ vintage }) => vintage));
      assert.deepEqual(
        regions.map(({ geoid, name }) => [geoid, name]),
        [[right[year].west, `${right[year].west} of ${year}`]],
      );
      return year;
    },
    async address() {
      const { regions } = (await get(api, `/api/regions/lookup/?address=${encodeURIComponent(duluth)}`)) as {
        regions: Region[];
      };
      const year = yearOf(regions.map(({ vintage }) => vintage));
      assert.deepEqual(
        regions.map(({ geoid }) => geoid),
        [right[year].east],
      );
      return year;
    },
    async batch() {
      const points = Array.from({ length: 400 }, (_, n) => (n % 2 === 0 ? west : east));
      const { status, json } = await visitor.send('POST', '/api/regions/lookup/', { points });
      assert.equal(status, 200);
      const { regions, points: found } = json() as { regions: Region[]; points: number[][] };
      const year = yearOf(regions.map(({ vintage }) => vintage));
      assert.deepEqual(
        new Set(found.map((own) => own.map((place) => regions[place]?.geoid).join())),
        new Set([right[year].west, right[year].east]),
      );
      return year;
    },
    async outlines() {
      const answer = await api.get('/api/regions/state_upper/?state=MN');
      assert.equal(answer.status, 200);
      const { features } = answer.json() as { features: { properties: Region }[] };
      assert.equal(features.length, 2);
      const year = yearOf(features.map(({ properties }) => properties.vintage));
      const etag = answer.headers.get('etag') ?? '';
      assert.equal(yearOfTag.get(etag) ?? year, year, `${etag} names two vintages`);
      yearOfTag.set(etag, year);
      return year;
    },
    async counts() {
      const { total, districts } = (await get(
        api,
        `/api/endorsements/counts/?campaign_id=${campaign}&layer=state_upper`,
      )) as {
        total: number;
        districts: { geoid: string; name: string | null; count: number }[];
      };
      assert.equal(total, 15);
      const year = yearOf(districts.map(({ name }) => Number(name?.slice(-4))));
      assert.deepEqual(
        districts.map(({ geoid, count }) => [geoid, count]),
        [
          ['27001', right[year].first],
          ['27002', right[year].second],
        ],
      );
      return year;
    },
    async briefing() {
      const { region, endorsements, constituents } = (await get(
        viewer,
        `/api/legislators/${legislator}/briefing?campaign_id=${campaign}`,
      )) as {
        region: Region;
        endorsements: number;
        constituents: unknown[];
      };
      const year = yearOf([region.vintage]);
      assert.equal(region.name, `27001 of ${year}`);
      assert.deepEqual([endorsements, constituents.length], [right[year].first, right[year].first]);
      return year;
    },
  };
  const yearOfTag = new Map<string, Year>();

  async function get(agent: Agent, path: string): Promise<unknown> {
    const { status, text, json } = await agent.get(path);
    assert.equal(status, 200, `${path}: ${text}`);
    return json();
  }

  for (const [name, ask] of Object.entries(questions)) {
    it(`are of one vintage each: ${name}`, async () => {
      const seen: Record<Year, number> = { 2023: 0, 2024: 0 };
      let switching = true;
      const asking = Array.from({ length: 4 }, async () => {
        while (switching) seen[await ask()] += 1;
      });
      // A failure of those who ask ends the switching, too.
      const failed = Promise.race(asking.map((each) => each.then(() => new Promise<never>(() => {}))));
      try {
        for (let round = 0; round < 6; round++) await Promise.race([inForce(round % 2 === 0 ? 2023 : 2024), failed]);
      } finally {
        switching = false;
      }
      await Promise.all(asking);
      assert.ok(seen[2023] > 0 && seen[2024] > 0, `asked in time: ${JSON.stringify(seen)}`);
      assert.equal(await ask(), 2024);
    });
  }
});
