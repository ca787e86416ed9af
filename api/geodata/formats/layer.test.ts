import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { openLayer } from './layer.ts';
import { bundledFolder, edgeFolder, scratchFolder } from './testing/files.ts';
import { refusal } from './testing/refusal.ts';
import { layerMembers, type Point, square, writeDbf, writeShp } from './testing/shapefile-writer.ts';
import { writeZip } from './testing/zip-writer.ts';

describe('A layer', () => {
  const write = scratchFolder();

  it('says what it is before its shapes are read', async () => {
    const { features, batches, ...said } = await openLayer(join(bundledFolder, 'tl_2024_27_sldl.zip'));
    assert.deepEqual((await Array.fromAsync(batches())).flat(), await Array.fromAsync(features()));
    assert.deepEqual(
      { ...said, fields: said.fields.map(({ name, type, length }) => `${name} ${type}${length}`).join(', ') },
      {
        name: 'tl_2024_27_sldl',
        shapeType: 'Polygon',
        bounds: [-97.239093, 43.499361, -89.483385, 49.384479],
        featureCount: 134,
        encoding: 'UTF-8',
        fields:
          'STATEFP C2, SLDLST C3, GEOID C5, GEOIDFQ C14, NAMELSAD C100, LSAD C2, LSY C4, MTFCC C5, FUNCSTAT C1, ' +
          'ALAND N14, AWATER N14, INTPTLAT C11, INTPTLON C12',
        notices: [],
        bytesTotal: 3_713_268,
      },
    );
  });

  it('can be walked again, and be left early, and says how far it is', async () => {
    const seen: number[] = [];
    const layer = await openLayer(join(bundledFolder, 'tl_2024_27_sldl.zip'), {
      onProgress: (bytes) => seen.push(bytes),
    });
    for await (const { record } of layer.features()) if (record === 3) break;
    assert.equal(seen.length, 1);
    assert.ok(Number(seen[0]) < layer.bytesTotal / 3, `${seen} of ${layer.bytesTotal}`);
    const first = await Array.fromAsync(layer.features());
    assert.equal(seen.at(-1), layer.bytesTotal);
    assert.deepEqual(await Array.fromAsync(layer.features()), first);
  });

  it('is one of several where it is named, by its name or its path', async () => {
    const both = join(edgeFolder, 'two_layers.zip');
    assert.equal((await openLayer(both, { layer: 'other' })).name, 'other');
    assert.equal(
      await refusal(both, { layer: 'third' }),
      'two_layers.zip: it has no third.shp; it has tl_2024_27_sldl.shp, other.shp',
    );
    const folders = write('same-names.zip', writeZip(['new/a', 'old/a'].flatMap((name) => layerMembers({ name }))));
    assert.equal(await refusal(folders, { layer: 'a' }), 'same-names.zip: it has several layers: new/a.shp, old/a.shp');
    assert.equal((await openLayer(folders, { layer: 'old/a' })).featureCount, 1);
  });

  it('has its members together whatever their capitals', async () => {
    const members = layerMembers({ name: 'a' }).map((member) =>
      member.path.endsWith('.dbf') ? member : { ...member, path: member.path.toUpperCase() },
    );
    assert.deepEqual((await openLayer(write('test.zip', writeZip(members)))).notices, []);
  });

  it('is refused where the zip has none, or no .dbf for it', async () => {
    const members = layerMembers({ name: 'a' });
    const without = (extension: string) => writeZip(members.filter(({ path }) => !path.endsWith(extension)));
    assert.equal(
      await refusal(write('test.zip', without('.shp'))),
      'test.zip: it has no .shp; it has a.dbf, a.prj, a.cpg',
    );
    assert.equal(await refusal(write('test.zip', writeZip([]))), 'test.zip: it has no .shp; it has nothing');
    assert.equal(
      await refusal(write('test.zip', without('.dbf'))),
      'test.zip: a.shp has no .dbf beside it, so its shapes have no names or codes',
    );
  });

  it('pairs shapes and rows by their place, null shapes and deleted rows among them', async () => {
    const rows = ['A', 'B', 'C', 'D', 'E', 'F'].map((code) => [code]);
    const shapes = rows.map((_, index) => (index % 3 === 1 ? null : [square(index, 0, 1)]));
    const zip = writeZip(
      layerMembers({
        shp: writeShp(shapes),
        dbf: writeDbf([{ name: 'CODE', length: 1 }], rows, { deleted: [0, 4] }),
      }),
    );
    const layer = await openLayer(write('test.zip', zip));
    const features = await Array.fromAsync(layer.features());
    assert.equal(layer.featureCount, 4);
    assert.deepEqual(
      features.map(({ record, attributes, bounds }) => [record, attributes.CODE, bounds?.[0]]),
      [
        [2, 'B', undefined],
        [3, 'C', 2],
        [4, 'D', 3],
        [6, 'F', 5],
      ],
    );
  });

  it('counts its oddities, and tells them once', async () => {
    const unclosed = square(0, 0, 1).slice(0, 4);
    const line: Point[] = [
      [5, 5],
      [6, 6],
      [7, 7],
      [5, 5],
    ];
    const shp = writeShp([[square(9, 9, 1)], [unclosed, line], [unclosed, line, square(3, 3, 1).toReversed()]]);
    const dbf = writeDbf([{ name: 'CODE', length: 1 }], [['A'], ['B'], ['C']]);
    const layer = await openLayer(write('test.zip', writeZip(layerMembers({ shp, dbf }))));
    await Array.fromAsync(layer.features());
    await Array.fromAsync(layer.features());
    assert.deepEqual(layer.notices, [
      '2 unclosed rings closed (first in record 2).',
      '2 rings left out for enclosing nothing (first in record 2).',
      '1 shape read by how rings nest, for their direction is wrong (first in record 3).',
    ]);
  });

  it('of 124 MB is read in less than 220 MB of memory', async function () {
    this.timeout(30_000);
    // Held whole, the .shp alone would take 124 MB on top of the 60 MB that Node takes for itself, and its EWKB as much again.
    const ring = Array.from({ length: 20_000 }, (_, index): Point => {
      const angle = (index / 20_000) * -2 * Math.PI;
      return [Math.cos(angle), Math.sin(angle)];
    });
    ring.push(ring[0] as Point);
    const one = writeShp([[ring]]).subarray(100);
    const records = 390;
    const shp = Buffer.concat([writeShp([[ring]]).subarray(0, 100), ...Array.from({ length: records }, () => one)]);
    shp.writeInt32BE(shp.length / 2, 24);
    for (let record = 0; record < records; record++) shp.writeInt32BE(record + 1, 100 + record * one.length);
    const dbf = writeDbf(
      [{ name: 'CODE', length: 3 }],
      Array.from({ length: records }, (_, row) => [`${row}`]),
    );
    const [shape, ...others] = layerMembers({ shp, dbf });
    assert.ok(shape && shape.content.length > 124e6);
    const zip = write('large.zip', writeZip([{ ...shape, stored: true }, ...others]));

    // In a process of its own; not by its maxRSS, which on Linux begins with that of the process that started it.
    const walk = `
      const { openLayer } = await import(${JSON.stringify(join(import.meta.dirname, 'layer.ts'))});
      let features = 0;
      let most = 0;
      for await (const { geometry } of (await openLayer(${JSON.stringify(zip)})).features()) {
        features += geometry ? 1 : 0;
        most = Math.max(most, process.memoryUsage.rss());
      }
      console.log(features, most);`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', walk], { encoding: 'utf8' });
    const [features, bytes] = printed.split(' ').map(Number);
    assert.equal(features, records);
    assert.ok((bytes ?? Infinity) < 220e6, `${bytes} bytes at most`);
  });
});
