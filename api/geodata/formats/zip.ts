/**
 * Reads the members of a local .zip as streams: stored and deflated, zip64, sizes and checksums verified.
 *
 * What a member says about itself is checked before it is unpacked, and what comes out is checked while it does: more
 * bytes than stated, or a wrong CRC-32, and the stream fails. So only a stream that ended is a member that was whole.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { count, FormatError, type Place } from './fault.ts';
import { type Entry, readDirectory } from './zip-directory.ts';

export interface Zip {
  /** Its file name, without folders. */
  readonly file: string;
  /** What is in it, without folders and without what macOS adds (`__MACOSX/`, `._*`). */
  readonly members: readonly Member[];
}

export interface Member {
  /** With folders, as in the zip: `cb_2018_us_state_500k/cb_2018_us_state_500k.shp`. */
  readonly path: string;
  /** Without folders. */
  readonly name: string;
  /** Bytes when unpacked, as stated; the stream fails where it is another. */
  readonly size: number;
  /**
   * @param chunkBytes how much is read and unpacked at a time: little, for who wants the first bytes only
   * @throws {FormatError} on anything that is not this member, whole
   */
  stream(chunkBytes?: number): AsyncGenerator<Buffer, void, undefined>;
}

/** The largest member that is read. The national county .shp, the largest we load, has 0.13e9 bytes. */
const largestMember = 1 << 30;
/**
 * Deflate can reach 1,032:1, which is what a bomb does. The Census's files reach 15:1; a .dbf of nothing but blank names
 * some 100:1. Small members are let off, because a short run of zeros harms nobody.
 */
const highestRatio = 200;
const ratioMattersFrom = 1 << 20;
/** Inflating in pieces of 1 MiB took 0.44 s for a .shp of 121 MB; in Node's 16 KiB it took 1.6 s. */
const largeChunk = 1 << 20;

/** @throws {FormatError} where `path` is no whole zip, or has a member that points outside of it */
export async function openZip(path: string): Promise<Zip> {
  const file = basename(path);
  const entries = await readDirectory(path, { file });
  return {
    file,
    members: entries
      .filter(({ path }) => !path.endsWith('/') && !/(^|\/)(__MACOSX\/|\._)/.test(path))
      .map((entry) => ({
        path: entry.path,
        name: basename(entry.path),
        size: entry.size,
        stream: (chunkBytes = largeChunk) => unpack(path, entry, { file, member: basename(entry.path) }, chunkBytes),
      })),
  };
}

/** A small member as a whole, for .prj and .cpg. */
export async function readWhole(member: Member, place: Place, limit = 64 << 10): Promise<Buffer> {
  if (member.size > limit) {
    throw new FormatError(place, `it has ${count(member.size, 'byte')}; at most ${count(limit, 'byte')} make sense`);
  }
  return Buffer.concat(await Array.fromAsync(member.stream()));
}

async function* unpack(
  path: string,
  entry: Entry,
  place: Place,
  chunkBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  refuseUnreadable(entry, place);
  const start = await dataStart(path, entry, place);
  const tooMuch = () => new FormatError(place, `it unpacks to more than the ${count(entry.size, 'byte')} it states`);
  let crc = 0;
  let size = 0;
  try {
    for await (const chunk of unpacked(path, entry, start, chunkBytes)) {
      size += chunk.length;
      if (size > entry.size) throw tooMuch();
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooMuch();
    if (!code?.startsWith('Z_')) throw error;
    throw new FormatError(place, `its compressed data is damaged (${(error as Error).message})`, undefined, {
      cause: error,
    });
  }
  if (size < entry.size) {
    throw new FormatError(place, `it unpacks to ${count(size, 'byte')}, not to the ${entry.size} it states`);
  }
  if (crc !== entry.crc) {
    throw new FormatError(place, `its checksum does not hold: CRC-32 ${hex(crc)} instead of ${hex(entry.crc)}`);
  }
}

function refuseUnreadable(entry: Entry, place: Place): void {
  const { size, compressedSize, method } = entry;
  if (entry.encrypted) throw new FormatError(place, 'it is encrypted', 'Save the zip again without a password.');
  if (method !== 0 && method !== 8) {
    const known = new Map([
      [9, 'Deflate64'],
      [12, 'bzip2'],
      [14, 'LZMA'],
      [93, 'Zstandard'],
      [95, 'XZ'],
    ]);
    const name = known.get(method) ?? 'a method';
    throw new FormatError(
      place,
      `it is compressed with ${name} (method ${method}); stored and deflate are read`,
      'Save the zip again with the ordinary (deflate) compression.',
    );
  }
  if (method === 0 && size !== compressedSize) {
    throw new FormatError(place, `it is stored, but states two sizes: ${compressedSize} and ${count(size, 'byte')}`);
  }
  if (size > largestMember || (size > ratioMattersFrom && size > highestRatio * compressedSize)) {
    throw new FormatError(
      place,
      `it would unpack from ${count(compressedSize, 'byte')} to ${count(size, 'byte')}; ` +
        `no more than ${highestRatio} times as many, and ${count(largestMember, 'byte')}, are read`,
      'Do not use this file: it looks like a zip bomb. Get it from www2.census.gov.',
    );
  }
}

/** The local header repeats the directory, with a name and extra field of its own lengths before the data. */
async function dataStart(path: string, entry: Entry, place: Place): Promise<number> {
  const header = Buffer.alloc(30);
  if (entry.headerOffset + header.length <= entry.dataEnd) {
    const file = await open(path);
    try {
      await file.read(header, 0, header.length, entry.headerOffset);
    } finally {
      await file.close();
    }
  }
  const start = entry.headerOffset + header.length + header.readUInt16LE(26) + header.readUInt16LE(28);
  const agrees = header.readUInt32LE(0) === 0x04034b50 && header.readUInt16LE(8) === entry.method;
  if (!agrees || start + entry.compressedSize > entry.dataEnd) {
    throw new FormatError(place, `the directory of the zip says it stands at byte ${entry.headerOffset}; it does not`);
  }
  return start;
}

/**
 * What fits into one chunk is unpacked in one go: the threads and buffers of a stream cost some 3 ms, and a layer has five
 * members to open, which for a small file was more than it took to load it.
 */
function unpacked(path: string, entry: Entry, start: number, chunkBytes: number): AsyncIterable<Buffer> {
  const { compressedSize, size, method } = entry;
  if (compressedSize <= chunkBytes && size <= chunkBytes) return inOneGo(path, entry, start);
  const file = createReadStream(path, { start, end: start + compressedSize - 1, highWaterMark: chunkBytes });
  if (method === 0) return file;
  const inflate = createInflateRaw({ chunkSize: chunkBytes });
  // An error reaches the reader through `inflate`, which pipeline() destroys with it; leaving early closes the file.
  pipeline(file, inflate, () => {});
  return inflate;
}

async function* inOneGo(path: string, { compressedSize, size, method }: Entry, start: number): AsyncGenerator<Buffer> {
  if (compressedSize === 0) return;
  const bytes = Buffer.allocUnsafe(compressedSize);
  const file = await open(path);
  try {
    const { bytesRead } = await file.read(bytes, 0, compressedSize, start);
    const packed = bytes.subarray(0, bytesRead);
    // One byte more than is stated shows that there is more.
    yield method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: size + 1 });
  } finally {
    await file.close();
  }
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
