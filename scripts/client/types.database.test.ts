import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startApi, type TestApi } from '../testing/api.ts';
import { addContent } from '../testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../testing/database.ts';

/** A program as the frontend's developer writes it: reads a list, adds a campaign, meets an error. */
const program = `
  import createClient from 'openapi-fetch';
  import type { components, paths } from './api.d.ts';
  const [, , baseUrl = '', key = ''] = process.argv;
  const client = createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${key}\` } });

  const { data: list = [] } = await client.GET('/api/campaigns/', { params: { query: { limit: 1 } } });
  const title: string | undefined = list[0]?.title;
  const image: number | null | undefined = list[0]?.image;
  const { data: added } = await client.POST('/api/campaigns/', { body: { name: 'typed', title: 'Typed', active: false } });
  const again: components['schemas']['Campaign'] | undefined = added;
  const { error } = await client.GET('/api/campaigns/{id}/', { params: { path: { id: 999_999 } } });
  const problem: components['schemas']['Problem'] | undefined = error;
  const { data: health } = await client.GET('/api/health/');
  const status: 'healthy' | 'unhealthy' | undefined = health?.status;
  console.log(JSON.stringify({ count: list.length, title, image: typeof image, added: again?.name, problem: problem?.status, status }));
`;

describe('npm run client', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'coalition-client-'));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    database = await freshDatabase();
    await addContent(database);
    api = await startApi(database);
  });
  after(async () => {
    await api.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/client.ts', join(folder, 'api.d.ts')], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return readFileSync(join(folder, 'api.d.ts'), 'utf8');
  };

  function compile(source: string): string {
    writeFileSync(join(folder, 'use.ts'), source);
    const options = '--noEmit --strict --ignoreConfig --target es2024 --module nodenext --skipLibCheck --types node';
    const typeRoots = ['--typeRoots', resolve('node_modules/@types'), '--allowImportingTsExtensions'];
    const args = [resolve('node_modules/typescript/bin/tsc'), ...options.split(' '), ...typeRoots];
    return spawnSync(process.execPath, [...args, join(folder, 'use.ts')], { encoding: 'utf8' }).stdout;
  }

  it('writes the same for the same routes', () => assert.equal(write(), write()));

  it('compiles with openapi-fetch, and makes the calls that it types', async () => {
    write();
    assert.equal(compile(program), '');
    const administrator = await api.as('administrator');
    const { secret } = (
      await administrator.send('POST', '/api/staff/keys/', { name: 'Client', scopes: ['content:write'] })
    ).json();
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'use.ts'), api.url, secret]);
    assert.deepEqual(JSON.parse(stdout), {
      count: 1,
      title: 'Clean Water',
      image: 'number',
      added: 'typed',
      problem: 404,
      status: 'healthy',
    });
  });

  it('does not compile what the API would not take or answer', () => {
    for (const [right, wrong] of [
      ["title: 'Typed'", 'title: 5'],
      ["name: 'typed', ", ''],
      ['list[0]?.title', 'list[0]?.titel'],
      ['path: { id: 999_999 }', 'path: {}'],
      ['/api/campaigns/{id}/', '/api/nothing/'],
      ['limit: 1', "limit: 'all'"],
    ] as const) {
      assert.ok(program.includes(right));
      assert.match(compile(program.replace(right, wrong)), /error TS/, wrong);
    }
  });
});
