/**
 * A body whose end is kept and whose beginning is new each time. The end is compressed once: a gzip file may begin with a
 * block that is stored as it is (RFC 1951, 3.2.4), and whatever was compressed by itself may follow. To compress two
 * kilobytes anew takes a fifth of a look-up.
 */
import { crc32, deflateRawSync } from 'node:zlib';

/** Keep it: what it is compressed to is made once and hangs on it. */
export interface End {
  readonly text: Buffer;
  deflated?: Buffer;
}

const partsOf = new WeakMap<Buffer, { readonly beginning: Buffer; readonly end: End }>();

/** @param beginning at most 65,535 bytes */
export function joined(beginning: Buffer, end: End): Buffer {
  const body = Buffer.concat([beginning, end.text]);
  partsOf.set(body, { beginning, end });
  return body;
}

/** @returns a gzip file (RFC 1952) of a body that was joined; undefined for any other */
export function gzipOfJoined(body: Buffer): Buffer | undefined {
  const parts = partsOf.get(body);
  if (!parts) return undefined;
  const { beginning, end } = parts;
  end.deflated ??= deflateRawSync(end.text);
  const file = Buffer.allocUnsafe(header.length + 4 + beginning.length + end.deflated.length + 8);
  let at = header.copy(file);
  at = file.writeUInt16LE(beginning.length, at);
  at = file.writeUInt16LE(beginning.length ^ 0xffff, at);
  at += beginning.copy(file, at);
  at += end.deflated.copy(file, at);
  at = file.writeUInt32LE(crc32(body), at);
  file.writeUInt32LE(body.length, at);
  return file;
}

/** Gzip's own: deflate, no name, no time, an unknown system. Then a block that is not the last and stored. */
const header = Buffer.from('1f8b08000000000000ff' + '00', 'hex');
