/**
 * What a query says, as bytes that are only handed on: by COPY, so that no row and no string is made of them, and out of
 * the very buffers that the socket was read into, so that none is copied. Strings would pass through V8's young
 * generation, which grows with them, to 128 MB on a large machine; bytes lie outside of it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { to as copyTo } from 'pg-copy-streams';
import type { Database } from './database.ts';

/**
 * @param query of one column of type text that is never null; COPY takes no parameters, so values stand in it
 * @returns the values in UTF-8, one after the other, in pieces
 */
export async function copyOut({ pool }: Pick<Database, 'pool'>, query: string): Promise<readonly Buffer[]> {
  const client = await pool.connect();
  const take = decoder();
  const pieces: Buffer[] = [];
  const copy = copyTo(`copy (${query}) to stdout (format binary)`);
  // Its last byte is not the end: the connection is free when the server says so, and may break off before.
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  Object.assign(copy, { handleReadyForQuery: resolve }).on('error', reject);
  ready.catch(() => {});
  let broken = true;
  try {
    client.query(copy);
    for await (const chunk of copy) {
      take(chunk, pieces);
      copied(chunk.length);
    }
    await ready;
    broken = false;
  } finally {
    client.release(broken);
  }
  return pieces;
}

/**
 * V8 lets bytes that nobody needs any more lie until there are 32 MB of them (`Heap::AllocateExternalBackingStore`), or
 * until its own few were used up, which those who only hand bytes on hardly touch: an exporting process had 157 MB, 66 of
 * them at rest. A look at the youngest objects, a millisecond for each four megabytes, keeps it at 98.
 */
const leftLyingBytes = 4_000_000;
let lyingBytes = 0;
let collectYoung: ((options: { readonly type: 'minor' }) => void) | undefined;

function copied(bytes: number): void {
  lyingBytes += bytes;
  if (lyingBytes < leftLyingBytes) return;
  lyingBytes = 0;
  if (!collectYoung) {
    // The way to have it without a flag for the whole process, which Lambda's runtime would not hand on.
    setFlagsFromString('--expose-gc');
    collectYoung = runInNewContext('gc');
  }
  collectYoung?.({ type: 'minor' });
}

/** Signature, flags and extension; then a row is the number of its columns, the length of its only value, the value. */
const headerBytes = 11 + 4 + 4;
const rowBytes = 2 + 4;

/** https://www.postgresql.org/docs/16/sql-copy.html#id-1.9.3.55.9.4 */
function decoder(): (chunk: Buffer, values: Buffer[]) => void {
  let control = Buffer.alloc(0);
  let awaited = headerBytes;
  let left = 0;
  return (chunk, values) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const value = chunk.subarray(at, at + left);
        values.push(value);
        left -= value.length;
        at += value.length;
        continue;
      }
      const part = chunk.subarray(at, at + awaited - control.length);
      control = Buffer.concat([control, part]);
      at += part.length;
      // After the last row there is only a number of columns, -1, and so no end of this.
      if (control.length < awaited) continue;
      if (awaited === rowBytes) left = control.readInt32BE(2);
      awaited = rowBytes;
      control = Buffer.alloc(0);
    }
  };
}
