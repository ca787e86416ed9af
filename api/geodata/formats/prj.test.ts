import assert from 'node:assert/strict';
import { checkCoordinates } from './prj.ts';
import { nad83 } from './testing/shapefile-writer.ts';

const place = { file: 'test.zip', member: 'a.prj' };

describe('.prj files', () => {
  it('of NAD83 degrees are taken, in any writer’s spelling', () => {
    for (const wkt of [
      nad83,
      `\uFEFF${nad83}\r\n`,
      'GEOGCS["NAD83",DATUM["North_American_Datum_1983",SPHEROID["GRS 1980",6378137,298.257222101,AUTHORITY["EPSG","7019"]],' +
        'TOWGS84[0,0,0,0,0,0,0],AUTHORITY["EPSG","6269"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],' +
        'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4269"]]',
      'GEOGCRS["NAD83",\n  DATUM["North American Datum 1983",\n    ELLIPSOID["GRS 1980",6378137,298.257222101,' +
        'LENGTHUNIT["metre",1]]],\n  PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],CS[ellipsoidal,2]]',
    ]) {
      assert.deepEqual(checkCoordinates(wkt, place), []);
    }
  });

  it('of WGS 84 degrees are taken, for that is what is stored', () => {
    const wgs84 =
      'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],' +
      'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]';
    assert.deepEqual(checkCoordinates(wgs84, place), []);
  });

  it('that are missing are a notice', () => {
    assert.match(checkCoordinates(undefined, place)[0] ?? '', /NAD83 \(EPSG:4269\) is assumed/);
  });

  it('of anything else are refused, and named', () => {
    for (const [wkt, fault] of [
      [
        nad83.replaceAll('North_American_1983', 'North_American_1927'),
        'its coordinates are GCS_North_American_1927, on D_North_American_1927, not on NAD83',
      ],
      [
        nad83.replaceAll('North_American_1983', 'NAD_1983_HARN'),
        'its coordinates are GCS_NAD_1983_HARN, on D_NAD_1983_HARN, not on NAD83',
      ],
      [
        `PROJCS["NAD_1983_UTM_Zone_15N",${nad83},PROJECTION["Transverse_Mercator"],UNIT["Meter",1.0]]`,
        'its coordinates are NAD_1983_UTM_Zone_15N (PROJCS), not NAD83 degrees',
      ],
      [
        nad83.replace('0.017453292519943295', '0.015707963267948967'),
        'its unit is 0.015707963267948967 radians, not a degree',
      ],
      [
        nad83.replace('"Greenwich",0', '"Paris",2.33722917'),
        'its longitudes count from 2.33722917 degrees east of Greenwich',
      ],
      ['EPSG:4269', 'it is no description of coordinates: "EPSG:4269"'],
      ['', 'it is no description of coordinates: ""'],
    ] as const) {
      assert.throws(() => checkCoordinates(wkt, place), { name: 'FormatError', message: `test.zip, a.prj: ${fault}` });
    }
  });
});
