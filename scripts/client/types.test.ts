import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

describe('npm run client', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'coalition-client-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/client.ts', join(folder, 'api.d.ts')], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return readFileSync(join(folder, 'api.d.ts'), 'utf8');
  };

  function compile(source: string): string {
    writeFileSync(join(folder, 'use.ts'), source);
    const tsc = resolve('node_modules/typescript/bin/tsc');
    const args = [
      tsc,
      '--noEmit',
      '--strict',
      '--ignoreConfig',
      '--target',
      'es2024',
      '--module',
      'nodenext',
      join(folder, 'use.ts'),
    ];
    return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout;
  }

  it('writes the same for the same routes', () => assert.equal(write(), write()));

  it('compiles, and knows what the API answers and takes', () => {
    write();
    const good = `
      import type { components, paths } from './api.d.ts';
      type Listed = paths['/api/campaigns/']['get']['responses'][200]['content']['application/json'];
      type Body = paths['/api/campaigns/']['post']['requestBody']['content']['application/json'];
      export const campaign = (list: Listed): components['schemas']['Campaign'] | undefined => list[0];
      export const title = (list: Listed): string | undefined => list[0]?.title;
      export const image = (list: Listed): number | null | undefined => list[0]?.image;
      export const body: Body = { name: 'a', title: 'b', active: false };
      export const path: paths['/api/campaigns/{id}/']['get']['parameters']['path'] = { id: 7 };
      export const problem = (p: components['schemas']['Problem']): number => p.status;`;
    assert.equal(compile(good), '');
    const wrong = good
      .replace("title: 'b'", 'title: 5')
      .replace('list[0]?.title', 'list[0]?.titel')
      .replace('{ id: 7 }', '{}');
    assert.equal(compile(wrong).match(/error TS/g)?.length, 3);
  });
});
