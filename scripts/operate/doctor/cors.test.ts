import assert from 'node:assert/strict';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import { listening } from '../testing/listening.ts';
import { preflight, strangerIsRefused } from './cors.ts';
import { Finding } from './examination.ts';

const origin = 'https://www.example.org';
const right = {
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  'access-control-allow-methods': 'GET, HEAD, POST',
  'access-control-allow-headers': 'Content-Type, X-CSRFToken, Authorization',
};
const { signal } = new AbortController();

/** @param answer to whoever asks; a function is given the origin */
async function asked(
  status: number,
  headers: OutgoingHttpHeaders | ((origin: string) => OutgoingHttpHeaders),
  body = '',
  ask: (asking: { fetch: typeof fetch; signal: AbortSignal }, url: string) => Promise<unknown> = (asking, url) =>
    preflight(asking, url, origin),
) {
  const requests: string[] = [];
  await using server = await listening(
    createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers['access-control-request-method']}`);
      const own = typeof headers === 'function' ? headers(request.headers.origin ?? '') : headers;
      response.writeHead(status, own).end(body);
    }),
  );
  const outcome = await ask({ fetch, signal }, `${server.url}/production`).then(
    () => 'ok',
    (error) => {
      assert.ok(error instanceof Finding, String(error));
      assert.notEqual(error.remedy, '');
      return error.message;
    },
  );
  return { outcome, requests };
}

describe('doctor: CORS', () => {
  it('asks as a browser would before it sends a form, and is content with what a browser wants', async () => {
    const { outcome, requests } = await asked(204, right);
    assert.equal(outcome, 'ok');
    assert.deepEqual(requests, ['OPTIONS /production/api/health/ready/ POST']);
  });

  for (const [name, status, headers, body, said] of [
    ['an API that fails', 500, {}, '{"title":"Internal error"}', /answered with 500: \{"title":"Internal error"\}/],
    [
      'a page of whoever is in between',
      200,
      { 'content-type': 'text/html' },
      '<html><title>Sign in</title>',
      /allows no origin: <html><title>Sign in/,
    ],
    ['a redirect', 302, { location: 'https://elsewhere.invalid' }, '', /answered with 302\./],
    [
      'another origin',
      204,
      { ...right, 'access-control-allow-origin': 'https://example.org' },
      '',
      /allows https:\/\/example\.org\./,
    ],
    [
      'any origin, which browsers refuse with credentials',
      204,
      { ...right, 'access-control-allow-origin': '*' },
      '',
      /allows \*/,
    ],
    [
      'no credentials',
      204,
      { ...right, 'access-control-allow-credentials': 'false' },
      '',
      /does not allow credentials\./,
    ],
    ['no POST', 204, { ...right, 'access-control-allow-methods': 'GET' }, '', /does not allow the method POST/],
    ['no token', 204, { ...right, 'access-control-allow-headers': 'Content-Type' }, '', /does not allow x-csrftoken/],
  ] as const) {
    it(`is not content with ${name}`, async () => {
      assert.match((await asked(status, headers, body)).outcome, said);
    });
  }

  it('says that nothing answers', async () => {
    const server = await listening(createServer());
    await server[Symbol.asyncDispose]();
    await assert.rejects(preflight({ fetch, signal }, server.url, origin), /cannot be asked: ECONNREFUSED/);
  });

  it('finds a server that lets in whoever asks', async () => {
    const everybody = (asking: string) => ({ ...right, 'access-control-allow-origin': asking });
    assert.match(
      (await asked(204, everybody, '', strangerIsRefused)).outcome,
      /Any page may call the API: https:\/\/stranger\.invalid is allowed, with credentials/,
    );
    assert.equal((await asked(204, right, '', strangerIsRefused)).outcome, 'ok');
    assert.equal((await asked(404, {}, '', strangerIsRefused)).outcome, 'ok');
  });
});
