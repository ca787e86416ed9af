import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { gzipOfJoined, joined } from './joined.ts';

describe('a body with an end that is kept', () => {
  it('is one gzip file, whatever it begins with', () => {
    const end = { text: Buffer.from(JSON.stringify(Array(100).fill('Añasco, Doña Ana, 65A'))) };
    for (const beginning of ['', 'x', '{"lat":44.95,"lng":-93.1,', 'ñ'.repeat(500), 'z'.repeat(65_535)]) {
      const body = joined(Buffer.from(beginning), end);
      assert.equal(body.toString(), beginning + end.text);
      const file = gzipOfJoined(body) ?? assert.fail();
      // Checks the length and the checksum, too.
      assert.deepEqual(gunzipSync(file), body);
      assert.ok(file.length < beginning.length * 2 + 120, `${file.length} bytes`);
    }
  });

  it('is compressed once', () => {
    const end: Parameters<typeof joined>[1] = { text: Buffer.from('again and again and again') };
    gzipOfJoined(joined(Buffer.from('one'), end));
    const { deflated } = end;
    gzipOfJoined(joined(Buffer.from('other'), end));
    assert.ok(deflated && end.deflated === deflated);
  });

  it('and no other', () => {
    assert.equal(gzipOfJoined(Buffer.from('something else')), undefined);
  });
});
