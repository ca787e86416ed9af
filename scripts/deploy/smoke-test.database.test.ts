import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApi } from '../testing/api.ts';
import { type FreshDatabase, freshDatabase } from '../testing/database.ts';
import { healthCheck, SmokeTestError, smokeTest } from './smoke-test.ts';

const { signal } = new AbortController();

describe('smoke test: the application itself', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database.close());

  it('passes it, under a stage with a slash at its end too', async () => {
    const api = await startApi(database);
    for (const url of [api.url, `${api.url}/`]) {
      const tested = await smokeTest({ url, signal, say: assert.fail, attempts: 1 });
      assert.deepEqual([tested.url, tested.attempts], [`${api.url}${healthCheck.path}`, 1]);
    }
    await api.close();
  });

  it('fails it without its database', async () => {
    const api = await startApi({ pool: { query: () => Promise.reject(new Error('away')) } as never });
    await assert.rejects(
      smokeTest({ url: api.url, signal, say: () => {}, attempts: 1 }),
      /ready\/ answers 503: .*"unhealthy"/,
    );
    await api.close();
  });
});

describe('smoke test: what is no answer', () => {
  async function served(
    answer: (response: ServerResponse, attempt: number) => void,
    options: { attempts?: number; timeoutMs?: number } = {},
  ) {
    let attempt = 0;
    const server = createServer((_, response) => answer(response, ++attempt)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/staging`;
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    try {
      const tested = await smokeTest({ url, signal, say, attempts: 3, pauseMs: 1, timeoutMs: 200, ...options });
      return { tested, said };
    } finally {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  }
  const fails = (answer: (response: ServerResponse) => void, expected: RegExp) =>
    assert.rejects(served(answer), (error) => {
      assert.ok(error instanceof SmokeTestError);
      assert.match(error.message, expected);
      return true;
    });

  it('a 502, a page of somebody else, a redirect, silence, a closed port', async () => {
    await fails(
      (response) => response.writeHead(502).end('{"message": "Internal server error"}'),
      /answers 502: .*error/,
    );
    await fails((response) => response.end('<h1>Welcome\u001b[2J</h1>'), /does not say "healthy": <h1>Welcome \[2J</);
    await fails(
      (response) => response.writeHead(301, { Location: 'https://example.org/' }).end(),
      /answers 301, asked 3/,
    );
    await fails(() => {}, /does not answer in time/);
    await assert.rejects(
      smokeTest({ url: await closedPort(), signal, say: () => {}, attempts: 1 }),
      /cannot be reached \(ECONNREFUSED\), asked once/,
    );
  });

  it('is asked again while a version is cold, and says each fault once', async () => {
    const { tested, said } = await served(
      (response, attempt) => response.writeHead(attempt < 4 ? 503 : 200).end('{"status": "healthy"}'),
      { attempts: 5 },
    );
    assert.equal(tested.attempts, 4);
    assert.equal(said.length, 1);
  });
});

describe('smoke-test: the verb', () => {
  const verb = (...args: string[]) =>
    new Promise<{ code: number | null; stderr: string; stdout: string }>((resolve) => {
      const env = {
        ...process.env,
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
      };
      const child = execFile(process.execPath, ['scripts/smoke-test.ts', ...args], { env }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });

  it('says what is wrong with its words, and where it cannot ask', async () => {
    for (const [args, expected] of [
      [['prod'], /There is no environment "prod"/],
      [['staging', '--attempts', '0'], /--attempts is "0"/],
      [['staging', '--url', 'api.example.org'], /--url is "api\.example\.org"/],
    ] as const) {
      const { code, stderr } = await verb(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, expected);
    }
    const away = await verb('staging', '--url', await closedPort(), '--attempts', '1');
    assert.equal(away.code, 1);
    assert.match(
      away.stderr,
      /^✗ http:\/\/127\.0\.0\.1:\d+\/api\/health\/ready\/ cannot be reached.*\n.*npm run doctor -- staging/,
    );
  });
});

async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}`;
}
