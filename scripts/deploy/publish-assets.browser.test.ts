/**
 * The map's page as an environment serves it: the Lambda's bundle, the static bucket as it was filled, and before both a
 * simulated CloudFront that does what the committed template says. A browser opens it.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { S3 } from '@aws-sdk/client-s3';
import { chromium } from 'playwright-core';
import { readTemplate } from '../../generator/cloudformation/read-yaml.ts';
import { bundle } from '../build/bundle.ts';
import { type RestAnswer, restEvent } from '../simulators/lambda-runtime/rest-event.ts';
import { find, startMoto } from '../testing/moto.ts';
import { publishAssets } from './publish-assets.ts';
import { openSession } from './session.ts';

const bucket = 'coalition-builder-static-production';
type Handler = (event: object, context: object) => Promise<RestAnswer>;

describe('the map page as an environment serves it', function () {
  this.timeout(60_000);
  const stop: (() => unknown)[] = [];
  let origin: string;
  /** Paths, by who answered them. */
  const asked = { static: [] as string[], api: [] as string[] };

  before(async function () {
    const command = find('moto_server');
    if (!command) return this.skip();
    const moto = await startMoto(command);
    const connection = {
      region: 'us-east-1',
      endpoint: moto.url,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    };
    const s3 = new S3({ ...connection, forcePathStyle: true });
    await s3.createBucket({ Bucket: bucket });
    const session = await openSession(connection, new AbortController().signal, () => {});
    await publishAssets(session, bucket);
    const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    const { handler, restore } = await lambdaOf(folder);
    const { server, url } = await simulatedCloudFront(s3, handler);
    origin = url;
    stop.push(
      () => server.close(),
      () => server.closeAllConnections(),
      restore,
      () => s3.destroy(),
      () => session.close(),
      () => rm(folder, { recursive: true }),
      () => moto[Symbol.asyncDispose](),
    );
  });
  after(async () => {
    for (const each of stop) await each();
  });

  it('draws the map: its files come from the bucket, for good; the API answers for the rest', async () => {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    });
    try {
      const page = await browser.newPage();
      const offences: string[] = [];
      page.on('console', (message) => message.type() === 'error' && offences.push(message.text()));
      page.on(
        'response',
        (response) => response.status() >= 400 && offences.push(`${response.status()} ${response.url()}`),
      );
      page.on('request', (request) => !request.url().startsWith(origin) && offences.push(request.url()));
      await page.goto(`${origin}/#map=9/44.9553/-93.1022&layer=state_upper`);
      await page.locator('.label', { hasText: /^65$/ }).waitFor();
      assert.deepEqual(offences, []);
    } finally {
      await browser.close();
    }
    assert.deepEqual(
      asked.api.filter((path) => !path.startsWith('/api/')),
      ['/'],
      'a page is one request to the function, and what it asks of the API',
    );
    assert.ok(
      asked.static.some((path) => /\/maplibre-gl-worker\.mjs$/.test(path)),
      asked.static.join('\n'),
    );
    assert.ok(
      asked.static.every((path) => /^\/static\/[\w.-]+-[0-9a-f]{16}\//.test(path)),
      asked.static.join('\n'),
    );
    const [first = assert.fail()] = asked.static;
    const { headers } = await fetch(`${origin}${first}`);
    assert.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal((await fetch(`${origin}/`)).headers.get('cache-control'), 'no-cache');
  });

  /** Loads the bundle with an environment's variables. */
  async function lambdaOf(folder: string): Promise<{ handler: Handler; restore: () => void }> {
    const made = await bundle('lambda', folder);
    const variables = {
      ENVIRONMENT: 'production',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      RATE_LIMIT_TABLE: 'none',
      SECRET_KEY_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:key',
      MEDIA_BUCKET: 'none',
      PUBLIC_BASE_URL: 'https://www.example.org',
    };
    const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, variables);
    const { handler } = (await import(join(made.folder, 'lambda.mjs'))) as { handler: Handler };
    const restore = () => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    };
    // What it reads it has read by now.
    restore();
    return { handler, restore };
  }

  async function simulatedCloudFront(s3: S3, handler: Handler): Promise<{ server: Server; url: string }> {
    const rules = await distribution();
    const fromBucket = async (uri: string, response: ServerResponse) => {
      const found = await s3.getObject({ Bucket: bucket, Key: uri.slice(1) }).catch(() => undefined);
      if (!found) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': found.ContentType, 'cache-control': found.CacheControl });
      response.end(await found.Body?.transformToByteArray());
    };
    const fromApi = async (path: string, response: ServerResponse) => {
      // What the API says of districts is the platform's that `npm test` has started, whose database has some.
      if (path.startsWith('/api/')) {
        const answer = await fetch(`${process.env.BROWSER_TEST_URL}${path}`);
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        return void response.end(Buffer.from(await answer.arrayBuffer()));
      }
      const { statusCode, headers, body, isBase64Encoded } = await handler(restEvent('GET', path), {});
      response.writeHead(statusCode, headers).end(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
    };
    const server = createServer(async ({ url = '/' }, response) => {
      const { target, uri } = rules(url.split('?')[0] ?? '');
      if (target === 'static') {
        // The library asks for its worker with its version behind it, which CloudFront's cache does not look at.
        asked.static.push(url.split('?')[0] ?? '');
        await fromBucket(uri, response);
      } else {
        asked.api.push(url);
        await fromApi(url, response);
      }
    }).listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  /** Where a request goes, and with which path, as the template of production says. */
  async function distribution(): Promise<(uri: string) => { target: string; uri: string }> {
    const text = await readFile('templates/environments/production/cdn.yaml', 'utf8');
    const resources = Object.values(readTemplate(text).Resources);
    const config = resources.find(({ Type }) => Type === 'AWS::CloudFront::Distribution')?.Properties
      ?.DistributionConfig as Config;
    const code = resources.find(({ Type }) => Type === 'AWS::CloudFront::Function')?.Properties?.FunctionCode;
    return (uri) => {
      const found = config.CacheBehaviors.find(({ PathPattern }) => uri.startsWith(PathPattern.replace(/\*$/, '')));
      if (!found) return { target: config.DefaultCacheBehavior.TargetOriginId, uri };
      const event = { request: { uri } };
      runInNewContext(`${code}; handler(event)`, { event });
      return { target: found.TargetOriginId, uri: event.request.uri };
    };
  }
});

interface Config {
  readonly DefaultCacheBehavior: { readonly TargetOriginId: string };
  readonly CacheBehaviors: readonly { readonly PathPattern: string; readonly TargetOriginId: string }[];
}
