import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLayer } from './layer.ts';
import { bundledFolder, censusFolder, expectedFolder } from './testing/files.ts';
import { area, md5OfNormalised, readEwkb } from './testing/geometry.ts';

/**
 * The expected/*.csv hold, per GEOID, what GDAL 3.6.2 read and PostGIS 3.3.2 (GEOS 3.11) measured; the md5 is of
 * ST_AsBinary(ST_Normalize(geom), 'NDR').
 */
describe('Files of the Census', () => {
  describe('in this repository', () => {
    for (const zip of zips(bundledFolder)) {
      it(`${zip} reads as GDAL and PostGIS read it`, () => compare(join(bundledFolder, zip), expectedFolder));
    }
    it('are five', () => assert.equal(zips(bundledFolder).length, 5));
  });

  describe('all samples, 2008 to 2025', () => {
    const present = existsSync(join(censusFolder, 'expected'));
    for (const zip of zips(censusFolder)) {
      it(`${zip} reads as GDAL and PostGIS read it`, () =>
        compare(join(censusFolder, zip), join(censusFolder, 'expected')));
    }
    it(`are 28${present ? '' : ' (Census sample folder not found; TIGER_DATA names it)'}`, function () {
      if (!present) this.skip();
      assert.equal(zips(censusFolder).length, 28);
    });
  });
});

async function compare(zip: string, expectedIn: string): Promise<void> {
  const layer = await openLayer(zip);
  const expected = new Map(
    readFileSync(join(expectedIn, `${layer.name}.csv`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [geoid = '', ...rest] = cells(line);
        return [geoid, rest] as const;
      }),
  );
  assert.equal(layer.featureCount, expected.size);
  const geoidField = layer.fields.find(({ name }) => /^(GEOID(10|20)?|CD110IDFP|SLDLIDFP)$/.test(name))?.name ?? '';
  for await (const feature of layer.features()) {
    const geoid = feature.attributes[geoidField] ?? '';
    const [name, polygons, rings, points, squareDegrees, md5] = expected.get(geoid) ?? [];
    assert.ok(feature.geometry, geoid);
    const geometry = readEwkb(feature.geometry);
    assert.deepEqual(
      [feature.polygons, feature.rings, feature.points, md5OfNormalised(geometry)].map(String),
      [polygons, rings, points, md5],
      geoid,
    );
    assert.ok(Math.abs(area(geometry) - Number(squareDegrees)) < 1e-8, `${geoid} has an area of ${area(geometry)}`);
    assert.ok(Object.values(feature.attributes).includes(name ?? ''), `${geoid} is not called ${name}`);
    expected.delete(geoid);
  }
  assert.deepEqual([...expected.keys()], []);
}

/** A line of the csv: names with a comma stand in quotes. */
function cells(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}

function zips(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.zip')) : [];
}
