import assert from 'node:assert/strict';
import { describeFile, identify } from './catalogue.ts';

const districtColumns = ['STATEFP', 'CD119FP', 'GEOIDFQ', 'GEOID', 'NAMELSAD'];

describe('catalogue: describeFile', () => {
  it('reads layer, coverage, vintage, scale and Congress from a cartographic name', () => {
    assert.deepEqual(describeFile('cb_2025_us_cd119_20m', districtColumns), {
      layer: 'congressional',
      coverage: 'us',
      vintage: 2025,
      resolution: '20m',
      session: '119th Congress',
      geoidColumn: 'GEOID',
      nameColumn: 'NAMELSAD',
    });
  });

  it('finds the columns of every decade', () => {
    const columnsOf = (name: string, columns: string[]) => {
      const { geoidColumn, nameColumn, layer } = describeFile(name, columns);
      return [layer, geoidColumn, nameColumn];
    };
    assert.deepEqual(columnsOf('tl_2020_27_county20', ['GEOID20', 'NAME20', 'NAMELSAD20']), [
      'county',
      'GEOID20',
      'NAMELSAD20',
    ]);
    assert.deepEqual(columnsOf('tl_2010_02_sldu10', ['GEOID10', 'NAMELSAD10']), [
      'state_upper',
      'GEOID10',
      'NAMELSAD10',
    ]);
    assert.deepEqual(columnsOf('tl_2008_08_cd110', ['CD110IDFP', 'NAMELSAD']), [
      'congressional',
      'CD110IDFP',
      'NAMELSAD',
    ]);
    assert.deepEqual(columnsOf('tl_2008_08_sldl', ['SLDLIDFP', 'NAMELSAD']), ['state_lower', 'SLDLIDFP', 'NAMELSAD']);
    assert.deepEqual(columnsOf('cb_2014_us_county_20m', ['GEOID', 'NAME']), ['county', 'GEOID', 'NAME']);
  });

  it('says ordinals as people do', () => {
    const session = (kind: string) => describeFile(`tl_2010_39_${kind}`, ['GEOID10', 'NAMELSAD10']).session;
    assert.deepEqual(['cd111', 'cd112', 'cd121', 'cd122', 'cd123'].map(session), [
      '111th Congress',
      '112th Congress',
      '121st Congress',
      '122nd Congress',
      '123rd Congress',
    ]);
  });

  for (const [name, message] of [
    ['tl_1999_27_sldl', /of the year 1999, and we load those from 2000 on/],
    ['districts', /"districts" is not named like a Census boundary file/],
    ['tl_2024_03_sldu', /state 03, which does not exist/],
    ['tl_2024_27_roads', /"roads", which is not a layer that we load/],
    ['cb_2024_27_sldu', /should end in a scale/],
    ['tl_2024_27_sldu_500k', /should not end in a scale/],
  ] as const) {
    it(`refuses ${name}`, () => assert.throws(() => describeFile(name, districtColumns), message));
  }

  it('names the columns it found when none holds a GEOID', () => {
    assert.throws(() => describeFile('tl_2024_27_sldu', ['ID', 'LABEL']), /has no GEOID column; it has ID, LABEL/);
  });
});

describe('catalogue: identify', () => {
  const file = describeFile('cb_2025_us_cd119_20m', districtColumns);

  it('keeps codes as text', () => {
    assert.deepEqual(identify(file, { GEOID: '0200', NAMELSAD: 'Congressional District (at Large)' }), {
      geoid: '0200',
      stateFips: '02',
      name: 'Congressional District (at Large)',
    });
  });

  it('passes over what is no district', () => {
    assert.equal(identify(file, { GEOID: '09ZZ', NAMELSAD: 'Congressional Districts not defined' }), undefined);
  });
});
