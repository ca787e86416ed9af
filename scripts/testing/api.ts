/** The API as tests use it: over HTTP on a port of its own, as anybody, as staff of each role, or with a key. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import RedisMock from 'ioredis-mock';
import { addAccount } from '../../api/access/accounts.ts';
import { newKey } from '../../api/access/keys.ts';
import type { Permission, Role } from '../../api/access/permissions.ts';
import { createApp } from '../../api/app.ts';
import type { Database } from '../../api/database/database.ts';
import { inTurn } from '../../api/http/in-turn.ts';
import { rateLimiter } from '../../api/limits/limiter.ts';
import { redisCounter } from '../../api/limits/redis.ts';
import { gazetteer } from '../../api/local/gazetteer/gazetteer.ts';
import { localMedia } from '../../api/local/media.ts';
import type { Services } from '../../api/services.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; tests say by what they read from it which shape they expect. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever fields it is about.
  json(): any;
}

/** Somebody who calls the API, with what they send each time. */
export interface Agent {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface TestApi extends Agent {
  readonly url: string;
  readonly services: Services;
  /** Lines that the application logged, as `error Something`. */
  readonly logged: string[];
  /** A browser without a login, with the token against forged requests. */
  visitor(): Promise<Agent>;
  as(role: Role): Promise<Agent>;
  key(...scopes: readonly Permission[]): Promise<Agent>;
  close(): Promise<void>;
}

/** One for all, and an environment for each: every client of this store listens to the others for as long as it lives. */
const store = new RedisMock();

export const testPassword = 'river otters at dawn';

export async function startApi(database: Pick<Database, 'pool'>, overrides: Partial<Services> = {}): Promise<TestApi> {
  const folder = mkdtempSync(join(tmpdir(), 'coalition-media-'));
  const logged: string[] = [];
  const server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const media = localMedia(folder, url);
  const services: Services = {
    database,
    limiter: rateLimiter(redisCounter(store), url),
    media: media.store,
    geocoder: gazetteer(),
    log: (level, message) => logged.push(`${level} ${message}`),
    siteUrl: 'https://www.example.org',
    publicUrl: url,
    reviewers: [],
    outboxFilled: () => {},
    origins: [],
    secret: async () => 'a secret that only this test knows',
    secureCookies: false,
    release: 'test',
    trustedProxyHops: 1,
    ...overrides,
    pages: overrides.pages ? inTurn(media.serve, overrides.pages) : media.serve,
  };
  const handle = createApp(services).callback();

  const agent = (own: Record<string, string>): Agent => ({
    get: (path, headers) => call(url + path, { headers: { ...own, ...headers } }),
    send: (method, path, body, headers) =>
      call(url + path, {
        method,
        headers: { ...own, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  });
  const visitor = async () => {
    const { headers, json } = await agent({}).get('/api/csrf-token/');
    return agent({ Cookie: cookies(headers), 'X-CSRFToken': json().csrf_token });
  };
  const account = async (role: Role) => {
    const email = `${role}@example.org`;
    const { rows } = await database.pool.query<{ id: number }>('select id from account where email = $1', [email]);
    const known = rows[0]?.id;
    return {
      email,
      id: known ?? (await addAccount(database.pool, { email, name: 'Staff', role, password: testPassword })).id,
    };
  };

  return {
    url,
    services,
    logged,
    ...agent({}),
    visitor,
    async as(role) {
      const { email } = await account(role);
      const from = { 'X-Forwarded-For': someAddress() };
      const login = await (await visitor()).send(
        'POST',
        '/api/staff/session/',
        { email, password: testPassword },
        from,
      );
      if (login.status !== 200) throw new Error(`The login of ${email} failed: ${login.text}`);
      return agent({ Cookie: cookies(login.headers), 'X-CSRFToken': login.json().csrf_token });
    },
    async key(...scopes) {
      const { secret, hash } = newKey();
      const { id } = await account('administrator');
      await database.pool.query('insert into api_key (name, scopes, account, secret_hash) values ($1, $2, $3, $4)', [
        'Test',
        scopes,
        id,
        hash,
      ]);
      return agent({ Authorization: `Bearer ${secret}` });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let addresses = 0;

/** Of a client of its own, so that tests do not use up each other's requests. */
export function someAddress(): string {
  addresses += 1;
  return `198.18.${addresses >> 8}.${addresses & 255}`;
}

async function call(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

/** As a browser would send back what an answer set. */
export function cookies(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
