/** A TCP proxy on loopback that does to connections what networks and dying servers do. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** Forwards nothing any more, in either direction, and closes nothing: a server that is stopped, or a path that is cut. */
  hang(): void;
  /** Answers reset every connection there is; new ones are accepted again at once. */
  reset(): void;
  /** New connections are reset as soon as they are made, until `heal`. */
  refuse(): void;
  heal(): void;
  /** Connections now. */
  connections(): number;
  close(): Promise<void>;
}

/** @param target where the server is, as a URL with host and port */
export async function faultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let mode: 'forward' | 'hang' | 'refuse' = 'forward';

  const server = createServer((client) => {
    if (mode === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      // What comes in while the proxy hangs is swallowed, as it would be in the buffers of a server that is stopped.
      from.on('data', (chunk) => mode !== 'hang' && to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        if (mode !== 'hang') to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const close = async () => {
    mode = 'forward';
    reset();
    server.close();
    await once(server, 'close');
  };
  return {
    port: (server.address() as AddressInfo).port,
    hang: () => {
      mode = 'hang';
    },
    reset,
    refuse: () => {
      mode = 'refuse';
      reset();
    },
    heal: () => {
      // Connections that lost bytes are in the middle of an answer that will never come.
      if (mode === 'hang') reset();
      mode = 'forward';
    },
    connections: () => sockets.size / 2,
    close,
    [Symbol.asyncDispose]: close,
  };
}
