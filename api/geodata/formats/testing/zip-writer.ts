/** Writes small zips for tests: as they should be, or wrong in the one way that is asked for. */
import { crc32, deflateRawSync } from 'node:zlib';
import { uint16, uint32, uint64 } from './bytes.ts';

export interface MemberSpec {
  readonly path: string;
  readonly content: Buffer;
  /** Deflated by default. */
  readonly stored?: boolean;
  /** Replace what the headers say. */
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  /** State sizes and offset in a zip64 extra field. */
  readonly zip64?: boolean;
}

export interface ZipSpec {
  /** Also write a zip64 end of the directory, and let the old one defer to it. */
  readonly zip64?: boolean;
  readonly comment?: string;
}

export function writeZip(members: readonly MemberSpec[], spec: ZipSpec = {}): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const name = Buffer.from(member.path, 'utf8');
    const packed = member.stored ? member.content : deflateRawSync(member.content);
    const size = member.size ?? member.content.length;
    const common = Buffer.alloc(22);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(member.flags ?? 0x800, 2);
    common.writeUInt16LE(member.method ?? (member.stored ? 0 : 8), 4);
    common.writeUInt32LE(member.crc ?? crc32(member.content), 10);
    common.writeUInt32LE(member.zip64 ? 0xffffffff : packed.length, 14);
    common.writeUInt32LE(member.zip64 ? 0xffffffff : size, 18);
    const local = Buffer.concat([uint32(0x04034b50), common, uint16(name.length), uint16(0), name, packed]);
    const extra = member.zip64
      ? Buffer.concat([uint16(1), uint16(24), uint64(size), uint64(packed.length), uint64(offset)])
      : Buffer.alloc(0);
    entries.push(
      Buffer.concat([
        uint32(0x02014b50),
        uint16(20),
        common,
        uint16(name.length),
        uint16(extra.length),
        Buffer.alloc(10),
      ]),
      uint32(member.zip64 ? 0xffffffff : offset),
      name,
      extra,
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const comment = Buffer.from(spec.comment ?? '');
  const sum = { entries: members.length, size: directory.length, offset };
  const zip64End = spec.zip64
    ? [
        ...[
          uint32(0x06064b50),
          uint64(44),
          uint16(45),
          uint16(45),
          uint32(0),
          uint32(0),
          uint64(sum.entries),
          uint64(sum.entries),
        ],
        ...[uint64(sum.size), uint64(sum.offset)],
        ...[uint32(0x07064b50), uint32(0), uint64(offset + directory.length), uint32(1)],
      ]
    : [];
  const many = spec.zip64 ? 0xffff : sum.entries;
  const end = [
    ...[uint32(0x06054b50), uint16(0), uint16(0), uint16(many), uint16(many)],
    ...[uint32(spec.zip64 ? 0xffffffff : sum.size), uint32(spec.zip64 ? 0xffffffff : sum.offset)],
    ...[uint16(comment.length), comment],
  ];
  return Buffer.concat([...locals, directory, ...zip64End, ...end]);
}
