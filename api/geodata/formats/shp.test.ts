import assert from 'node:assert/strict';
import { scratchFolder } from './testing/files.ts';
import { refusal } from './testing/refusal.ts';
import { layerMembers, type Point, square, writeDbf, writeShp } from './testing/shapefile-writer.ts';
import { writeZip } from './testing/zip-writer.ts';

describe('.shp files', () => {
  const write = scratchFolder();
  const one = square(-96, 44, 1);

  /** Two shapes and two rows, then one change to the bytes of the .shp. */
  async function refusalAfter(change: (shp: Buffer) => void, shp = writeShp([[one], [one]])): Promise<string> {
    change(shp);
    const dbf = writeDbf([{ name: 'GEOID', length: 5 }], [['27001'], ['27002']]);
    return await refusal(write('test.zip', writeZip(layerMembers({ name: 'a', shp, dbf }))));
  }

  const secondRecord = 100 + 8 + 128;

  it('are refused for their header', async () => {
    for (const [change, fault] of [
      [
        (shp: Buffer) => shp.writeInt32BE(9993, 0),
        'it is not a .shp: file code 9993 and version 1000, not 9994 and 1000',
      ],
      [(shp: Buffer) => shp.writeInt32BE(100, 24), 'its header states 200 bytes, the file has 372'],
      [(shp: Buffer) => shp.writeInt32LE(3, 32), 'it holds shapes of type 3 (PolyLine); polygons are read'],
      [(shp: Buffer) => shp.writeInt32LE(99, 32), 'it holds shapes of type 99 (unknown); polygons are read'],
      [(shp: Buffer) => shp.writeDoubleLE(1e7, 52), 'its coordinates are not degrees: x -96 to 10000000, y 44 to 45'],
    ] as const) {
      assert.equal(await refusalAfter(change), `test.zip, a.shp: ${fault}`);
    }
  });

  it('are refused for a record, and the record is named', async () => {
    for (const [change, fault] of [
      [(shp: Buffer) => shp.writeInt32BE(7, secondRecord), 'it calls itself record 7'],
      [
        (shp: Buffer) => shp.writeInt32BE(1, secondRecord + 4),
        'it states a content of 2 bytes, but 128 bytes are left in the file',
      ],
      [
        (shp: Buffer) => shp.writeInt32BE(65, secondRecord + 4),
        'it states a content of 130 bytes, but 128 bytes are left in the file',
      ],
      [
        (shp: Buffer) => shp.writeInt32BE(60, secondRecord + 4),
        'its content of 120 bytes does not hold what it states',
      ],
      [(shp: Buffer) => shp.writeInt32LE(15, secondRecord + 8), 'it is a PolygonZ in a file of Polygon'],
      [(shp: Buffer) => shp.writeInt32LE(1, secondRecord + 8), 'it holds shapes of type 1 (Point); polygons are read'],
      [
        (shp: Buffer) => shp.writeInt32LE(6, secondRecord + 48),
        'its content of 128 bytes does not hold what it states',
      ],
      [
        (shp: Buffer) => shp.writeInt32LE(-1, secondRecord + 44),
        'its content of 128 bytes does not hold what it states',
      ],
      [(shp: Buffer) => shp.writeInt32LE(1, secondRecord + 52), 'its rings begin at points 1 of 5'],
      [(shp: Buffer) => shp.writeDoubleLE(NaN, secondRecord + 56), 'point 1 is no place in degrees: x NaN, y 44'],
      [
        (shp: Buffer) => shp.writeDoubleLE(Infinity, secondRecord + 80),
        'point 2 is no place in degrees: x -96, y Infinity',
      ],
      [(shp: Buffer) => shp.writeDoubleLE(180.5, secondRecord + 72), 'point 2 is no place in degrees: x 180.5, y 45'],
    ] as const) {
      assert.equal(await refusalAfter(change), `test.zip, a.shp, record 2: ${fault}`);
    }
  });

  it('are refused for more rings and points than any district has', async () => {
    const rings = Array.from({ length: 16_000 }, () => square(-96, 44, 1).slice(0, 4));
    const message = await refusalAfter(() => {}, writeShp([[one], rings]));
    assert.equal(message, 'test.zip, a.shp, record 2: it has 16,000 rings of 64,000 points: too many to sort out');
  });

  it('are refused for rings that begin before the one ahead of them', async () => {
    const two: Point[][] = [one, square(-90, 44, 1)];
    const message = await refusalAfter((shp) => shp.writeInt32LE(-5, 100 + 8 + 48), writeShp([two, [one]]));
    assert.equal(message, 'test.zip, a.shp, record 1: its rings begin at points 0, -5 of 10');
  });
});
