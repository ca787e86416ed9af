import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledFolder } from '../formats/testing/files.ts';
import { censusSource } from './census.ts';
import { download } from './http.ts';

const content = readFileSync(join(bundledFolder, 'tl_2024_27_sldu.zip'));
const half = Math.floor(content.length / 2);
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(code, headers).end();
const page: Answer = (_request, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<HTML><TITLE>Error</TITLE></HTML>');
const whole: Answer = (_request, response) =>
  response.writeHead(200, { 'content-length': content.length, etag: '"one"' }).end(content);
/** Breaks the connection in the middle of the file. */
const torn: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
  response.write(content.subarray(0, half), () => setTimeout(() => response.destroy(), 20));
};
/** Continues where it is asked to, if the file is still the same. */
const continued: Answer = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
  if (Number.isNaN(from) || request.headers['if-range'] !== '"one"') return whole(request, response);
  response.writeHead(206, {
    'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
    'content-length': content.length - from,
    etag: '"one"',
  });
  return response.end(content.subarray(from));
};

describe('geodata: download', () => {
  let server: Server;
  let folder: string;
  let answers: Answer[] = [];
  const asked: IncomingMessage[] = [];
  before(async () => {
    server = createServer((request, response) => {
      asked.push(request);
      (answers.shift() ?? status(500))(request, response);
    }).listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'coalition-download-'));
    asked.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const path = () => join(folder, 'tl_2024_27_sldu.zip');
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/tl_2024_27_sldu.zip`;
  const get = (given: Answer[], options = {}) => {
    answers = given;
    return download(url(), path(), { firstPauseMs: 1, attempts: 4, stallMs: 300, ...options });
  };
  const isWhole = () => assert.deepEqual(readFileSync(path()), content);

  it('brings the file, and says who asks', async () => {
    const seen: number[] = [];
    assert.equal(await get([whole], { onProgress: (_step: string, done: number) => seen.push(done) }), true);
    isWhole();
    assert.equal(seen.at(-1), 1);
    assert.match(asked[0]?.headers['user-agent'] ?? '', /^coalition-builder/);
    assert.equal(existsSync(`${path()}.part`), false);
  });

  it('says when there is no such file', async () => {
    assert.equal(await get([status(404)]), false);
    assert.equal(asked.length, 1);
  });

  it('asks only whether a file that it has is still the same', async () => {
    await get([whole]);
    assert.equal(await get([status(304)]), true);
    assert.equal(asked[1]?.headers['if-none-match'], '"one"');
    isWhole();
  });

  for (const code of [403, 408, 429, 500, 502, 503]) {
    it(`tries again after ${code}`, async () => {
      assert.equal(await get([status(code), status(code), whole]), true);
      assert.equal(asked.length, 3);
      isWhole();
    });
  }

  it('waits as long as it is told to', async () => {
    const began = Date.now();
    await get([status(429, { 'retry-after': '1' }), whole]);
    assert.ok(Date.now() - began >= 950);
  });

  it('takes no web page for a file, whatever its status', async () => {
    assert.equal(await get([page, whole]), true);
    isWhole();
    const disguised: Answer = (_request, response) => response.end('<html>Please try again</html>');
    rmSync(path());
    await assert.rejects(get([disguised, disguised, disguised, disguised]), {
      name: 'DownloadError',
      message: /something that is no zip \(tried 4 times\)/,
      remedy: /--source dir:/,
    });
    assert.equal(existsSync(path()), false);
  });

  it('continues where the connection broke', async () => {
    assert.equal(await get([torn, continued]), true);
    assert.match(asked[1]?.headers.range ?? '', /^bytes=[1-9]\d*-$/);
    isWhole();
  });

  it('continues in another process, after a kill', async () => {
    writeFileSync(`${path()}.part`, content.subarray(0, half));
    writeFileSync(`${path()}.part.json`, '{"etag":"\\"one\\""}');
    await get([continued]);
    assert.equal(asked[0]?.headers.range, `bytes=${half}-`);
    isWhole();
  });

  it('starts over when the file has changed meanwhile, or the server continues elsewhere', async () => {
    writeFileSync(`${path()}.part`, Buffer.alloc(half, 7));
    writeFileSync(`${path()}.part.json`, '{"etag":"\\"zero\\""}');
    await get([continued]);
    isWhole();
    rmSync(path());
    const elsewhere: Answer = (_request, response) =>
      response.writeHead(206, { 'content-range': `bytes 7-9/${content.length}` }).end('abc');
    await get([torn, elsewhere, whole]);
    isWhole();
    rmSync(path());
    await get([torn, status(416), whole]);
    isWhole();
  });

  it('keeps no file that is shorter than it should be', async () => {
    const short: Answer = (_request, response) => response.end(content.subarray(0, half)); // chunked: no length is stated
    await get([short, whole]);
    isWhole();
  });

  it('takes a connection for lost on which nothing arrives', async () => {
    const silent: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
      response.write(content.subarray(0, half));
    };
    await get([silent, continued]);
    isWhole();
  });

  it('ends the run where the server cannot be reached at all, and one file where it is refused', async () => {
    await assert.rejects(download('http://127.0.0.1:1/x.zip', path(), { attempts: 2, firstPauseMs: 1 }), {
      name: 'DownloadError',
      message: /the connection failed .* \(tried 2 times\)/,
      endsRun: true,
    });
    await assert.rejects(get([status(403), status(403)], { attempts: 2 }), { message: /403/, endsRun: false });
    await assert.rejects(get([status(400)]), { message: /answered 400/, endsRun: false });
  });

  it('can be interrupted, and keeps what it has', async () => {
    const interruption = new AbortController();
    const slow: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
      response.write(content.subarray(0, half), () => setTimeout(() => interruption.abort(), 30));
    };
    await assert.rejects(get([slow], { signal: interruption.signal, stallMs: 5000 }), { name: 'AbortError' });
    assert.ok(statSync(`${path()}.part`).size > 0);
  });

  it('downloads nothing where certificates are not verified (L20: cookies not Secure, imports without TLS verification)', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      await assert.rejects(get([whole]), { name: 'DownloadError', message: /NODE_TLS_REJECT_UNAUTHORIZED=0/ });
      assert.equal(asked.length, 0);
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });

  it('is what the Census source does, into its folder', async () => {
    answers = [whole];
    const source = censusSource(join(folder, 'new'), { firstPauseMs: 1 });
    const got = await source.get({ name: 'tl_2024_27_sldu', url: url() }, {});
    assert.deepEqual(got, { path: join(folder, 'new', 'tl_2024_27_sldu.zip'), origin: url() });
    // Damaged on this disk meanwhile: then it is not asked whether it has changed.
    truncateSync(got?.path ?? '', half);
    answers = [whole];
    await source.get({ name: 'tl_2024_27_sldu', url: url() }, {});
    assert.equal(asked[1]?.headers['if-none-match'], undefined);
    assert.deepEqual(readFileSync(got?.path ?? ''), content);
  });
});
