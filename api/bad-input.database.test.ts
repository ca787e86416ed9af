/** What a client can get wrong, or try: refused with a problem document, nothing stored, nothing given away. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { type Agent, type Answer, startApi, type TestApi } from '../scripts/testing/api.ts';
import { addContent } from '../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../scripts/testing/database.ts';
import type { Database } from './database/database.ts';
import { largestBody } from './http/body.ts';
import { tagMatcher } from './http/entity-tag.ts';
import { readQuery } from './http/query.ts';
import { routesOf } from './rooms.ts';
import { logLine } from './telemetry/log.ts';

const hostile = [
  "'; drop table campaign; --",
  '" or 1=1',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '\0',
  '\ud800',
  '%00',
  '../../etc/passwd',
  '{{7*7}}',
  '\r\nSet-Cookie: a=b',
  '𝒳'.repeat(300),
  'x'.repeat(100_000),
];

/** Any JSON, now and then with the fields that a schema knows and values that it does not. */
const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(...hostile),
  fc.constantFrom(-1, 0, 1e308, 2 ** 53, null, true, [], {}, ['x'], { $ne: 1 }),
  fc.string({ unit: 'binary' }),
);

describe('bad input', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let staff: Agent;
  let rows: string;
  const logs: string[] = [];

  before(async () => {
    database = await freshDatabase();
    await addContent(database);
    api = await startApi(database, {
      log: (level, message, fields = {}) => logs.push(logLine(level, message, fields)),
    });
    staff = await api.as('administrator');
    rows = await everyRow();
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  /** All that editing could change. */
  async function everyRow(): Promise<string> {
    const tables = [
      'campaign',
      'bill',
      'legislator',
      'homepage',
      'content_block',
      'theme',
      'legal_document',
      'image',
      'video',
      'account',
      'api_key',
    ];
    const counts = await Promise.all(
      tables.map(async (table) => {
        const found = await database.pool.query(
          `select count(*), md5(string_agg(to_jsonb(t)::text, ',' order by id)) from ${table} t`,
        );
        return [table, found.rows[0]];
      }),
    );
    return JSON.stringify(counts);
  }

  function isRefused(answer: Answer, what: string, ...statuses: readonly number[]) {
    assert.ok(
      statuses.length > 0 ? statuses.includes(answer.status) : answer.status >= 400 && answer.status < 500,
      `${what}: ${answer.status} ${answer.text}`,
    );
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, what);
    assert.ok(!/\b(select|insert|syntax error|relation|column|pg_|node_modules|at \/)/i.test(answer.text), answer.text);
  }

  describe('in any field of any body', () => {
    const bodies = async () => (await routesOf(api.services)).filter(({ requestBody }) => requestBody !== undefined);

    it('is refused or stored as it is, and never ends in an error of ours', async function () {
      this.timeout(60_000);
      // A body that happens to be good may be stored; what is counted here is that none ends badly.
      for (const route of await bodies()) {
        const shape = (route.requestBody as unknown as { shape?: Record<string, unknown> }).shape ?? {};
        const body = fc.oneof(
          {
            weight: 3,
            arbitrary: fc.record(Object.fromEntries(Object.keys(shape).map((name) => [name, anyValue])), {
              requiredKeys: [],
            }),
          },
          { weight: 1, arbitrary: anyValue },
        );
        const path = route.path.replace('{id}', '987654321');
        await fc.assert(
          fc.asyncProperty(body, async (value) => {
            const answer = await staff.send(route.method, path, JSON.stringify(value) ?? 'null');
            assert.ok(answer.status < 500, `${route.method} ${path} ${JSON.stringify(value)}: ${answer.text}`);
            if (answer.status >= 400) isRefused(answer, path);
          }),
          { numRuns: 15 },
        );
      }
      assert.deepEqual(logs, []);
    });

    it('that is hostile is refused by every field that takes no such text', async () => {
      const before = await everyRow();
      for (const route of await bodies()) {
        const shape = (route.requestBody as unknown as { shape: Record<string, unknown> }).shape;
        for (const name of Object.keys(shape)) {
          for (const text of ['\0', '\ud800', { $gt: '' }]) {
            const answer = await staff.send(route.method, route.path.replace('{id}', '987654321'), { [name]: text });
            if (answer.status !== 404 && answer.status !== 429) isRefused(answer, `${route.path} ${name}`, 422, 401);
          }
        }
      }
      assert.equal(await everyRow(), before);
    });
  });

  it('in any part of a path or query is refused', async () => {
    for (const route of (await routesOf(api.services)).filter(({ method }) => method === 'GET')) {
      for (const text of hostile.filter((each) => each.isWellFormed() && each.length < 100)) {
        const path = route.path.replace(/\{\w+\}/g, encodeURIComponent(text));
        const query = new URLSearchParams({
          limit: text,
          cursor: text,
          campaign_id: text,
          page_type: text,
          resource: text,
        });
        const answer = await staff.get(`${path}?${query}`);
        assert.ok(answer.status < 500 || route.path.endsWith('ready'), `${path}: ${answer.text}`);
        if (answer.status >= 400) isRefused(answer, path);
      }
    }
    for (const query of [
      'limit=1&limit=2',
      'campaign_id=1&campaign_id=2',
      'page_type=a&page_type=b',
      '__proto__=1&limit=x',
    ]) {
      isRefused(await api.get(`/api/bills/?limit=x&${query}`), query, 422);
    }
    assert.deepEqual(logs, []);
  });

  describe('as a body', () => {
    let token = '';
    before(async () => {
      const { headers, json } = await api.get('/api/csrf-token/');
      token = json().csrf_token;
      assert.ok(headers.getSetCookie().length > 0);
    });
    const headersOf = () => ({ Cookie: `csrftoken=${token}`, 'X-CSRFToken': token });

    const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
      staff.send('POST', '/api/campaigns/', body as string, headers);

    it('that is no JSON is a 400', async () => {
      for (const body of ['{', '', '{"name": "a",}', "{'a': 1}", 'NaN', '{"a":1}{"b":2}', '[[[[']) {
        isRefused(await post(body), body, 400);
      }
    });

    it('that is of another type, charset or compression is a 415', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json; charset=latin1',
        '',
      ]) {
        isRefused(await post('{}', { 'Content-Type': type }), type, 415);
      }
      isRefused(await post('{}', { 'Content-Encoding': 'gzip' }), 'gzip', 415);
    });

    it('that is nested ten thousand levels deep is refused', async () => {
      isRefused(await post(`${'['.repeat(10_000)}${']'.repeat(10_000)}`), 'nested', 422, 400);
      isRefused(await post(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`), 'nested', 422, 400);
    });

    it('that means to change what all objects have changes nothing', async () => {
      isRefused(
        await post('{"__proto__": {"role": "administrator"}, "constructor": {"prototype": {"x": 1}}}'),
        'prototype',
        422,
      );
      assert.equal(({} as Record<string, unknown>).role, undefined);
    });

    it('of ten megabytes is a 413, whether it says its size or not', async () => {
      const { port } = new URL(api.url);
      for (const chunked of [false, true]) {
        const status = await new Promise<number>((resolve, reject) => {
          const size = 10_000_000;
          const sent = request(
            {
              port,
              host: '127.0.0.1',
              method: 'POST',
              path: '/api/staff/session/',
              headers: {
                ...headersOf(),
                'X-Forwarded-For': '198.51.100.9',
                'Content-Type': 'application/json',
                ...(chunked ? {} : { 'Content-Length': size }),
              },
            },
            (response) => resolve(response.resume().statusCode ?? 0),
          );
          sent.on('error', (error) =>
            (error as NodeJS.ErrnoException).code === 'EPIPE' || (error as NodeJS.ErrnoException).code === 'ECONNRESET'
              ? undefined
              : reject(error),
          );
          const piece = Buffer.alloc(100_000, 'x');
          for (let written = 0; written < size; written += piece.length) sent.write(piece);
          sent.end();
        });
        assert.equal(status, 413);
      }
      assert.ok(largestBody < 10_000_000);
    });
  });

  it('as headers that are there twice or make no sense is refused or ignored', async () => {
    const { port } = new URL(api.url);
    const raw = (lines: readonly string[]) =>
      new Promise<string>((resolve) => {
        let answer = '';
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(`${lines.join('\r\n')}\r\n\r\n`));
        socket.on('data', (data) => (answer += data)).on('close', () => resolve(answer));
      });
    const get = ['GET /api/staff/session/ HTTP/1.1', 'Host: x', 'Connection: close'];
    for (const [headers, status] of [
      [['Cookie: session=a.b; session=c.d'], 401],
      [['Cookie: session=a.b', 'Cookie: session=c.d'], 401],
      [['Authorization: Bearer a', 'Authorization: Bearer b'], 401],
      [['Content-Length: 1', 'Content-Length: 2'], 400],
      [['X-Forwarded-For: , , ,', 'X-Forwarded-For: <script>'], 401],
      [['If-None-Match: "', 'If-None-Match: W/'], 401],
      [[`Cookie: ${'x'.repeat(20_000)}`], 431],
    ] as const) {
      assert.match(await raw([...get, ...headers]), new RegExp(`^HTTP/1.1 ${status}`), headers.join());
    }
  });

  it('that names one thing again and again is read in one go', () => {
    // With the square of their number each of these would take half a minute.
    assert.deepEqual(readQuery('a=1&b=2&a=3&__proto__=4'), JSON.parse('{"a":["1","3"],"b":"2","__proto__":"4"}'));
    assert.equal(readQuery('a&'.repeat(50_000)).a?.length, 50_000);
    assert.ok(tagMatcher('W/"a" ,"b"')('b') && tagMatcher('W/"a" ,"b"')('a') && !tagMatcher('"a')('b'));
    assert.ok(!tagMatcher(`"a${' '.repeat(200_000)}b"`)('a'));
  });

  describe('a database that goes away', () => {
    const gone = Object.assign(new Error('Connection terminated unexpectedly: password=hunter2'), {
      code: 'ECONNRESET',
    });

    /** The real one, until a statement matches. */
    function failing(when: (text: string) => boolean): Pick<Database, 'pool'> {
      const { pool } = database;
      const guard =
        (run: (...args: unknown[]) => Promise<unknown>) => (statement: string | { text: string }, values?: unknown) =>
          when(typeof statement === 'string' ? statement : statement.text)
            ? Promise.reject(gone)
            : run(statement, values);
      return {
        pool: Object.create(pool, {
          query: { value: guard(pool.query.bind(pool) as never) },
          connect: {
            value: async () => {
              const client = await pool.connect();
              return Object.create(client, { query: { value: guard(client.query.bind(client) as never) } });
            },
          },
        }),
      };
    }

    for (const [when, pattern] of [
      ['before a request', /./],
      ['within one, at its first write', /^\s*insert into campaign/],
      ['within one, after its write', /^\s*insert into audit_entry/],
      ['within one, at its end', /^commit/],
    ] as const) {
      it(`${when} is a 503, and nothing is stored`, async () => {
        let away = false;
        const lonely = await startApi(
          failing((text) => away && pattern.test(text)),
          {
            log: (level, message, fields = {}) => logs.push(logLine(level, message, fields)),
          },
        );
        const administrator = await lonely.as('administrator');
        const before = await everyRow();
        away = true;
        const answer = await administrator.send('POST', '/api/campaigns/', { name: 'never', title: 'Never' });
        away = false;
        isRefused(answer, when, 503);
        assert.equal(answer.headers.get('retry-after'), '5');
        assert.ok(!answer.text.includes('hunter2'));
        assert.ok(logs.length > 0 && !logs.join().includes('hunter2'), 'said in the log, without the secret');
        logs.length = 0;
        assert.equal(await everyRow(), before);
        assert.equal((await administrator.get('/api/campaigns/')).status, 200, 'and the next request is answered');
        await lonely.close();
      });
    }
  });

  it('has stored nothing of what was refused', async () => {
    assert.ok(rows.length > 0);
    const { rows: found } = await database.pool.query(
      `select from campaign where title like '%<script>%' or name like '%drop%'`,
    );
    assert.equal(found.length, 0);
  });
});
