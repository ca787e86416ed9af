/** Serves a folder over HTTP as the Census does, ETag and Range included, but slowly enough to be cut off in between. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const chunk = 1 << 18;

/** @param pauseMs after each quarter of a megabyte */
export async function serveSlowly(folder: string, pauseMs: number): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const content = readFileSync(join(folder, basename(request.url ?? '')));
    const etag = `"${content.length}-${content.subarray(-8).toString('hex')}"`;
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
    const from = request.headers['if-range'] === etag && asked < content.length ? asked : 0;
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': content.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    });
    for (let at = from; at < content.length && !response.destroyed; at += chunk) {
      response.write(content.subarray(at, at + chunk));
      await sleep(pauseMs);
    }
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
