/**
 * What a query says, as bytes that are only handed on: by COPY, so that no row and no string is made of them. Strings
 * pass through V8's young generation, which grows with them, to 128 MB on a large machine; bytes lie outside of it.
 */
import type pg from 'pg';
import type { Database } from './database.ts';

/**
 * @param query of one column of type text that is never null; COPY takes no parameters, so values stand in it
 * @returns the values in UTF-8, one after the other, in pieces
 */
export async function copyOut({ pool }: Pick<Database, 'pool'>, query: string): Promise<readonly Buffer[]> {
  const text = `copy (${query}) to stdout (format binary)`;
  const { take, pieces } = decoder();
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  // A query as pg has them itself: it is told to send, then handed each message until the connection is free again.
  const copy: pg.Submittable & Record<string, unknown> = {
    text,
    submit: (connection) => connection.query(text),
    handleCopyData: (message: { readonly chunk: Buffer }) => take(message.chunk),
    handleCommandComplete: () => {},
    handleReadyForQuery: () => resolve(),
    handleError: reject,
  };
  const client = await pool.connect();
  let broken = true;
  try {
    client.query(copy);
    await ready;
    broken = false;
  } finally {
    client.release(broken);
  }
  return pieces();
}

/** Signature, flags and extension; then a row is the number of its columns, the length of its only value, the value. */
const headerBytes = 11 + 4 + 4;
const rowBytes = 2 + 4;

/** What one write to a socket takes. */
const pieceBytes = 1 << 16;

/** https://www.postgresql.org/docs/16/sql-copy.html#id-1.9.3.55.9.4 */
function decoder(): { take(chunk: Buffer): void; pieces(): readonly Buffer[] } {
  const full: Buffer[] = [];
  let piece = Buffer.alloc(0);
  let used = 0;
  let control = Buffer.alloc(0);
  let awaited = headerBytes;
  let left = 0;
  return {
    take(chunk) {
      for (let at = 0; at < chunk.length; ) {
        if (left > 0) {
          if (used === piece.length) {
            if (used > 0) full.push(piece);
            [piece, used] = [Buffer.allocUnsafeSlow(pieceBytes), 0];
          }
          // Copied, because pg uses its buffer again.
          const copied = chunk.copy(piece, used, at, at + left);
          used += copied;
          left -= copied;
          at += copied;
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
    },
    pieces: () => [...full, piece.subarray(0, used)],
  };
}
