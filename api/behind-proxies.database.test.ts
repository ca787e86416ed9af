/** The way of a request in production: browser, Vercel's rewrite of /api/*, CloudFront, API Gateway, us. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cookies, startApi, type TestApi } from '../scripts/testing/api.ts';
import { addContent } from '../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';
import { loginLimit } from './access/session-routes.ts';

const site = 'www.example.org';

/** What each hop makes of the headers that reach it. `peer` is the address that it sees. */
type Hop = (headers: IncomingHttpHeaders, peer: string, upstream: string) => IncomingHttpHeaders;

/** Vercel overwrites what a client says of itself, and keeps the site's host beside the one it asks. */
const vercel: Hop = (headers, peer, upstream) => ({
  ...headers,
  host: upstream,
  'x-forwarded-host': site,
  'x-forwarded-proto': 'https',
  'x-forwarded-for': peer,
  'x-real-ip': peer,
  'x-vercel-forwarded-for': peer,
  'x-vercel-id': 'iad1::x',
});

/** CloudFront and API Gateway append the address that they see. */
const appending: Hop = (headers, peer, upstream) => ({
  ...headers,
  host: upstream,
  via: '2.0 x.cloudfront.net (CloudFront)',
  'x-amz-cf-id': 'x',
  'x-forwarded-proto': 'https',
  'x-forwarded-for': [headers['x-forwarded-for'], peer].filter(Boolean).join(', '),
});

/** CloudFront as the template sets it up: it overwrites the header by which it proves itself. */
const cloudFrontWithKey: Hop = (headers, peer, upstream) => ({
  ...appending(headers, peer, upstream),
  'x-cdn-key': 'only CloudFront knows',
});

/** A proxy on a port of its own; whoever asks says in a header of the test which address is theirs. */
async function proxy(hop: Hop, target: string, peerOf: (headers: IncomingHttpHeaders) => string): Promise<Server> {
  const { host, hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const headers = hop(incoming.headers, peerOf(incoming.headers), host);
    delete headers['test-client'];
    const { method = 'GET', url = '/' } = incoming;
    const upstream = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    incoming.pipe(upstream);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('behind Vercel, CloudFront and API Gateway', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let url: string;
  const servers: Server[] = [];
  before(async () => {
    database = await freshDatabase();
    await addContent(database);
    api = await startApi(database, { trustedProxyHops: 3, siteUrl: `https://${site}`, secureCookies: true });
    const gateway = await proxy(appending, api.url, () => '130.176.1.1');
    const cloudFront = await proxy(appending, urlOf(gateway), () => '76.76.21.9');
    const rewrite = await proxy(vercel, urlOf(cloudFront), (headers) =>
      String(headers['test-client'] ?? '203.0.113.7'),
    );
    servers.push(gateway, cloudFront, rewrite);
    url = urlOf(rewrite);
    // Made here, because through the proxies a test would have to log in for it.
    await api.as('editor').catch(() => {});
  });
  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await api.close();
    await database.close();
  });

  const call = (path: string, init: RequestInit = {}) => fetch(url + path, { redirect: 'manual', ...init });

  it('answers every path with and without a slash, and redirects nowhere (H17: a slash too many or too few was a 404 or an endless redirect)', async () => {
    for (const path of ['/api/campaigns', '/api/homepage', '/api/themes/active', '/api/health', '/api/csrf-token']) {
      for (const slash of ['', '/']) assert.equal((await call(path + slash)).status, 200, path + slash);
    }
  });

  it('takes a write with the cookie and the token that it gave, from the site only', async () => {
    const given = await call('/api/csrf-token/');
    for (const line of given.headers.getSetCookie()) assert.match(line, /; Secure/);
    const headers = {
      Cookie: cookies(given.headers),
      'X-CSRFToken': ((await given.json()) as { csrf_token: string }).csrf_token,
      'Content-Type': 'application/json',
    };
    const status = async (Origin: string) =>
      (await call('/api/staff/session/', { method: 'POST', body: '{}', headers: { ...headers, Origin } })).status;
    assert.equal(await status(`https://${site}`), 422, 'past the token');
    assert.equal(await status('https://evil.example'), 403);
  });

  it('counts by the visitor, whatever chain they forge (H10: a forged X-Forwarded-For defeated the limits)', async () => {
    const tryLogin = async (client: string, forged: Record<string, string> = {}) => {
      const given = await call('/api/csrf-token/');
      const headers = {
        Cookie: cookies(given.headers),
        'X-CSRFToken': ((await given.json()) as { csrf_token: string }).csrf_token,
        'Content-Type': 'application/json',
        'test-client': client,
        ...forged,
      };
      const answer = await call('/api/staff/session/', { method: 'POST', body: '{}', headers });
      return { status: answer.status, left: Number(answer.headers.get('ratelimit-remaining')) };
    };
    const first = await tryLogin('198.51.100.1');
    assert.equal(first.left, loginLimit.requests - 1);
    const forgeries = [
      { 'X-Forwarded-For': '8.8.8.8' },
      { 'X-Forwarded-For': '1.1.1.1, 2.2.2.2, 3.3.3.3' },
      { 'X-Real-IP': '9.9.9.9' },
      { Forwarded: 'for=8.8.4.4' },
    ];
    let { left } = first;
    for (const forged of forgeries) {
      const next = await tryLogin('198.51.100.1', forged);
      if (next.left < left) left = next.left;
      else assert.fail(`${JSON.stringify(forged)} was counted as somebody else`);
    }
    assert.equal((await tryLogin('198.51.100.2')).left, loginLimit.requests - 1, 'another visitor has their own');
    // One household has 2^64 addresses, and is one visitor.
    assert.equal((await tryLogin('2001:db8:1:2::1')).left, loginLimit.requests - 1);
    assert.equal((await tryLogin('2001:db8:1:2:ffff::9')).left, loginLimit.requests - 2);
  });

  it('counts by the visitor through CloudFront and at the API’s own address alike, whatever they forge', async () => {
    const direct = await startApi(database, { trustedProxyHops: 1, cdnKey: async () => 'only CloudFront knows' });
    // What API Gateway sees: an edge of CloudFront, or the visitor.
    const visitor = (headers: IncomingHttpHeaders) => String(headers['test-client']);
    const behindCdn = await proxy(appending, direct.url, () => '130.176.1.1');
    const gateway = await proxy(appending, direct.url, visitor);
    const cloudFront = await proxy(cloudFrontWithKey, urlOf(behindCdn), visitor);
    servers.push(behindCdn, gateway, cloudFront);
    const left = async (road: Server, client: string, forged: Record<string, string> = {}) => {
      const headers = { 'test-client': client, ...forged };
      const answer = await fetch(`${urlOf(road)}/api/regions/lookup?lat=1&lng=1`, { headers });
      return Number(answer.headers.get('ratelimit-remaining'));
    };
    const forgeries = [
      { 'X-Forwarded-For': '8.8.8.8' },
      { 'X-Forwarded-For': '9.9.9.9, 1.1.1.1', 'X-Cdn-Key': 'guessed' },
      { 'X-Cdn-Key': '' },
    ];
    const first = await left(cloudFront, '198.51.100.1');
    let expected = first;
    for (const road of [cloudFront, gateway]) {
      for (const forged of forgeries) {
        expected -= 1;
        assert.equal(await left(road, '198.51.100.1', forged), expected, JSON.stringify(forged));
      }
      assert.equal(await left(road, road === gateway ? '198.51.100.2' : '198.51.100.3'), first, 'another visitor');
    }
    await direct.close();
  });

  it('lets a CDN keep what is public, and nothing that is somebody’s', async () => {
    const campaigns = await call('/api/campaigns/', { headers: { Cookie: 'session=a.b; csrftoken=c' } });
    assert.match(campaigns.headers.get('cache-control') ?? '', /^public, .*s-maxage=60/);
    assert.equal(campaigns.headers.getSetCookie().length, 0);
    const again = await call('/api/campaigns/', { headers: { 'If-None-Match': campaigns.headers.get('etag') ?? '' } });
    assert.equal(again.status, 304);
    for (const path of ['/api/csrf-token/', '/api/staff/session/', '/api/stakeholders/', '/api/nothing/']) {
      assert.equal((await call(path)).headers.get('cache-control'), 'no-store', path);
    }
  });

  it('lets a browser make nothing of an answer but what it is, over HTTPS only', async () => {
    for (const path of ['/api/campaigns/', '/api/nothing/', '/theme.css']) {
      const { headers } = await call(path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/);
      assert.match(headers.get('strict-transport-security') ?? '', /max-age=31536000/);
    }
  });

  it('names the site, not the host that was asked, and keeps the request’s id', async () => {
    assert.match(await (await call('/sitemap.xml')).text(), new RegExp(`<loc>https://${site}/</loc>`));
    const id = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    assert.equal((await call('/api/health/', { headers: { 'X-Request-Id': id } })).headers.get('x-request-id'), id);
  });

  it('is read by configured origins with credentials, and by no other', async () => {
    const open = await startApi(database, { origins: ['https://widget.example'] });
    const get = (Origin: string) => open.get('/api/campaigns/', { Origin });
    const allowed = await get('https://widget.example');
    assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://widget.example');
    assert.equal(allowed.headers.get('access-control-allow-credentials'), 'true');
    assert.match(allowed.headers.get('access-control-expose-headers') ?? '', /ETag/);
    for (const origin of ['https://evil.example', 'https://widget.example.evil', 'null', '']) {
      const refused = await get(origin);
      assert.equal(refused.headers.get('access-control-allow-origin'), null);
      assert.match(refused.headers.get('vary') ?? '', /Origin/);
    }
    const preflight = await fetch(`${open.url}/api/campaigns/`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://widget.example',
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'x-csrftoken',
      },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PATCH/);
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /X-CSRFToken/);
    await open.close();
  });
});
