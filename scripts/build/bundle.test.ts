import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrationsFolder } from '../../api/database/migrate.ts';
import { bundle } from './bundle.ts';

const exec = promisify(execFile);

describe('bundle: the program of the Lambda', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is one file that starts alone in a folder, on a Node without our flags', async () => {
    const { path } = await bundle('lambda', folder);
    const program = `import(${JSON.stringify(path)}).then(async ({ handler }) => {
      console.log(JSON.stringify(await handler({ warm: true }, {})));
    })`;
    const { stdout } = await exec(process.execPath, ['-e', program], { cwd: folder, env: {} });
    assert.equal(stdout, '{}\n');
  });

  it('has every migration beside it, unchanged, and readable whatever the umask was', async () => {
    const umask = process.umask(0o077);
    const { path, data } = await bundle('lambda', folder).finally(() => process.umask(umask));
    const names = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).sort();
    assert.deepEqual(
      data,
      names.map((name) => join('migrations', name)),
    );
    for (const name of names) {
      const shipped = join(path, '..', 'migrations', name);
      assert.deepEqual(await readFile(shipped), await readFile(new URL(name, migrationsFolder)));
      assert.equal((await stat(shipped)).mode & 0o777, 0o644);
    }
  });

  it('is the same bytes again, from another working folder and into another place', async () => {
    const here = await bundle('lambda', join(folder, 'one'));
    const before = process.cwd();
    process.chdir(tmpdir());
    const there = await bundle('lambda', join(folder, 'two')).finally(() => process.chdir(before));
    assert.deepEqual(await readFile(there.path), await readFile(here.path));
    assert.deepEqual(
      await readFile(join(folder, 'two', 'lambda.mjs.map')),
      await readFile(join(folder, 'one', 'lambda.mjs.map')),
    );
    const text = await readFile(here.path, 'utf8');
    assert.ok(!text.includes(before), 'no path of this machine is in it');
  });

  it('leaves out what only a laptop needs', async () => {
    const { origins } = await bundle('lambda', folder);
    const names = origins.map(({ name }) => name);
    assert.ok(names.includes('api/regions') && names.includes('pg'), names.join(' '));
    for (const local of ['api/local', '@electric-sql/pglite', 'maplibre-gl', 'esbuild', 'api/geodata'])
      assert.ok(!names.includes(local), `${local} is in the bundle`);
  });

  it('leaves nothing of an earlier bundle behind', async () => {
    const { path } = await bundle('lambda', folder);
    await writeFile(join(path, '..', 'migrations', '9999_gone.sql'), 'select 1');
    const { data } = await bundle('lambda', folder);
    assert.ok(!data.some((name) => name.includes('9999')));
  });
});
