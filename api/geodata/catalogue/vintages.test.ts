import assert from 'node:assert/strict';
import { describeFile } from './catalogue.ts';
import { congresses, newestYear, parseStates, planFiles, type Request, type Wanted } from './vintages.ts';

const ask = (request: Partial<Request>) =>
  planFiles({ dataSets: ['cd'], states: ['27'], year: 2024, resolution: 'full', ...request });
const urls = (wanted: readonly Wanted[]): string[] =>
  wanted.flatMap(({ candidates, otherwise }) => [
    ...candidates.map(({ url }) => url.replace('https://www2.census.gov/geo/tiger/', '')),
    ...urls(otherwise),
  ]);

describe('catalogue: planFiles', () => {
  for (const [request, expected] of [
    [{ dataSets: ['state'] }, ['TIGER2024/STATE/tl_2024_us_state.zip']],
    [{ dataSets: ['county'] }, ['TIGER2024/COUNTY/tl_2024_us_county.zip']],
    [{ dataSets: ['sldl'] }, ['TIGER2024/SLDL/tl_2024_27_sldl.zip']],
    [{ year: 2025 }, ['TIGER2025/CD/tl_2025_27_cd119.zip']],
    [{ year: 2023 }, ['TIGER2023/CD/tl_2023_27_cd118.zip']],
    [{ year: 2022 }, ['TIGER2022/CD/tl_2022_27_cd118.zip', 'TIGER_RD18/STATE/27_MINNESOTA/27/tl_rd22_27_cd118.zip']],
    [{ year: 2021 }, ['TIGER2021/CD/tl_2021_us_cd116.zip', 'TIGER2021/CD/tl_2021_27_cd116.zip']],
    [{ year: 2010 }, ['TIGER2010/CD/111/tl_2010_us_cd111.zip', 'TIGER2010/CD/111/tl_2010_27_cd111.zip']],
    [{ dataSets: ['sldu'], year: 2010 }, ['TIGER2010/SLDU/2010/tl_2010_27_sldu10.zip']],
    [
      { dataSets: ['county'], year: 2010 },
      ['TIGER2010/COUNTY/2010/tl_2010_us_county10.zip', 'TIGER2010/COUNTY/2010/tl_2010_27_county10.zip'],
    ],
    [
      { dataSets: ['county'], year: 2020 },
      ['TIGER2020/COUNTY/tl_2020_us_county.zip', 'TIGER2020PL/STATE/27_MINNESOTA/27/tl_2020_27_county20.zip'],
    ],
    [{ year: 2008 }, ['TIGER2008/27_MINNESOTA/tl_2008_27_cd110.zip']],
    [{ dataSets: ['sldl'], year: 2009, states: ['37'] }, ['TIGER2009/37_NORTH_CAROLINA/tl_2009_37_sldl.zip']],
    [{ resolution: '20m', year: 2025 }, ['GENZ2025/shp/cb_2025_us_cd119_20m.zip']],
    [{ resolution: '5m', year: 2013 }, ['GENZ2013/cb_2013_us_cd113_5m.zip']],
    [{ resolution: '500k', year: 2010 }, ['GENZ2010/gz_2010_us_500_11_500k.zip']],
    [
      { dataSets: ['sldu'], resolution: '500k', year: 2020 },
      ['GENZ2020/shp/cb_2020_us_sldu_500k.zip', 'GENZ2020/shp/cb_2020_27_sldu_500k.zip'],
    ],
    [{ dataSets: ['sldu'], resolution: '500k', year: 2018 }, ['GENZ2018/shp/cb_2018_27_sldu_500k.zip']],
  ] as const) {
    it(`knows where ${JSON.stringify(request)} is`, () => {
      assert.deepEqual(urls(ask(request as Partial<Request>).wanted), expected);
    });
  }

  it('leaves out chambers that do not exist, and says why', () => {
    const plan = ask({ dataSets: ['sldu', 'sldl'], states: 'all' });
    assert.equal(plan.wanted.filter(({ dataSet }) => dataSet === 'sldu').length, 52);
    assert.equal(plan.wanted.filter(({ dataSet }) => dataSet === 'sldl').length, 50);
    assert.deepEqual(
      plan.lacking.filter(({ name }) => /Nebraska|Columbia/.test(name)).map(({ name }) => name),
      ['sldl of District of Columbia', 'sldl of Nebraska'],
    );
  });

  it('puts only the states in force that were asked for, also out of a national file', () => {
    assert.deepEqual(ask({ dataSets: ['county'], states: ['08', '27'] }).wanted[0]?.states, ['08', '27']);
    assert.equal(ask({ dataSets: ['county'], states: 'all' }).wanted[0]?.states, undefined);
  });

  it('tries a year that it does not know by the newest rules, and says so', () => {
    const plan = ask({ year: newestYear + 1 });
    assert.match(plan.notices.join(), /The files of 2026 are not known yet.*rules of 2025/);
    assert.deepEqual(urls(plan.wanted), [
      'TIGER2026/CD/tl_2026_us_cd120.zip',
      'TIGER2026/CD/tl_2026_us_cd119.zip',
      'TIGER2026/CD/tl_2026_27_cd120.zip',
      'TIGER2026/CD/tl_2026_27_cd119.zip',
    ]);
  });

  for (const [request, message] of [
    [{ year: 2007 }, /no boundaries of 2007/],
    [{ year: 2012, resolution: '500k' }, /no cartographic files of 2012/],
    [{ dataSets: ['sldl'], resolution: '20m' }, /no legislative districts \(sldl\) at 20m/],
  ] as const) {
    it(`refuses ${JSON.stringify(request)}`, () =>
      assert.throws(() => ask(request as Partial<Request>), { name: 'CatalogueError', exitCode: 2, message }));
  }

  it('says which Congress a year has: the 117th has no files', () => {
    const years = [2008, 2010, 2011, 2013, 2016, 2018, 2021, 2022, 2025];
    assert.deepEqual(years.flatMap(congresses), [110, 111, 112, 113, 115, 116, 116, 118, 119]);
  });

  it('names no file that it could not read again', () => {
    const columns = ['GEOID', 'GEO_ID', 'CD110IDFP', 'NAMELSAD', 'NAME'];
    for (let year = 2008; year <= newestYear; year++) {
      for (const resolution of ['full', '500k'] as const) {
        if (resolution === '500k' && (year < 2010 || year === 2011 || year === 2012)) continue;
        const plan = ask({ dataSets: ['state', 'county', 'cd', 'sldu', 'sldl'], states: ['09'], year, resolution });
        for (const url of urls(plan.wanted)) {
          const file = describeFile(url.replace(/^.*\/|\.zip$/g, ''), columns);
          assert.deepEqual([file.vintage, file.resolution], [year, resolution], url);
        }
      }
    }
  });
});

describe('catalogue: parseStates', () => {
  it('takes postal abbreviations, FIPS codes and all', () => {
    assert.deepEqual(parseStates('mn, 08,CO'), ['08', '27']);
    assert.equal(parseStates('ALL'), 'all');
  });

  it('names what is no state', () => assert.throws(() => parseStates('CO,XX'), /There is no state "XX"/));
});
