import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Feature, FormatError, type Layer, openLayer } from './layer.ts';
import { edgeFolder } from './testing/files.ts';
import { area, readEwkb } from './testing/geometry.ts';

/** Small files cut from real ones, each with one fault or oddity. What a person sees, one after the other. */
describe('Files that are odd', () => {
  const tested = new Set<string>();

  reads('all_ccw', (layer, [feature]) => {
    assert.deepEqual([feature?.polygons, feature?.rings, feature?.points], [1, 1, 5]);
    assert.deepEqual(layer.notices, [
      '1 shape read by how rings nest, for their direction is wrong (first in record 1).',
    ]);
  });

  reads('antimeridian_02016', (layer, [feature]) => {
    assert.equal(feature?.attributes.GEOID, '02016');
    assert.ok((feature?.polygons ?? 0) > 1);
    assert.ok(layer.bounds && layer.bounds[0] < -179 && layer.bounds[2] > 179, 'its bounds span the world');
  });

  refuses('bad_crc', 'tl_2024_27_sldl.shp: its checksum does not hold: CRC-32 2d068a84 instead of 0eb32370');
  refuses('bad_shp_length', 'tl_2024_27_sldl.shp: its header states 2,147,483,648 bytes, the file has 9,276');
  refuses(
    'bomb_dbf',
    'tl_2024_27_sldl.dbf: it would unpack from 58,574 bytes to 60,000,638 bytes; ' +
      'no more than 200 times as many, and 1,073,741,824 bytes, are read',
  );

  reads('bowtie_invalid', (_layer, [bowtie]) => {
    // It crosses itself: repairing that is for the database, after the load. It must not be lost on the way there.
    assert.deepEqual([bowtie?.polygons, bowtie?.rings, bowtie?.points], [1, 1, 5]);
  });

  for (const file of ['cb_2013_latin1_nocpg', 'utf8_nocpg']) {
    reads(file, (layer, features) => {
      assert.equal(layer.encoding, file.startsWith('utf8') ? 'UTF-8' : 'ISO-8859-1');
      assertSpanishNames(features);
      assert.deepEqual(layer.notices, []);
    });
  }

  reads('cpg_lies', (layer, features) => {
    assertSpanishNames(features);
    assert.deepEqual(layer.notices, ['The .cpg says ISO-8859-1, but the text is UTF-8 and was read as such.']);
  });

  refuses('dbf_shorter', ': tl_2024_27_sldl.shp has 3 records, but tl_2024_27_sldl.dbf has 2 rows');

  reads('degenerate_ring', (layer, [feature]) => {
    assert.deepEqual([feature?.polygons, feature?.rings, feature?.points], [1, 1, 5]);
    assert.deepEqual(layer.notices, ['1 ring left out for enclosing nothing (first in record 1).']);
  });

  reads('deleted_row', (_layer, features) => {
    // The shape of the deleted row has 201 points: the row behind it must not get them.
    assert.deepEqual(summary(features), ['1 2762A 157', '3 2767A 205']);
  });

  reads('duplicate_geoid', (_layer, features) => {
    // Both come through; that a GEOID is there only once is checked where the layer is loaded.
    assert.equal(features.length, 3);
    assert.equal(new Set(features.map(({ attributes }) => attributes.GEOID)).size, 2);
  });

  reads('empty_layer', (layer, features) => {
    assert.deepEqual(features, []);
    assert.equal(layer.bounds, null);
  });

  reads('hole_island_order', (_layer, [feature]) => {
    // The hole stands before its outer ring, the island within it behind both.
    const polygons = readEwkb(feature?.geometry ?? Buffer.alloc(0));
    assert.deepEqual(
      polygons.map((rings) => rings.map(([corner]) => corner)),
      [
        [
          [-96, 44],
          [-95, 45],
        ],
        [[-94, 46]],
      ],
    );
    assert.equal(area(polygons), 36 - 16 + 1);
  });

  refuses('html_error', 'the server answered with a web page ("Error") instead of a zip');

  for (const file of ['nested_dir', 'stored_macosx', 'upper_ext']) {
    reads(file, (layer, features) => {
      assert.equal(layer.name.toLowerCase(), 'tl_2024_27_sldl');
      assert.deepEqual(summary(features), ['1 2762A 157', '2 2759A 201', '3 2767A 205']);
      assert.deepEqual(layer.notices, []);
    });
  }

  reads('null_shape', (_layer, features) => {
    assert.deepEqual(summary(features), ['1 2762A 157', '2 2759A none', '3 2767A 205']);
  });

  reads('only_shp_dbf', (layer, features) => {
    assert.deepEqual(summary(features), ['1 2762A 157', '2 2759A 201', '3 2767A 205']);
    assert.deepEqual(layer.notices, [
      'The zip has no .prj: NAD83 (EPSG:4269) is assumed, in which the Census publishes all boundaries.',
    ]);
  });

  refuses('truncated', 'it is cut off: after 3,006 bytes the end of the zip is still missing');
  refuses('truncated_shp', 'tl_2024_27_sldl.shp: its header states 9,276 bytes, the file has 6,184');
  refuses('two_layers', 'it has several layers: tl_2024_27_sldl.shp, other.shp');

  reads('unclosed_ring', (layer, [feature]) => {
    assert.deepEqual(readEwkb(feature?.geometry ?? Buffer.alloc(0)), [
      [
        [
          [-96, 44],
          [-96, 45],
          [-95, 45],
          [-95, 44],
          [-96, 44],
        ],
      ],
    ]);
    assert.deepEqual(layer.notices, ['1 unclosed ring closed (first in record 1).']);
  });

  refuses(
    'wrong_crs_3857',
    'tl_2024_27_sldl.prj: its coordinates are WGS_1984_Web_Mercator_Auxiliary_Sphere (PROJCS), not NAD83 degrees',
  );
  refuses('zero', 'it is empty (0 bytes)');
  refuses('zip_slip', 'its member "../../evil/tl_2024_27_sldl.shp" points outside of the zip');

  reads('zzz_undefined', (_layer, features) => {
    // Which districts are none is for the loader to say; it needs their codes as they are.
    assert.ok(features.some(({ attributes }) => attributes.SLDLST === 'ZZZ'));
  });

  it('are all tested', () => {
    assert.deepEqual(
      [...tested].sort(),
      readdirSync(edgeFolder)
        .map((file) => file.replace('.zip', ''))
        .sort(),
    );
  });

  function reads(file: string, check: (layer: Layer, features: Feature[]) => void): void {
    tested.add(file);
    it(`${file} is read`, async () => {
      const layer = await openLayer(join(edgeFolder, `${file}.zip`));
      const features = await Array.fromAsync(layer.features());
      assert.equal(features.length, layer.featureCount);
      check(layer, features);
    });
  }

  function refuses(file: string, message: string): void {
    tested.add(file);
    it(`${file} is refused`, async () => {
      await assert.rejects(
        async () => await Array.fromAsync((await openLayer(join(edgeFolder, `${file}.zip`))).features()),
        (error) => {
          assert.ok(error instanceof FormatError);
          assert.ok(error.message.startsWith(`${file}.zip`), error.message);
          assert.ok(error.message.endsWith(message), error.message);
          assert.ok(error.remedy.endsWith('.') || error.remedy.includes('ogr2ogr'), error.remedy);
          return true;
        },
      );
    });
  }
});

function summary(features: readonly Feature[]): string[] {
  return features.map(({ record, attributes, geometry, points }) =>
    [record, attributes.GEOID, geometry ? points : 'none'].join(' '),
  );
}

function assertSpanishNames(features: readonly Feature[]): void {
  const names = features.map(({ attributes }) => attributes.NAME);
  assert.ok(names.includes('Doña Ana') && names.includes('Bayamón') && names.includes('Mayagüez'), names.join(', '));
}
