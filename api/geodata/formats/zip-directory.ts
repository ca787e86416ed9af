/**
 * The central directory of a zip: what members it says it has. Nothing is unpacked here.
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16 (records) and 4.5.3 (zip64 extra field).
 */
import { type FileHandle, open } from 'node:fs/promises';
import { count, FormatError, type Place } from './fault.ts';

/** One entry as the central directory states it; sizes and offsets in bytes. */
export interface Entry {
  readonly path: string;
  readonly encrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
  /** No data of a member lies behind this offset: the directory begins here. */
  readonly dataEnd: number;
}

const endSignature = 0x06054b50;
const endLength = 22;
const longestComment = 0xffff;
const zip64LocatorSignature = 0x07064b50;
const zip64LocatorLength = 20;
const zip64EndSignature = 0x06064b50;
const zip64EndLength = 56;
const entrySignature = 0x02014b50;
const entryLength = 46;
/** A Census zip has 16 members at most: a directory that could fill the memory is none of theirs. */
const largestDirectory = 4 << 20;

/** @throws {FormatError} where there is no such file, or it is no whole zip */
export async function readDirectory(path: string, place: Place): Promise<Entry[]> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    const fault = code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${code})`;
    throw new FormatError(place, fault, `Check the path ${path} and its permissions.`, { cause: error });
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new FormatError(place, 'it is not a file', `Give the path of a zip file, not ${path}.`);
    const start = await read(file, 0, Math.min(512, stat.size));
    refuseWhatIsNoZip(start, stat.size, place);
    const end = await findEnd(file, stat.size, place);
    const directory = await read(file, end.offset, end.size);
    return parseEntries(directory, end, place);
  } finally {
    await file.close();
  }
}

/** The Census's front servers answer errors with status 200 and a page of HTML, which then is saved as .zip. */
function refuseWhatIsNoZip(start: Buffer, size: number, place: Place): void {
  if (size === 0) throw new FormatError(place, 'it is empty (0 bytes)');
  if (start.length >= 4 && start.readUInt16LE(0) === 0x4b50) return;
  const text = start.toString('latin1').replace(/^(\xef\xbb\xbf)?\s+/, '');
  if (/^<(!doctype|html|head|\?xml)/i.test(text)) {
    const title = /<title>([^<]{1,80})<\/title>/i.exec(text)?.[1]?.trim();
    throw new FormatError(
      place,
      `the server answered with a web page${title ? ` ("${title}")` : ''} instead of a zip`,
      'Delete it and download it again later; if it happens again, the address is wrong or the server refuses.',
    );
  }
  throw new FormatError(place, `it is not a zip: it begins with ${JSON.stringify(text.slice(0, 8))}, not with "PK"`);
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly entries: number;
}

async function findEnd(file: FileHandle, fileSize: number, place: Place): Promise<Directory> {
  const tailLength = Math.min(fileSize, endLength + longestComment);
  const tail = await read(file, fileSize - tailLength, tailLength);
  // Backwards, and the comment has to reach the end of the file: a comment may contain the signature itself.
  let at = tail.length - endLength;
  while (
    at >= 0 &&
    !(tail.readUInt32LE(at) === endSignature && at + endLength + tail.readUInt16LE(at + 20) === tailLength)
  )
    at--;
  if (at < 0) {
    throw new FormatError(place, `it is cut off: after ${count(fileSize, 'byte')} the end of the zip is still missing`);
  }
  let end = {
    entries: tail.readUInt16LE(at + 10),
    size: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  let endOffset = fileSize - tailLength + at;
  let disks = [tail.readUInt16LE(at + 4), tail.readUInt16LE(at + 6)];
  if (end.entries === 0xffff || end.size === 0xffffffff || end.offset === 0xffffffff) {
    ({ end, endOffset, disks } = await findZip64End(file, endOffset, place));
  }
  if (disks.some((disk) => disk !== 0)) {
    throw new FormatError(place, 'it is one part of a zip split over several files', 'Join the parts into one zip.');
  }
  if (end.offset + end.size !== endOffset) {
    throw new FormatError(
      place,
      `its directory does not fit: ${count(end.size, 'byte')} from byte ${end.offset}, but it ends at byte ${endOffset}`,
    );
  }
  if (end.size > largestDirectory) {
    throw new FormatError(
      place,
      `its directory is ${count(end.size, 'byte')} long; at most ${count(largestDirectory, 'byte')} are read`,
    );
  }
  return end;
}

async function findZip64End(file: FileHandle, endOffset: number, place: Place) {
  const locator = await read(file, Math.max(0, endOffset - zip64LocatorLength), zip64LocatorLength);
  const damaged = () => new FormatError(place, 'it calls itself a zip64, but its zip64 directory end is missing');
  if (locator.length < zip64LocatorLength || locator.readUInt32LE(0) !== zip64LocatorSignature) throw damaged();
  const at = Number(locator.readBigUInt64LE(8));
  if (at + zip64EndLength > endOffset) throw damaged();
  const record = await read(file, at, zip64EndLength);
  if (record.readUInt32LE(0) !== zip64EndSignature) throw damaged();
  return {
    end: {
      entries: Number(record.readBigUInt64LE(32)),
      size: Number(record.readBigUInt64LE(40)),
      offset: Number(record.readBigUInt64LE(48)),
    },
    endOffset: at,
    disks: [record.readUInt32LE(16), record.readUInt32LE(20)],
  };
}

function parseEntries(directory: Buffer, end: Directory, place: Place): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  while (at < directory.length) {
    const whole = at + entryLength <= directory.length && directory.readUInt32LE(at) === entrySignature;
    const nameEnd = whole ? at + entryLength + directory.readUInt16LE(at + 28) : Number.POSITIVE_INFINITY;
    const extraEnd = whole ? nameEnd + directory.readUInt16LE(at + 30) : nameEnd;
    if (extraEnd > directory.length) {
      throw new FormatError(place, `entry ${entries.length + 1} of its directory is damaged`);
    }
    const flags = directory.readUInt16LE(at + 8);
    const name = directory.subarray(at + entryLength, nameEnd);
    const stated = {
      size: directory.readUInt32LE(at + 24),
      compressedSize: directory.readUInt32LE(at + 20),
      headerOffset: directory.readUInt32LE(at + 42),
    };
    entries.push({
      // Bit 11 says UTF-8; without it the name is in the writer's code page, of which only ASCII is sure.
      path: safePath(name.toString(flags & 0x800 ? 'utf8' : 'latin1'), place),
      encrypted: (flags & 1) === 1,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      ...withZip64(stated, directory.subarray(nameEnd, extraEnd)),
      dataEnd: end.offset,
    });
    at = extraEnd + directory.readUInt16LE(at + 32);
  }
  if (entries.length !== end.entries) {
    throw new FormatError(place, `its directory lists ${count(entries.length, 'member')}, its end says ${end.entries}`);
  }
  return entries;
}

/** We never unpack to disk, but a zip that tries to climb out of its folder is nobody's boundary file. */
function safePath(path: string, place: Place): string {
  const normal = path.replaceAll('\\', '/');
  if (normal.startsWith('/') || /^[a-z]:/i.test(normal) || normal.split('/').includes('..') || normal.includes('\0')) {
    throw new FormatError(
      place,
      `its member ${JSON.stringify(path)} points outside of the zip`,
      'Do not use this file: honest zips hold no such paths. Get it from www2.census.gov.',
    );
  }
  return normal;
}

/** The zip64 extra field holds, in this order, only those of the three numbers that say 0xffffffff. */
function withZip64(stated: { size: number; compressedSize: number; headerOffset: number }, extra: Buffer) {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    const end = Math.min(extra.length, from + extra.readUInt16LE(at + 2));
    for (const key of ['size', 'compressedSize', 'headerOffset'] as const) {
      if (stated[key] !== 0xffffffff || from + 8 > end) continue;
      stated[key] = Number(extra.readBigUInt64LE(from));
      from += 8;
    }
    break;
  }
  return stated;
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
