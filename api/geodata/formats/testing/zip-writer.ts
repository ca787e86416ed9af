/** Writes small zips for tests: as they should be, or wrong in the one way that is asked for. */
import { crc32, deflateRawSync } from 'node:zlib';

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
    const local = Buffer.concat([u32(0x04034b50), common, u16(name.length), u16(0), name, packed]);
    const extra = member.zip64
      ? Buffer.concat([u16(1), u16(24), u64(size), u64(packed.length), u64(offset)])
      : Buffer.alloc(0);
    entries.push(
      Buffer.concat([u32(0x02014b50), u16(20), common, u16(name.length), u16(extra.length), Buffer.alloc(10)]),
      u32(member.zip64 ? 0xffffffff : offset),
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
        ...[u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), u64(sum.entries), u64(sum.entries)],
        ...[u64(sum.size), u64(sum.offset)],
        ...[u32(0x07064b50), u32(0), u64(offset + directory.length), u32(1)],
      ]
    : [];
  const many = spec.zip64 ? 0xffff : sum.entries;
  const end = [
    ...[u32(0x06054b50), u16(0), u16(0), u16(many), u16(many)],
    ...[u32(spec.zip64 ? 0xffffffff : sum.size), u32(spec.zip64 ? 0xffffffff : sum.offset)],
    ...[u16(comment.length), comment],
  ];
  return Buffer.concat([...locals, directory, ...zip64End, ...end]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
