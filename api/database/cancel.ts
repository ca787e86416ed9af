/** Ends a statement that nobody waits for any more. pg can only wait, or leave its connection in the middle of an answer. */
import { connect } from 'node:net';
import type pg from 'pg';

/** https://www.postgresql.org/docs/16/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CANCELREQUEST */
const cancelRequest = 80_877_102;

/** What pg knows of a session and does not declare. */
interface Session {
  readonly host: string;
  readonly port: number;
  readonly processID: number | null;
  readonly secretKey: number | null;
  readonly connection: { readonly stream: { destroy(): void } };
}

/**
 * Asks the server to cancel what this session is doing; a connection of its own carries the request, and the key that
 * the server gave the session proves that it may. A server that hangs does not hear it: see `destroy`.
 */
export function cancel(client: pg.PoolClient): void {
  const { host, port, processID, secretKey } = client as unknown as Session;
  // The embedded database has no server; on a socket file there is no deadline worth a second connection.
  if (processID === null || secretKey === null || host.startsWith('/')) return;
  const message = Buffer.alloc(16);
  for (const [index, value] of [16, cancelRequest, processID, secretKey].entries())
    message.writeInt32BE(value, index * 4);
  const socket = connect(port, host).setTimeout(500, () => socket.destroy());
  socket.on('error', () => {});
  socket.end(message);
}

/** Cuts the connection: whatever waits for it fails. The session's transaction, if there is one, is rolled back. */
export function destroy(client: pg.PoolClient): void {
  (client as unknown as Session).connection.stream.destroy();
}
