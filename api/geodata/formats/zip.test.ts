import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { scratchFolder } from './testing/files.ts';
import { refusal } from './testing/refusal.ts';
import { layerMembers, nad83 } from './testing/shapefile-writer.ts';
import { type MemberSpec, writeZip } from './testing/zip-writer.ts';
import { openZip, readWhole } from './zip.ts';

describe('Zips', () => {
  const write = scratchFolder();
  const prj: MemberSpec = { path: 'a.prj', content: Buffer.from(nad83) };

  async function contents(zip: Buffer): Promise<string[]> {
    const { file, members } = await openZip(write('test.zip', zip));
    return await Promise.all(
      members.map(async (member) => `${member.path}: ${(await readWhole(member, { file })).toString('latin1')}`),
    );
  }

  it('give their members, stored or deflated, of zip64 or not, with a comment or none', async () => {
    const text = { content: Buffer.from('one two three') };
    for (const [path, zip] of Object.entries({
      deflated: writeZip([{ path: 'deflated', ...text }]),
      stored: writeZip([{ path: 'stored', stored: true, ...text }]),
      comment: writeZip([{ path: 'comment', ...text }], { comment: 'PK\x05\x06 is how the end of a zip begins' }),
      zip64: writeZip([{ path: 'zip64', zip64: true, ...text }], { zip64: true }),
      'zip64 members only': writeZip([{ path: 'zip64 members only', zip64: true, ...text }]),
    })) {
      assert.deepEqual(await contents(zip), [`${path}: one two three`]);
    }
  });

  it('give members without folders, empty ones, and several MiB in order', async () => {
    const large = randomBytes((5 << 20) + 7);
    const zip = writeZip([
      { path: 'some folder/', content: Buffer.alloc(0), stored: true },
      { path: 'some folder/empty', content: Buffer.alloc(0), stored: true },
      { path: '__MACOSX/large', content: Buffer.from('not data') },
      { path: 'some folder/._large', content: Buffer.from('not data') },
      { path: 'some folder\\large', content: large },
    ]);
    const { members } = await openZip(write('test.zip', zip));
    assert.deepEqual(
      members.map(({ name }) => name),
      ['empty', 'large'],
    );
    const chunks = await Promise.all(members.map(({ stream }) => Array.fromAsync(stream())));
    assert.deepEqual(chunks[0], []);
    assert.ok(Buffer.concat(chunks[1] ?? []).equals(large));
  });

  it('may be left in the middle of a member', async () => {
    const { members } = await openZip(write('test.zip', writeZip([{ path: 'a', content: randomBytes(3 << 20) }])));
    for await (const chunk of members[0]?.stream() ?? []) {
      assert.ok(chunk.length > 0);
      break;
    }
  });

  it('are refused for what they hold, in one sentence that names the member', async () => {
    const zeros = Buffer.alloc(2 << 20);
    const packed = `${deflateRawSync(zeros).length.toLocaleString('en-US')} bytes`;
    const cases: [MemberSpec, string][] = [
      [{ ...prj, flags: 1 }, 'it is encrypted'],
      [{ ...prj, method: 9 }, 'it is compressed with Deflate64 (method 9); stored and deflate are read'],
      [{ ...prj, method: 77 }, 'it is compressed with a method (method 77); stored and deflate are read'],
      [{ ...prj, crc: 1 }, 'its checksum does not hold: CRC-32 aa147e60 instead of 00000001'],
      [{ ...prj, size: 100 }, 'it unpacks to more than the 100 bytes it states'],
      [{ ...prj, size: 1000 }, 'it unpacks to 165 bytes, not to the 1000 it states'],
      [{ ...prj, stored: true, size: 100 }, 'it is stored, but states two sizes: 165 and 100 bytes'],
      [{ ...prj, stored: true, method: 8 }, 'its compressed data is damaged (invalid block type)'],
      [
        { path: 'a.prj', content: zeros },
        `it would unpack from ${packed} to 2,097,152 bytes; no more than 200 times as many, and 1,073,741,824 bytes, are read`,
      ],
      [
        { path: 'a.prj', content: randomBytes(6_000_000), stored: true, method: 8, size: 2 ** 30 + 1 },
        'it would unpack from 6,000,000 bytes to 1,073,741,825 bytes; no more than 200 times as many, and 1,073,741,824 bytes, are read',
      ],
      [
        { ...prj, stored: true, size: 2 ** 31, zip64: true },
        'it is stored, but states two sizes: 165 and 2,147,483,648 bytes',
      ],
    ];
    for (const [member, fault] of cases) {
      const { members } = await openZip(write('test.zip', writeZip([member])));
      await assert.rejects(async () => await Array.fromAsync(members[0]?.stream() ?? []), {
        name: 'FormatError',
        message: `test.zip, a.prj: ${fault}`,
      });
    }
  });

  it('are refused for what they are, whatever is in them', async () => {
    const whole = writeZip(layerMembers());
    const split = Buffer.from(whole);
    split.writeUInt16LE(1, whole.length - 22 + 4);
    const fewer = Buffer.from(whole);
    fewer.writeUInt16LE(3, whole.length - 22 + 10);
    const zip64Missing = Buffer.from(whole);
    zip64Missing.writeUInt16LE(0xffff, whole.length - 22 + 10);
    const cases: [Buffer, string][] = [
      [Buffer.alloc(0), 'it is empty (0 bytes)'],
      [whole.subarray(0, -1), `it is cut off: after ${whole.length - 1} bytes the end of the zip is still missing`],
      [
        Buffer.concat([whole, Buffer.from('\n')]),
        `it is cut off: after ${whole.length + 1} bytes the end of the zip is still missing`,
      ],
      [whole.subarray(whole.length >> 1), 'it is not a zip: it begins with '],
      [Buffer.from('\xef\xbb\xbf\n<!DOCTYPE html>', 'latin1'), 'the server answered with a web page instead of a zip'],
      [
        Buffer.from('<html><title>\n Access Denied </title>'),
        'the server answered with a web page ("Access Denied") instead of a zip',
      ],
      [split, 'it is one part of a zip split over several files'],
      [fewer, 'its directory lists 4 members, its end says 3'],
      [zip64Missing, 'it calls itself a zip64, but its zip64 directory end is missing'],
      [Buffer.concat([Buffer.from('PK'), whole]), 'its directory does not fit: '],
    ];
    for (const [zip, fault] of cases) {
      const message = await refusal(write('test.zip', zip));
      assert.ok(message.startsWith(`test.zip: ${fault}`), message);
    }
  });

  it('are refused where the header before a member is not what the directory says', async () => {
    const zip = writeZip([prj]);
    zip.writeUInt8(9, 8);
    const { members } = await openZip(write('test.zip', zip));
    await assert.rejects(async () => await Array.fromAsync(members[0]?.stream() ?? []), {
      message: 'test.zip, a.prj: the directory of the zip says it stands at byte 0; it does not',
    });
  });

  it('are refused where a path climbs out, in any spelling', async () => {
    for (const path of ['../a.shp', 'a/../../b.shp', '/etc/a.shp', 'C:\\a.shp', '..\\a.shp', '\\\\host\\a.shp']) {
      const message = await refusal(write('test.zip', writeZip([{ ...prj, path }])));
      assert.equal(message, `test.zip: its member ${JSON.stringify(path)} points outside of the zip`);
    }
  });

  it('are refused where there is no such file, or it is a folder', async () => {
    assert.equal(await refusal('/nowhere/tl_2024.zip'), 'tl_2024.zip: there is no such file');
    assert.equal(await refusal(import.meta.dirname), 'formats: it is not a file');
  });
});
