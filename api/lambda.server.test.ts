/** The built bundle, in a process of its own, under a simulator of Lambda: what a REST API sends, and what it gets. */
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { type RestAnswer, type RestRequest, restEvent } from '../scripts/simulators/lambda-runtime/rest-event.ts';
import { testPassword } from '../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';
import { type LambdaOnTrial, lambdaOnTrial } from '../scripts/testing/lambda.ts';
import { addAccount } from './access/accounts.ts';
import { addDemoCampaign } from './local/demo.ts';

describe('lambda: events of a REST API', () => {
  let database: FreshDatabase;
  let trial: LambdaOnTrial;
  before(async function () {
    this.timeout(60_000);
    database = await freshDatabase();
    await addDemoCampaign(database);
    trial = await lambdaOnTrial(database.url ?? '');
  });
  after(async () => {
    await trial[Symbol.asyncDispose]();
    await database.close();
  });

  async function invoke(event: object): Promise<RestAnswer> {
    const { payload, error } = await trial.lambda.invoke(event);
    assert.equal(error, undefined, JSON.stringify(error));
    return JSON.parse(payload ?? '');
  }
  const get = (path: string, request?: RestRequest) => invoke(restEvent('GET', path, request));

  it('answers the keep-warm ping before anything else', async () => {
    const { payload } = await trial.lambda.invoke({ warm: true });
    assert.equal(payload, '{}');
    assert.deepEqual(trial.aws.requests, []);
  });

  it('answers a health check without asking for a secret or a database', async () => {
    const { statusCode, body } = await get('/api/health/');
    assert.equal(statusCode, 200);
    assert.equal(JSON.parse(body).status, 'healthy');
    assert.deepEqual(trial.aws.requests, []);
  });

  it('serves the review desk and its files, without asking for a secret or a database', async () => {
    const page = await get('/desk');
    assert.equal(page.statusCode, 200, page.body);
    assert.match(page.headers['content-security-policy'] ?? '', /script-src 'self'/);
    assert.match(page.body, /<h1>Review desk<\/h1>/);
    const { statusCode, headers } = await get('/pages/desk/main.js');
    assert.deepEqual([statusCode, headers['content-type']], [200, 'text/javascript; charset=utf-8']);
    assert.equal((await get('/pages/desk/../../lambda.mjs')).statusCode, 404);
    assert.deepEqual(trial.aws.requests, []);
  });

  it('serves what the database has, asking for its login once', async () => {
    const { statusCode, body, headers } = await get('/api/campaigns/');
    assert.equal(statusCode, 200, body);
    assert.equal(JSON.parse(body)[0].name, 'clean-water-for-every-county');
    assert.match(headers['content-type'] ?? '', /^application\/json; charset=utf-8$/);
    await get('/api/campaigns/');
    assert.deepEqual(trial.aws.requests, ['secretsmanager.GetSecretValue']);
  });

  it('takes repeated parameters and headers for what they are', async () => {
    const twice = await get('/api/campaigns/', { query: { limit: ['1', '2'] } });
    assert.equal(twice.statusCode, 422);
    assert.match(twice.body, /is given more than once/);
    // Two proxies are trusted: the client is the second from the right, over both lines of the header.
    const limited = async (first: string) => {
      const { headers } = await get('/api/regions/lookup', {
        query: { lat: '44.9', lng: '-93.1' },
        headers: { 'X-Forwarded-For': [`${first}, 198.51.100.7`, '192.0.2.1'] },
      });
      return Number(headers['ratelimit-remaining']);
    };
    const before = await limited('203.0.113.50');
    assert.equal(await limited('203.0.113.51'), before - 1);
  });

  it('finds what is percent-encoded, under a base path or none, with a slash at the end or none', async () => {
    const name = 'clean-water-for-every-county';
    const found = await get(`/api/campaigns/by-name/${name}/`);
    assert.equal(found.statusCode, 200, found.body);
    const encoded = await get(`/api/campaigns/by-name/${name.replace('-', '%2D')}/`);
    assert.equal(encoded.body, found.body);
    const based = { ...restEvent('GET', '/v1/api/health'), pathParameters: { proxy: 'api/health' } };
    assert.equal((await invoke(based)).statusCode, 200);
    for (const path of [
      '/api/%E0%A4%A',
      '/api/ü b',
      '/api/🌊',
      '/api/\ud83c',
      '/api/a%2Fb',
      '//api/health',
      '/api/campaigns/by-name/%00/',
    ])
      assert.match(String((await get(path)).statusCode), /^4\d\d$/, path);
  });

  it('answers HEAD, 304 and 204 without a body', async () => {
    const whole = await get('/api/campaigns/');
    const head = await invoke(restEvent('HEAD', '/api/campaigns/'));
    assert.deepEqual([head.statusCode, head.body, head.headers.etag], [200, '', whole.headers.etag]);
    const known = await get('/api/campaigns/', { headers: { 'If-None-Match': whole.headers.etag ?? '' } });
    assert.deepEqual([known.statusCode, known.body], [304, '']);
    const options = await invoke(
      restEvent('OPTIONS', '/api/campaigns/', {
        headers: { Origin: 'https://www.example.org', 'Access-Control-Request-Method': 'GET' },
      }),
    );
    assert.deepEqual([options.statusCode, options.body], [204, '']);
    assert.equal(options.headers['access-control-allow-origin'], 'https://www.example.org');
  });

  it('sends a compressed answer as base64', async () => {
    await database.pool.query(`update campaign set description = repeat('Every public well, once a year. ', 100)`);
    const { isBase64Encoded, body, headers } = await get('/api/campaigns/', { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(headers['content-encoding'], 'gzip');
    assert.equal(isBase64Encoded, true);
    assert.match(gunzipSync(Buffer.from(body, 'base64')).toString(), /clean-water/);
  });

  it('takes a body, as text and as base64, and gives every cookie its own header', async () => {
    await addAccount(database.pool, { email: 'ann@example.org', name: 'Ann', role: 'editor', password: testPassword });
    const { headers: given, multiValueHeaders, body } = await get('/api/csrf-token/');
    const cookie = (multiValueHeaders['set-cookie'] ?? [given['set-cookie'] ?? '']).map(
      (line) => line.split(';')[0] ?? '',
    );
    const login = JSON.stringify({ email: 'ann@example.org', password: testPassword });
    for (const sent of [login, Buffer.from(login)]) {
      const answer = await invoke(
        restEvent('POST', '/api/staff/session/', {
          // A browser's one line of cookies arrives as it is; HTTP/2 may split it into several.
          headers: {
            Cookie: ['theme=dark', ...cookie],
            'X-CSRFToken': JSON.parse(body).csrf_token,
            'Content-Type': 'application/json',
          },
          body: sent,
        }),
      );
      assert.equal(answer.statusCode, 200, answer.body);
      assert.deepEqual(
        answer.multiValueHeaders['set-cookie']?.map((line) => line.split('=')[0]),
        ['session', 'csrftoken'],
      );
      assert.equal(answer.headers['set-cookie'], undefined);
    }
  });

  it('answers what is not there with a problem document', async () => {
    const { statusCode, headers } = await get('/api/nothing');
    assert.equal(statusCode, 404);
    assert.match(headers['content-type'] ?? '', /^application\/problem\+json/);
    assert.equal(headers.connection, undefined);
  });
});
