import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handler } from './outbound.ts';

describe('outbound: the function outside the VPC', () => {
  const variables = { ...process.env };
  let server: Server;
  let heard: { method: string; url: string; header: string; body: string };
  /** Over HTTP, and to this machine, whatever name was asked: a certificate for a foreign name cannot be had. */
  const here: typeof fetch = (url, init) => {
    const { pathname, search } = new URL(String(url));
    return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}${search}`, init);
  };
  before(async () => {
    process.env.OUTBOUND_HOSTS = 'geocoding.geo.census.gov,rest.akismet.com';
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method = '', url = '', headers } = request;
      heard = { method, url, header: String(headers['x-asked']), body: Buffer.concat(chunks).toString() };
      if (url === '/moved') response.writeHead(302, { location: 'https://elsewhere.example/' }).end();
      else if (url === '/large') response.end(Buffer.alloc(1_000_001));
      else response.writeHead(418, { 'x-answer': 'yes' }).end('žluťoučký');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    process.env = variables;
    server.closeAllConnections();
    server.close();
  });
  const ask = (event: unknown) => handler(event, undefined, here);

  it('hands on what is asked, and what is answered', async () => {
    const answer = await ask({
      url: 'https://rest.akismet.com/1.1/comment-check?x=1',
      method: 'POST',
      headers: { 'x-asked': 'so' },
      body: 'a=b',
    });
    assert.deepEqual(heard, { method: 'POST', url: '/1.1/comment-check?x=1', header: 'so', body: 'a=b' });
    assert.deepEqual([answer.status, answer.headers['x-answer'], answer.body], [418, 'yes', 'žluťoučký']);
  });

  it('follows no redirect: where it leads was not allowed', async () => {
    const answer = await ask({ url: 'https://rest.akismet.com/moved' });
    assert.deepEqual([answer.status, answer.headers.location], [302, 'https://elsewhere.example/']);
  });

  it('refuses more than it could hand on', async () => {
    await assert.rejects(ask({ url: 'https://rest.akismet.com/large' }), /more than 1000000 bytes/);
  });

  for (const [event, message] of [
    [{ url: 'https://www.example.org/' }, /www\.example\.org is none of the hosts that may be asked: geocoding/],
    [{ url: 'https://rest.akismet.com.evil.example/' }, /is none of the hosts/],
    [{ url: 'https://rest.akismet.com@evil.example/' }, /evil\.example is none of the hosts/],
    [{ url: 'http://rest.akismet.com/' }, /start with https/],
    [{ url: 'rest.akismet.com' }, /start with https/],
    [{ url: 'https://rest.akismet.com/', method: 'DELETE' }, /takes url, method/],
    [undefined, /takes url, method/],
  ] as const) {
    it(`refuses ${JSON.stringify(event)}`, () => assert.rejects(ask(event), message));
  }

  it('where any host may be asked, still asks no address and no bare name', async () => {
    process.env.OUTBOUND_HOSTS = '*';
    assert.equal((await ask({ url: 'https://hooks.example.org/x' })).status, 418);
    for (const url of ['https://127.0.0.1/', 'https://[::1]/', 'https://localhost/', 'https://2130706433/']) {
      await assert.rejects(ask({ url }), /none of the hosts/, url);
    }
  });
});
