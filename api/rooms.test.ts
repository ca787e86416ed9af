import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describedRoutes, findRoute, rooms } from './rooms.ts';
import type { Services } from './services.ts';

const exec = promisify(execFile);
const services = new Proxy({}, { get: () => ({}) }) as unknown as Services;

describe('rooms', () => {
  it('answer at every path that they describe', async () => {
    const find = findRoute(services);
    for (const { method, path } of await describedRoutes()) {
      const found = await find(path.replace(/\{\w+\}/g, '1'));
      assert.equal(found?.methods.get(method)?.path, path, `${method} ${path} is out of reach`);
    }
  });

  it('are asked at no word where they have nothing', async () => {
    for (const { at, routes } of rooms) {
      const paths = (await routes(services)).map(({ path }) => path);
      for (const word of at)
        assert.ok(
          paths.some((path) => path.replace(/^\/api\/(staff\/)?/, '/').split('/')[1] === word),
          word,
        );
    }
  });

  it('know nothing elsewhere, whatever a path is made of', async () => {
    const find = findRoute(services);
    for (const path of [
      '',
      '/',
      '/api',
      '/api/staff',
      '/api/nothing',
      '/api/__proto__',
      '/api/constructor',
      '/API/bills',
    ])
      assert.equal(await find(path), undefined, path);
    assert.equal(await find('/api/staff/health'), undefined);
    assert.equal(await find('/campaigns'), undefined);
  });

  it('load nothing that another room needs and this one does not', async () => {
    const program = `
      const loaded = [];
      (await import('node:module')).registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      const { findRoute } = await import(${JSON.stringify(new URL('./rooms.ts', import.meta.url).href)});
      await findRoute({ database: {} })(process.argv[1]);
      console.log(JSON.stringify(loaded.filter((url) => /\\/api\\/.*\\.ts$/.test(url)).map((url) => url.split('/api/').at(-1))));`;
    const load = async (path: string): Promise<readonly string[]> => {
      const { stdout } = await exec(process.execPath, ['--input-type=module', '-e', program, path]);
      return JSON.parse(stdout);
    };
    const entries = (files: readonly string[]) => files.filter((file) => /routes\.ts$|^content\//.test(file));
    assert.deepEqual(entries(await load('/api/nothing')), []);
    assert.deepEqual(entries(await load('/api/health')), ['health/routes.ts']);
    assert.deepEqual(entries(await load('/api/staff/webhooks')), ['webhooks/routes.ts']);
  });
});
