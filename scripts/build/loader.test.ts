import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { restEvent } from '../simulators/lambda-runtime/rest-event.ts';
import { type Bundle, bundle } from './bundle.ts';
import { writeCodeCache } from './loader.ts';

const exec = promisify(execFile);

interface Outcome {
  readonly statusCode: number;
  readonly codeCache: { readonly used: number; readonly refused: number; readonly compiled: number };
  /** Modules of Node that were loaded by then. */
  readonly loaded: readonly string[];
  readonly stderr: string;
}

describe('the loader of the bundle', () => {
  let parent: string;
  let made: Bundle;
  before(async function () {
    this.timeout(60_000);
    parent = await mkdtemp(join(tmpdir(), 'loader-'));
    made = await bundle('lambda', parent);
  });
  beforeEach(() => writeCodeCache(made.folder));
  after(() => rm(parent, { recursive: true }));

  async function answerHealth(...flags: readonly string[]): Promise<Outcome> {
    const program = `
      const { handler, codeCache } = await import(${JSON.stringify(join(made.folder, 'lambda.mjs'))});
      const { statusCode } = await handler(${JSON.stringify(restEvent('GET', '/api/health/'))}, { awsRequestId: 'of-a-test' });
      const loaded = process.moduleLoadList.map((name) => name.split(' ').at(-1));
      process.stdout.write('\\n' + JSON.stringify({ statusCode, codeCache, loaded }), () => process.exit());`;
    const env = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing',
      RATE_LIMIT_TABLE: 'none',
      SECRET_KEY_ARN: 'none',
      MEDIA_BUCKET: 'none',
      PUBLIC_BASE_URL: 'https://api.example.org',
    };
    const { stdout, stderr } = await exec(process.execPath, [...flags, '--input-type=module', '-e', program], { env });
    return { ...JSON.parse(stdout.split('\n').at(-1) ?? ''), stderr };
  }

  it('compiles nothing that V8 has compiled before, whatever memory Lambda gives and with the flag that it sets', async () => {
    for (const flags of [[], ['--expose-gc', '--max-semi-space-size=51', '--max-old-space-size=921']]) {
      const { statusCode, codeCache, stderr } = await answerHealth(...flags);
      assert.equal(statusCode, 200);
      assert.ok(codeCache.used > 5, JSON.stringify(codeCache));
      assert.deepEqual({ ...codeCache, used: 0 }, { used: 0, refused: 0, compiled: 0 });
      assert.equal(stderr, '');
    }
  });

  it('has a cache of every file, for every user', async () => {
    const names = await readdir(made.folder);
    const files = names.filter((name) => name.endsWith('.cjs'));
    assert.deepEqual(
      names.filter((name) => name.endsWith('.cache')),
      files.map((name) => `${name}.cache`),
    );
  });

  it('answers all the same under flags that V8 makes other code for, and says so once', async () => {
    const { statusCode, codeCache, stderr } = await answerHealth('--no-opt');
    assert.equal(statusCode, 200);
    assert.ok(codeCache.refused > 5 && codeCache.used === 0, JSON.stringify(codeCache));
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    const { level, message, flags } = JSON.parse(stderr);
    assert.equal(level, 'warn');
    assert.match(message, /^V8 refused the code cache of \S+\.cjs: another Node made it, or other flags/);
    assert.match(flags, /--no-opt/);
  });

  it('answers all the same with a cache that is damaged, or with none', async () => {
    const file = join(made.folder, 'lambda.cjs.cache');
    const whole = await readFile(file);
    for (const damaged of [Buffer.alloc(0), whole.subarray(0, 100), Buffer.from('no cache at all'.repeat(100))]) {
      await writeFile(file, damaged);
      const { statusCode, codeCache } = await answerHealth();
      assert.equal(statusCode, 200);
      assert.equal(codeCache.refused, 1);
    }
    await rm(file);
    const { statusCode, codeCache, stderr } = await answerHealth();
    assert.deepEqual([statusCode, codeCache.compiled, codeCache.refused, stderr], [200, 1, 0, '']);
  });

  it('loads of Node what a health check needs: no crypto, no compression, no fetch', async () => {
    const { loaded } = await answerHealth();
    assert.ok(loaded.includes('http'), 'of which it can be told');
    for (const name of ['crypto', 'zlib', 'dgram', 'fs/promises', 'worker_threads', 'internal/deps/undici/undici'])
      assert.ok(!loaded.includes(name), name);
  });

  it('leaves to a stack the places that lead to the sources', async () => {
    const lines = (await readFile(join(made.folder, 'lambda.cjs'), 'utf8')).split('\n');
    const text = 'An event was not answered by the application.';
    const line = lines.findIndex((each) => each.includes(text));
    const map = new SourceMap(JSON.parse(await readFile(join(parent, 'lambda.maps', 'lambda.cjs.map'), 'utf8')));
    const found = map.findEntry(line, lines[line]?.indexOf(text) ?? 0) as {
      originalSource: string;
      originalLine: number;
    };
    assert.match(found.originalSource, /api\/lambda\.ts$/);
    const source = (await readFile(new URL('../../api/lambda.ts', import.meta.url), 'utf8')).split('\n');
    assert.ok(source[found.originalLine]?.includes(text), source[found.originalLine]);
  });
});
