import assert from 'node:assert/strict';
import { openLayer } from './layer.ts';
import { scratchFolder } from './testing/files.ts';
import { refusal } from './testing/refusal.ts';
import {
  type ColumnSpec,
  layerMembers,
  square,
  type TableSpec,
  writeDbf,
  writeShp,
} from './testing/shapefile-writer.ts';
import { writeZip } from './testing/zip-writer.ts';

describe('.dbf files', () => {
  const write = scratchFolder();
  const geoid: ColumnSpec = { name: 'GEOID', length: 5 };

  function zipOf(dbf: Buffer, shapes: number, layer: { name?: string; cpg?: string | null } = {}): string {
    const shp = writeShp(Array.from({ length: shapes }, () => [square(-96, 44, 1)]));
    return write('test.zip', writeZip(layerMembers({ name: 'tl_2024_27_sldl', cpg: null, shp, dbf, ...layer })));
  }

  async function firstRow(columns: ColumnSpec[], values: (string | Buffer)[], spec: TableSpec = {}) {
    const layer = await openLayer(zipOf(writeDbf(columns, [values], spec), 1));
    const [feature] = await Array.fromAsync(layer.features());
    return feature?.attributes;
  }

  it('keep every value as text, without its padding', async () => {
    const columns = [
      { name: 'SLDLST', length: 3 },
      { name: 'ALAND', type: 'N', length: 14 },
      { name: 'SHARE', type: 'F', length: 8 },
      { name: 'SINCE', type: 'D', length: 8 },
      { name: 'OPEN', type: 'L', length: 1 },
      { name: 'NAME', length: 20 },
      { name: 'EMPTY', length: 4 },
      { name: '__proto__', length: 4 },
    ];
    const values = ['007', '    1234567890', '  0.5000', '20230103', '?', 'Cut\0here', '', 'own'];
    const row = await firstRow(columns, values);
    assert.deepEqual(
      Object.entries(row ?? {}),
      Object.entries({
        SLDLST: '007',
        ALAND: '1234567890',
        SHARE: '0.5000',
        SINCE: '20230103',
        OPEN: '?',
        NAME: 'Cut',
        EMPTY: '',
      }).concat([['__proto__', 'own']]),
    );
  });

  it('are refused for their counts, both of which are named', async () => {
    const rows = [['27001'], ['27002']];
    assert.equal(
      await refusal(zipOf(writeDbf([geoid], rows, { rows: 3 }), 3)),
      'test.zip, tl_2024_27_sldl.dbf: its header says 3 rows, but 2 rows are there',
    );
    assert.equal(
      await refusal(zipOf(writeDbf([geoid], rows, { rows: 1 }), 1)),
      'test.zip, tl_2024_27_sldl.dbf: its header says 1 row, but 2 rows are there',
    );
    for (const shapes of [0, 1, 3]) {
      assert.equal(
        await refusal(zipOf(writeDbf([geoid], rows), shapes)),
        `test.zip: tl_2024_27_sldl.shp has ${shapes} record${shapes === 1 ? '' : 's'}, but tl_2024_27_sldl.dbf has 2 rows`,
      );
    }
  });

  it('are refused for their header, fields and rows', async () => {
    const rowStart = 32 + 32 + 1;
    for (const [change, fault] of [
      [(dbf: Buffer) => dbf.writeUInt8(4, 0), ': it is not a dBASE III table: version byte 4'],
      [(dbf: Buffer) => dbf.writeUInt16LE(0, 10), ': its header states 65 bytes of header and 0 a row'],
      [(dbf: Buffer) => dbf.writeUInt8(4, 32 + 16), ': its fields take 5 bytes a row, its header says 6'],
      [(dbf: Buffer) => dbf.write('M', 32 + 11), ': its field GEOID has type "M"; C, N, F, D and L are read'],
      [(dbf: Buffer) => dbf.writeUInt8(0, 64), ': its list of fields does not end after 1 field'],
      [(dbf: Buffer) => dbf.writeUInt8(0, 32), ': field 1 has no name'],
      [
        (dbf: Buffer) => dbf.writeUInt8(65, rowStart + 6),
        ', record 2: it begins with byte 65, not with a space or "*"',
      ],
    ] as const) {
      const dbf = writeDbf([geoid], [['27001'], ['27002']]);
      change(dbf);
      assert.equal(await refusal(zipOf(dbf, 2)), `test.zip, tl_2024_27_sldl.dbf${fault}`);
    }
    assert.equal(
      await refusal(zipOf(writeDbf([geoid, geoid], [['27001', '27001']]), 1)),
      'test.zip, tl_2024_27_sldl.dbf: field 2 has the name GEOID again',
    );
  });

  describe('in whatever encoding', () => {
    const utf8 = Buffer.from('Doña Ana');
    const latin1 = Buffer.from('Doña Ana', 'latin1');
    const windows = Buffer.from([0x44, 0x6f, 0xf1, 0x61, 0x20, 0x93, 0x41, 0x6e, 0x61, 0x94]);
    const cases: [string, { name?: string; cpg?: string | null; driver?: number }, Buffer, string, string, RegExp?][] =
      [
        ['a .cpg of UTF-8', { cpg: 'UTF-8' }, utf8, 'UTF-8', 'Doña Ana'],
        ['a .cpg of 65001', { cpg: '65001\r\n' }, utf8, 'UTF-8', 'Doña Ana'],
        ["the Census's ISO 88591", { cpg: 'ISO 88591' }, latin1, 'ISO-8859-1', 'Doña Ana'],
        ['ISO-8859-1', { cpg: 'ISO-8859-1' }, latin1, 'ISO-8859-1', 'Doña Ana'],
        ['88591', { cpg: '88591' }, latin1, 'ISO-8859-1', 'Doña Ana'],
        ['1252', { cpg: '1252' }, windows, 'windows-1252', 'Doña “Ana”'],
        ['ANSI 1252', { cpg: 'ANSI 1252' }, windows, 'windows-1252', 'Doña “Ana”'],
        ['language driver 3', { driver: 3 }, windows, 'windows-1252', 'Doña “Ana”'],
        ['language driver 87', { driver: 0x57 }, latin1, 'ISO-8859-1', 'Doña Ana'],
        ['a .cpg over a language driver', { cpg: '1252', driver: 0x57 }, windows, 'windows-1252', 'Doña “Ana”'],
        ['the year 2014', { name: 'cb_2014_us_county_20m' }, latin1, 'ISO-8859-1', 'Doña Ana'],
        ['the year 2015', { name: 'tl_2015_us_county' }, utf8, 'UTF-8', 'Doña Ana'],
        ['a redistricting file of 2022', { name: 'tl_rd22_35_sldl' }, utf8, 'UTF-8', 'Doña Ana'],
        ['no year and UTF-8', { name: 'counties' }, utf8, 'UTF-8', 'Doña Ana'],
        [
          'no year and something else',
          { name: 'counties' },
          latin1,
          'ISO-8859-1',
          'Doña Ana',
          /^Nothing states its encoding, and NAME of record 1 is not UTF-8: read as ISO-8859-1\.$/,
        ],
        [
          'a .cpg that says UTF-8 and lies',
          { cpg: 'UTF-8' },
          latin1,
          'ISO-8859-1',
          'Doña Ana',
          /^The \.cpg says UTF-8, but NAME of record 1 is not: read as ISO-8859-1\.$/,
        ],
        [
          'a language driver that lies',
          { driver: 3 },
          utf8,
          'UTF-8',
          'Doña Ana',
          /^The language driver says windows-1252, but the text is UTF-8/,
        ],
        [
          'a year that misleads',
          { name: 'tl_2010_35_sldl10' },
          utf8,
          'UTF-8',
          'Doña Ana',
          /^By its year it should be ISO-8859-1, but the text is UTF-8/,
        ],
        [
          'a .cpg of nonsense',
          { cpg: 'EBCDIC', name: 'tl_2010_35_sldl10' },
          latin1,
          'ISO-8859-1',
          'Doña Ana',
          /^The \.cpg says "EBCDIC", which names no encoding we read\.$/,
        ],
      ];
    for (const [what, { driver = 0, ...layer }, bytes, encoding, name, notice] of cases) {
      it(`${what}: read as ${encoding}`, async () => {
        const dbf = writeDbf([{ name: 'NAME', length: 20 }], [[bytes]], { languageDriver: driver });
        const opened = await openLayer(zipOf(dbf, 1, layer));
        const [feature] = await Array.fromAsync(opened.features());
        assert.equal(feature?.attributes.NAME, name);
        assert.equal(opened.encoding, encoding);
        assert.equal(opened.notices.length, notice ? 1 : 0, opened.notices.join(' '));
        if (notice) assert.match(opened.notices[0] ?? '', notice);
      });
    }
  });
});
