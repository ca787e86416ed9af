/** The same list from the same statement by Fastify, with the same features written as its users write them. */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Fastify from 'fastify';
import { campaigns } from '../../../api/campaigns/campaign.ts';
import { openServer } from '../../../api/database/database.ts';

const { pool } = await openServer(process.argv[2] ?? '', { connections: 8 });
const nowhere = createWriteStream('/dev/null');
const compress = promisify(gzip);
const app = Fastify({
  genReqId: (request) => String(request.headers['x-request-id'] ?? randomUUID()),
  trustProxy: '127.0.0.1',
});

app.addHook('onRequest', async (request, reply) => {
  reply.header('X-Request-Id', request.id).header('Vary', 'Origin');
  if (request.headers.origin === 'https://www.example.org') {
    reply
      .header('Access-Control-Allow-Origin', request.headers.origin)
      .header('Access-Control-Allow-Credentials', 'true');
  }
});
app.addHook('onSend', async (request, reply, payload) => {
  if (typeof payload !== 'string') return payload;
  const etag = `W/"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
  reply.header('ETag', etag);
  if (request.headers['if-none-match'] === etag) {
    reply.code(304);
    return '';
  }
  if (!request.headers['accept-encoding']?.includes('gzip')) return payload;
  reply.header('Content-Encoding', 'gzip').header('Vary', 'Origin, Accept-Encoding');
  return compress(payload);
});
app.addHook('onResponse', async (request, reply) => {
  const { elapsedTime: latency, statusCode: status } = reply;
  nowhere.write(
    `${JSON.stringify({ environment: 'local', route: request.routeOptions.url, latency, status, id: request.id })}\n`,
  );
});
app.get('/api/campaigns/', async (_request, reply) => {
  const { rows } = await pool.query({
    name: 'active-campaigns',
    text: `${campaigns.select} and campaign.active order by campaign.created_at desc, campaign.id desc`,
    values: ['https://media.example.org/'],
  });
  reply.header('Cache-Control', 'public, max-age=0, s-maxage=60, stale-while-revalidate=300');
  return rows;
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${(app.server.address() as AddressInfo).port}\n`);
