import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { testPassword } from '../scripts/testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';
import { addAccount } from './access/accounts.ts';
import { handler } from './lambda.ts';
import { addDemoCampaign } from './local/demo.ts';

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** An event as a REST API with a proxy integration sends it. */
function get(path: string, headers: Record<string, string> = {}, query: Record<string, string[]> = {}) {
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: 'GET',
    headers: Object.fromEntries(Object.entries(headers)),
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: Object.fromEntries(Object.entries(query).map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: query,
    pathParameters: { proxy: path.slice(1) },
    requestContext: {
      identity: { sourceIp: '203.0.113.9' },
      stage: 'development',
      path: `/development${path}`,
      httpMethod: 'GET',
    },
    body: null,
    isBase64Encoded: false,
  };
}

/** The two services that a login asks, as far as it asks them: a counter, and a secret. */
async function fakeAws(): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const isSecret = /GetSecretValue/.test(String(incoming.headers['x-amz-target']));
    outgoing.setHeader('Content-Type', 'application/x-amz-json-1.0');
    outgoing.end(
      JSON.stringify(
        isSecret ? { SecretString: 'a secret that only this test knows' } : { Attributes: { hits: { N: '1' } } },
      ),
    );
    incoming.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('lambda handler', () => {
  let database: FreshDatabase;
  let aws: Server;
  const inherited = { ...process.env };
  const call = async (event: object) => (await handler(event, {})) as Answer;
  before(async () => {
    database = await freshDatabase();
    aws = await fakeAws();
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'of this test',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    });
    await addDemoCampaign(database);
  });
  after(async () => {
    process.env = inherited;
    aws.closeAllConnections();
    aws.close();
    await database.close();
  });

  it('answers the keep-warm ping before anything else', async () => {
    assert.deepEqual(await handler({ warm: true }, {}), {});
  });

  it('names the variables that are missing, and starts once they are there (H4: links in mail pointed at localhost)', async () => {
    const variables = {
      DATABASE_URL: database.url,
      RATE_LIMIT_TABLE: 'coalition-builder-rate-limits',
      SECRET_KEY_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:key',
      MEDIA_BUCKET: 'coalition-builder-media',
      PUBLIC_BASE_URL: 'https://api.example.org',
    };
    for (const name of Object.keys(variables)) delete process.env[name];
    await assert.rejects(call(get('/api/health/')), (error: Error) => {
      for (const name of Object.keys(variables)) assert.match(error.message, new RegExp(`${name}.* is not set`));
      return true;
    });
    Object.assign(process.env, variables);
    const { statusCode, body } = await call(get('/api/health/'));
    assert.equal(statusCode, 200);
    assert.equal(JSON.parse(body).status, 'healthy');
  });

  it('serves what the database has', async () => {
    const { statusCode, body, headers } = await call(get('/api/campaigns/'));
    assert.equal(statusCode, 200);
    assert.equal(JSON.parse(body)[0].name, 'clean-water-for-every-county');
    assert.match(headers['content-type'] ?? '', /^application\/json/);
  });

  it('sends a compressed answer as base64', async () => {
    await database.pool.query(`update campaign set description = repeat('Every public well, once a year. ', 100)`);
    const { isBase64Encoded, body, headers } = await call(get('/api/campaigns/', { 'Accept-Encoding': 'gzip' }));
    assert.equal(headers['content-encoding'], 'gzip');
    assert.equal(isBase64Encoded, true);
    assert.match(gunzipSync(Buffer.from(body, 'base64')).toString(), /clean-water/);
  });

  it('takes a body, and gives every cookie its own header', async () => {
    await addAccount(database.pool, { email: 'ann@example.org', name: 'Ann', role: 'editor', password: testPassword });
    const { headers: given, multiValueHeaders, body } = await call(get('/api/csrf-token/'));
    const cookie = (multiValueHeaders?.['set-cookie'] ?? [given['set-cookie'] ?? ''])
      .map((line) => line.split(';')[0])
      .join('; ');
    const login = await call({
      ...get('/api/staff/session/', {
        Cookie: cookie,
        'X-CSRFToken': JSON.parse(body).csrf_token,
        'Content-Type': 'application/json',
      }),
      httpMethod: 'POST',
      body: JSON.stringify({ email: 'ann@example.org', password: testPassword }),
    });
    assert.equal(login.statusCode, 200, login.body);
    const set = login.multiValueHeaders?.['set-cookie'] ?? [];
    assert.deepEqual(
      set.map((line) => line.split('=')[0]),
      ['session', 'csrftoken'],
    );
  });

  it('answers what is not there with a problem document', async () => {
    const { statusCode, headers } = await call(get('/api/nothing'));
    assert.equal(statusCode, 404);
    assert.match(headers['content-type'] ?? '', /^application\/problem\+json/);
  });
});
