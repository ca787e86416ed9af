import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import type { OutboxRow } from '../mail/deliver.ts';
import { type CallOptions, webhookSender } from './call.ts';
import { signature, webhookSecret } from './signature.ts';

interface Received {
  readonly path: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A certificate of this test's own, for hooks.example.org. */
function certificate(): { readonly key: string; readonly cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'webhook-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words =
    'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hooks.example.org -addext subjectAltName=DNS:hooks.example.org';
  const { status } = spawnSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const made = status === 0 ? { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } : undefined;
  rmSync(folder, { recursive: true });
  return made;
}

describe('webhooks', () => {
  let database: FreshDatabase;
  let server: Server;
  let port: number;
  let ca: string;
  let answer: (path: string) => number | 'reset';
  const received: Received[] = [];
  const secret = async () => 'a secret that only this test knows';

  before(async function () {
    const made = certificate();
    // Without openssl there is nobody to call over HTTPS.
    if (!made) return this.skip();
    ca = made.cert;
    database = await freshDatabase();
    server = createServer(made, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
        const status = answer(request.url ?? '');
        if (status === 'reset') response.destroy();
        else response.writeHead(status, { Location: '/elsewhere' }).end('thank you');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    port = (server.address() as AddressInfo).port;
  });
  after(async () => {
    server?.closeAllConnections();
    server?.close();
    await database?.close();
  });
  beforeEach(() => {
    received.length = 0;
    answer = () => 204;
  });

  async function hook(url = `https://hooks.example.org:${port}/in`): Promise<number> {
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into webhook (url, events, salt, account) values ($1, '{endorsement.verified}', 'salt salt salt salt', 1) returning id`,
      [url],
    );
    return rows[0]?.id ?? 0;
  }
  const row = (webhook: number) =>
    ({
      id: '7',
      kind: 'endorsement.verified',
      webhook,
      data: { endorsement: 3 },
      created_at: new Date(0),
    }) as unknown as OutboxRow;
  const sender = (more: Partial<CallOptions> = {}) =>
    webhookSender({
      database,
      secret,
      reach: {
        ca,
        isAllowed: () => true,
        lookup: (_host, options, done) =>
          options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
      },
      ...more,
    });

  it('are called with what happened, signed so that the receiver can tell', async () => {
    const id = await hook();
    assert.equal(await sender()(row(id)), '204');
    const { headers, body } = received[0] ?? { headers: {} as Received['headers'], body: '' };
    assert.deepEqual(JSON.parse(body), {
      type: 'endorsement.verified',
      timestamp: '1970-01-01T00:00:00.000Z',
      data: { endorsement: 3 },
    });
    const expected = signature(
      webhookSecret(await secret(), id, 'salt salt salt salt'),
      'msg_7',
      Number(headers['webhook-timestamp']),
      body,
    );
    assert.equal(headers['webhook-signature'], expected);
    assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 60);
  });

  it('are tried later after an error, given up after 410, and followed nowhere', async () => {
    const id = await hook();
    for (const [status, outcome] of [
      [500, 'later'],
      [302, 'later'],
      [410, 'refused'],
    ] as const) {
      answer = () => status;
      await assert.rejects(sender()(row(id)), { outcome });
    }
    assert.ok(received.every(({ path }) => path === '/in'));
  });

  it('are never called at an address inside', async () => {
    for (const url of [
      `https://127.0.0.1:${port}/`,
      `https://[::1]:${port}/`,
      'https://169.254.169.254/latest/',
      `https://localhost:${port}/`,
    ]) {
      const id = await hook(url);
      await assert.rejects(webhookSender({ database, secret })(row(id)), { outcome: 'refused' }, url);
    }
    assert.equal(received.length, 0);
  });

  it('are called from outside the VPC where no connection comes about, and nowhere twice where one did', async () => {
    const outside: string[] = [];
    const elsewhere: CallOptions['outside'] = async (url) => {
      outside.push(String(url));
      return new Response(null, { status: 202 });
    };
    const unreachable = await hook('https://hooks.example.org:9/in');
    assert.equal(await sender({ outside: elsewhere })(row(unreachable)), '202');
    assert.deepEqual(outside, ['https://hooks.example.org:9/in']);
    await assert.rejects(sender()(row(unreachable)), { outcome: 'later' });

    answer = () => 'reset';
    await assert.rejects(sender({ outside: elsewhere })(row(await hook())), { outcome: 'later' });
    assert.equal(outside.length, 1);
    const broken: CallOptions['outside'] = async () => Promise.reject(new Error('no function'));
    await assert.rejects(sender({ outside: broken })(row(unreachable)), { outcome: 'later' });
  });
});
