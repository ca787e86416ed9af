/** What goes wrong around a Lambda: events that are none, secrets, databases, time, the end of the process. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type FaultyProxy, faultyProxy } from '../scripts/simulators/faulty-proxy.ts';
import { type RestAnswer, type RestRequest, restEvent } from '../scripts/simulators/lambda-runtime/rest-event.ts';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';
import { type LambdaOnTrial, lambdaOnTrial, secretArns } from '../scripts/testing/lambda.ts';
import { addDemoCampaign } from './local/demo.ts';

describe('lambda: faults', () => {
  let database: FreshDatabase;
  let proxy: FaultyProxy;
  let url: string;
  let other: pg.Client;
  const trials: LambdaOnTrial[] = [];
  before(async () => {
    database = await freshDatabase();
    await addDemoCampaign(database);
    proxy = await faultyProxy(database.url ?? '');
    const through = new URL(database.url ?? '');
    through.port = String(proxy.port);
    url = through.href;
    other = new pg.Client({ connectionString: database.url ?? '' });
    await other.connect();
  });
  afterEach(async () => {
    proxy.heal();
    await other.query('rollback');
    for (const trial of trials.splice(0)) await trial[Symbol.asyncDispose]();
  });
  after(async () => {
    await other.end();
    await proxy.close();
    await database.close();
  });

  async function start(databaseUrl = url, more: Parameters<typeof lambdaOnTrial>[1] = {}): Promise<LambdaOnTrial> {
    const trial = await lambdaOnTrial(databaseUrl, more);
    trials.push(trial);
    return trial;
  }

  async function ask(
    { lambda }: LambdaOnTrial,
    path: string,
    request?: RestRequest,
    method = 'GET',
  ): Promise<RestAnswer> {
    const { payload, error } = await lambda.invoke(restEvent(method, path, request));
    assert.equal(error, undefined, JSON.stringify(error));
    const answer = JSON.parse(payload ?? '') as RestAnswer;
    if (answer.statusCode >= 400) {
      assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/);
      assert.match(JSON.parse(answer.body).request_id, /./);
    }
    return answer;
  }
  const campaigns = async (trial: LambdaOnTrial) => (await ask(trial, '/api/campaigns/')).statusCode;

  describe('events', () => {
    it('of another service fail the invocation, and say whose they are', async () => {
      const trial = await start();
      const sqs = { Records: [{ eventSource: 'aws:sqs', body: 'a secret body' }] };
      for (const [event, says] of [
        [sqs, /comes from aws:sqs/],
        [{ version: '2.0', rawPath: '/api/health', requestContext: { http: { method: 'GET' } } }, /form 2\.0/],
        [{ source: 'aws.events', detail: {} }, /comes from aws\.events/],
        [null, /it is null/],
        [[], /no fields/],
        ['text', /it is a string/],
        [7, /it is a number/],
        [{ warm: 'yes' }, /it has warm/],
      ] as const) {
        const { error } = await trial.lambda.invoke(JSON.stringify(event));
        assert.equal(error?.errorType, 'ForeignEventError');
        assert.match(error.errorMessage, says);
        assert.doesNotMatch(error.errorMessage, /secret body/);
      }
      assert.equal((await ask(trial, '/api/health')).statusCode, 200);
    });

    it('that are malformed are answered 400, and the next one is served', async () => {
      const trial = await start();
      const whole = restEvent('GET', '/api/health');
      for (const wrong of [
        { path: undefined },
        { path: 7 },
        { httpMethod: '' },
        { httpMethod: null },
        { headers: 'none', multiValueHeaders: [] },
        { multiValueHeaders: { Host: 'no list' } },
        { requestContext: null },
        { body: { an: 'object' } },
        { isBase64Encoded: 'yes' },
        { multiValueQueryStringParameters: { q: [null] } },
      ]) {
        const { payload, error } = await trial.lambda.invoke({ ...whole, ...wrong });
        assert.equal(error, undefined, JSON.stringify(wrong));
        assert.equal(JSON.parse(payload ?? '').statusCode, 400, JSON.stringify(wrong));
      }
      const least = {
        httpMethod: 'GET',
        path: '/api/health',
        headers: null,
        multiValueHeaders: null,
        requestContext: {},
        body: null,
      };
      assert.equal(JSON.parse((await trial.lambda.invoke(least)).payload ?? '').statusCode, 200);
    });

    it('whose body is not what the header says are refused', async () => {
      const trial = await start();
      const send = (headers: Record<string, string>, body: string | Uint8Array) =>
        ask(trial, '/api/staff/session/', { headers: { Authorization: 'Key none', ...headers }, body }, 'POST');
      const json = { 'Content-Type': 'application/json' };
      const statuses = [
        await send(json, 'not json'),
        await send(json, new Uint8Array([0xff, 0xfe, 0x00])),
        await send({ ...json, 'Content-Encoding': 'gzip' }, '{}'),
        await send({ 'Content-Type': 'text/plain' }, '{}'),
        await send({ ...json, 'Content-Length': '999999' }, '{"email":"a@example.org"}'),
        await send({ ...json, 'Transfer-Encoding': 'chunked' }, '5\r\nhello\r\n0\r\n\r\n'),
      ].map(({ statusCode }) => statusCode);
      for (const status of statuses) assert.ok(status >= 400 && status < 500, statuses.join(' '));
      assert.equal((await ask(trial, '/api/health')).statusCode, 200);
    });

    it('of 6 MB are refused with a problem, and so is an answer of 6 MB', async () => {
      const trial = await start();
      const big = await ask(
        trial,
        '/api/staff/session/',
        {
          headers: { 'Content-Type': 'application/json', Authorization: 'Key none' },
          body: `"${'x'.repeat(5_900_000)}"`,
        },
        'POST',
      );
      assert.ok([401, 403, 413].includes(big.statusCode), String(big.statusCode));
      await other.query('begin');
      await other.query(`update campaign set description = repeat('Every public well. ', 400000)`);
      await other.query('commit');
      const { statusCode, body } = await ask(trial, '/api/campaigns/');
      assert.equal(statusCode, 500);
      assert.match(body, /more than 6 MB/);
      await other.query(`update campaign set description = 'Every public well.'`);
      assert.equal(await campaigns(trial), 200);
    });
  });

  describe('set-up', () => {
    it('that lacks variables is a 503 that the log explains (H4: links in mail pointed at localhost)', async () => {
      const trial = await start(url, { variables: { RATE_LIMIT_TABLE: '', MEDIA_BUCKET: '' } });
      const { statusCode, body } = await ask(trial, '/api/health/');
      assert.equal(statusCode, 503);
      assert.doesNotMatch(body, /RATE_LIMIT_TABLE/);
      assert.match(trial.lambda.output(), /RATE_LIMIT_TABLE is not set.*MEDIA_BUCKET is not set/);
    });

    it('with a secret that is missing, malformed or of another environment is a 503, and heals when it is corrected', async () => {
      const secretOf = (dbname: string) =>
        JSON.stringify({ host: '127.0.0.1', port: 1, dbname, username: 'coalition', password: 'do not print me' });
      const trial = await start(url, { variables: { ENVIRONMENT: 'staging' } });
      for (const [secret, says] of [
        [undefined, /DATABASE_SECRET_ARN names cannot be read \(ResourceNotFoundException\)/],
        ['{"host": "x"', /neither a postgres:\/\/ URL nor JSON/],
        ['postgres://[', /neither a postgres:\/\/ URL nor JSON/],
        [
          JSON.stringify({ host: 'not a host', username: 'a', password: 'do not print me' }),
          /neither a postgres:\/\/ URL nor JSON/,
        ],
        [
          secretOf('coalition_production'),
          /database of staging is coalition_staging, and coalition_production is configured/,
        ],
      ] as const) {
        trial.aws.secrets.delete(secretArns.database);
        if (secret !== undefined) trial.aws.secrets.set(secretArns.database, secret);
        assert.equal(await campaigns(trial), 503);
        assert.match(trial.lambda.output(), says);
      }
      assert.doesNotMatch(trial.lambda.output(), /do not print me/);
      const local = await start('postgres://nobody@127.0.0.1:1/none');
      assert.equal(await campaigns(local), 503);
      local.aws.secrets.set(secretArns.database, url);
      assert.equal(await campaigns(local), 200);
    });

    it('whose secrets do not answer is a 503 in time', async () => {
      const trial = await start(url, { timeoutMs: 5_000 });
      trial.aws.hangs = true;
      assert.equal(await campaigns(trial), 503);
    });
  });

  describe('a database', () => {
    it('that refuses connections is a 503, and is asked again by the next request', async () => {
      const trial = await start();
      proxy.refuse();
      assert.equal(await campaigns(trial), 503);
      proxy.heal();
      assert.equal(await campaigns(trial), 200);
    });

    it('that forgot a connection during a freeze costs no request', async () => {
      const trial = await start();
      assert.equal(await campaigns(trial), 200);
      proxy.reset();
      assert.equal(await campaigns(trial), 200);
      // Rested for longer than is trusted, and nobody said that it is gone.
      proxy.hang();
      setTimeout(() => proxy.heal(), 1_600);
      await sleep(1_100);
      assert.equal(await campaigns(trial), 200);
    });

    it('that ends the connection of a read is asked once more', async () => {
      const trial = await start();
      await campaigns(trial);
      await other.query('begin');
      await other.query('lock table campaign in access exclusive mode');
      const answer = campaigns(trial);
      await waiting(other);
      await other.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      await other.query('rollback');
      assert.equal(await answer, 200);
    });

    it('that answers after the deadline is a 503 before it, and its statement is ended', async () => {
      const trial = await start(url, { timeoutMs: 4_000 });
      await campaigns(trial);
      await other.query('begin');
      await other.query('lock table campaign in access exclusive mode');
      const { statusCode, headers, body } = await ask(trial, '/api/campaigns/', {
        headers: { Origin: 'https://www.example.org' },
      });
      assert.equal(statusCode, 503);
      assert.equal(headers['retry-after'], '5');
      assert.equal(headers['access-control-allow-origin'], 'https://www.example.org');
      assert.match(JSON.parse(body).title, /Not finished in time/);
      const { rows } = await other.query(
        `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      assert.equal(rows[0].n, 0, 'a statement still waits for the lock');
      await other.query('rollback');
      assert.equal(await campaigns(trial), 200);
    });

    it('that hangs in the middle of an answer is a 503 in time, and the next request has a connection of its own', async () => {
      const trial = await start(url, { timeoutMs: 4_000 });
      await campaigns(trial);
      proxy.hang();
      assert.equal(await campaigns(trial), 503);
      proxy.heal();
      assert.equal(await campaigns(trial), 200);
    });

    it('whose password was changed is logged in to with the new one', async () => {
      // The throw-away server trusts everybody on loopback; a role that is gone stands for a password that was changed.
      const gone = new URL(url);
      gone.username = 'coalition_gone';
      const trial = await start(gone.href);
      const counted = () => trial.aws.requests.filter((operation) => operation.endsWith('GetSecretValue')).length;
      assert.equal(await campaigns(trial), 503);
      assert.equal(counted(), 2);
      trial.aws.secrets.set(secretArns.database, url);
      assert.equal(await campaigns(trial), 200);
      await campaigns(trial);
      assert.equal(counted(), 3);
    });

    it('that speaks no TLS, or proves nothing, is not spoken to', async () => {
      const trial = await start(`${url}?sslmode=verify-full`);
      assert.equal(await campaigns(trial), 503);
      assert.match(trial.lambda.output(), /does not support SSL/);
    });
  });

  it('lets a request finish that is under way when it is told to end', async () => {
    const trial = await start();
    await campaigns(trial);
    await other.query('begin');
    await other.query('lock table campaign in access exclusive mode');
    const answer = campaigns(trial);
    await waiting(other);
    const environment = trial.lambda.environment();
    environment?.kill('SIGTERM');
    await sleep(300);
    await other.query('rollback');
    assert.equal(await answer, 200);
    await environment?.ended;
    const { rows } = await other.query(
      `select count(*)::int as n from pg_stat_activity where application_name = 'coalition-builder' and datname = current_database() and pid <> pg_backend_pid() and client_port is not null and state = 'idle' and query like '%campaign%'`,
    );
    assert.ok(rows[0].n <= 1, `${rows[0].n} sessions are left`);
    assert.equal(await campaigns(trial), 200);
  });
});

/** Until somebody waits for a lock in this database. */
async function waiting(client: pg.Client): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const { rows } = await client.query(
      `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    if (rows.length > 0) return;
    await sleep(10);
  }
  throw new Error('Nobody waits for a lock.');
}
