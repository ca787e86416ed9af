import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { compressed } from '../http/compress.ts';
import { listAssets, maplibrePath } from './assets.ts';
import { maplibreVersion } from './maplibre.ts';
import { pages } from './pages.ts';

describe('pages', () => {
  let server: Server;
  let origin: string;

  before(async () => {
    server = new Koa().use(compressed).use(pages(listAssets)).listen(0, 'localhost');
    await once(server, 'listening');
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  after((done) => {
    server.close(done);
  });

  it('serves the map at /, with a policy that allows nothing inline and nothing from elsewhere', async () => {
    const response = await fetch(`${origin}/`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-cache');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*|blob:/);
    const html = await response.text();
    assert.match(html, /<title>District map/);
    assert.doesNotMatch(html, /\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|\{\{/);
  });

  it('serves the review desk at /desk and /desk/, under the same policy', async () => {
    for (const path of ['/desk', '/desk/']) {
      const response = await fetch(`${origin}${path}`);
      assert.equal(response.status, 200, path);
      assert.doesNotMatch(response.headers.get('content-security-policy') ?? '', /unsafe|https?:|\*/);
      assert.doesNotMatch(await response.text(), /\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|\{\{/);
    }
  });

  it('lets the desk, and no other page, send files to where they are kept', async () => {
    const kept = 'https://bucket.s3.us-east-1.amazonaws.com';
    const other = new Koa().use(pages(listAssets, [kept])).listen(0, 'localhost');
    await once(other, 'listening');
    const policyOf = async (path: string) =>
      (await fetch(`http://localhost:${(other.address() as AddressInfo).port}${path}`)).headers.get(
        'content-security-policy',
      ) ?? '';
    assert.match(await policyOf('/desk'), new RegExp(`connect-src 'self' ${kept};`));
    assert.match(await policyOf('/'), /connect-src 'self';/);
    other.close();
  });

  it('serves everything that the pages and their modules name', async () => {
    const seen = new Set<string>();
    const toVisit = [`${origin}/`, `${origin}/desk`];
    for (let url = toVisit.pop(); url; url = toVisit.pop()) {
      const response = await fetch(url);
      assert.equal(response.status, 200, url);
      const text = await response.text();
      const references = url.includes('/vendor/')
        ? []
        : [...text.matchAll(/(?:href|src)="([^"]+)"|^import .* from '([^']+)'/gm)].map(
            (match) => match[1] ?? match[2] ?? '',
          );
      for (const reference of references) {
        const next = new URL(reference, url).href;
        if (!seen.has(next)) toVisit.push(next);
        seen.add(next);
      }
    }
    const paths = [...seen].map((url) => new URL(url).pathname);
    assert.ok(paths.includes('/pages/map/main.js'));
    assert.ok(paths.includes('/pages/look/coordinates.js'));
    assert.ok(paths.includes('/pages/desk/file-contents.js'));
    assert.ok(paths.includes(`${maplibrePath}maplibre-gl.css`));
  });

  it('serves MapLibre compressed, as a module, and for good, under a path with the installed version', async () => {
    const response = await fetch(`${origin}${maplibrePath}maplibre-gl-worker.mjs`);
    assert.equal(response.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.equal(response.headers.get('content-encoding'), 'gzip');
    assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.ok((await response.arrayBuffer()).byteLength > 400_000);
    const { version } = JSON.parse(readFileSync(new URL(import.meta.resolve('maplibre-gl/package.json')), 'utf8'));
    assert.equal(maplibreVersion, version);
  });

  it('answers 304 to who has it, 200 without a body to HEAD, 405 to POST', async () => {
    const etag = (await fetch(`${origin}/pages/map/main.js`)).headers.get('etag') ?? '';
    assert.equal((await ask('GET', '/pages/map/main.js', { 'if-none-match': etag })).status, 304);
    const head = await ask('HEAD', '/pages/map/main.js');
    assert.deepEqual([head.status, head.body], [200, '']);
    const post = await ask('POST', '/');
    assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
  });

  it('serves nothing that is not on the list, however the path is written', async () => {
    for (const path of [
      '/pages/',
      '/pages/map/',
      '/pages/map/map.html',
      '/pages/look/coordinates.test.ts',
      '/pages/pages.ts',
      '/pages/map/../pages.ts',
      '/pages/map/%2e%2e/pages.ts',
      '/pages/map/..%2f..%2f..%2fpackage.json',
      `${maplibrePath}../package.json`,
      `${maplibrePath}maplibre-gl-dev.mjs`,
      '//etc/passwd',
      '/__proto__',
    ]) {
      assert.equal((await ask('GET', path)).status, 404, path);
    }
  });

  /** Unlike `fetch`, sends the path as it is written. */
  function ask(method: string, path: string, headers: Record<string, string> = {}) {
    return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
      const { port } = new URL(origin);
      const sent = request({ host: 'localhost', port, method, path, headers, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      sent.on('error', reject).end();
    });
  }
});
