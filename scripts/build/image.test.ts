import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CommandError } from '../aws/command-line.ts';
import { dockerOnPath, inspection } from '../simulators/docker.ts';
import { type Bundle, bundle } from './bundle.ts';
import { buildImage, ImageError, pushImage, signIn } from './image.ts';

const registry = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
const { signal } = new AbortController();

describe('image', function () {
  if (process.platform === 'win32') return;
  let folder: string;
  let bundled: Bundle;
  const before_ = { path: process.env.PATH, cwd: process.cwd() };
  const calls = async (): Promise<string[][]> =>
    (await readFile('calls', 'utf8').catch(() => '')).split('\n').flatMap((line) => (line ? [JSON.parse(line)] : []));

  this.beforeAll(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'image-'));
    bundled = await bundle('lambda', folder);
  });
  beforeEach(async () => {
    const bin = await mkdtemp(join(folder, 'bin-'));
    await writeFile(join(bin, 'docker'), dockerOnPath, { mode: 0o755 });
    await writeFile(join(bin, 'aws'), '#!/bin/sh\nprintf "password for $4"\n', { mode: 0o755 });
    process.env.PATH = `${bin}${delimiter}${before_.path}`;
    process.chdir(bin);
  });
  afterEach(() => {
    process.chdir(before_.cwd);
    process.env.PATH = before_.path;
  });
  this.afterAll(() => rm(folder, { recursive: true }));

  it('is built as one plain arm64 image of its target, from where the bundles are', async () => {
    const { reference, digest } = await buildImage(bundled, signal);
    assert.match(reference, /^coalition-builder-lambda:sha-[0-9a-f]{12}$/);
    assert.equal(digest, undefined);
    const [build = []] = await calls();
    for (const words of ['--target lambda', '--platform linux/arm64', '--provenance=false --sbom=false', '--load'])
      assert.ok(build.join(' ').includes(words), `${words} is not in ${build.join(' ')}`);
    assert.equal(build.at(-1), folder);
  });

  it('is pushed once: the same content is found by its tag, whatever the commit', async () => {
    const first = await pushImage(bundled, registry, signal);
    assert.equal(first.built, true);
    assert.equal(first.digest, `sha256:${'a'.repeat(64)}`);
    assert.match(first.reference, new RegExp(`^${registry}/coalition-builder-lambda:sha-`));
    const second = await pushImage(bundled, registry, signal);
    assert.deepEqual(second, { ...first, built: false });
    assert.equal((await calls()).filter(([, verb]) => verb === 'build').length, 1);
  });

  it('gets another tag when a file is added to it or changes', async () => {
    const file = join(bundled.folder, 'migrations', '9999_new.sql');
    const references = [(await buildImage(bundled, signal)).reference];
    for (const text of ['select 1', 'select 2']) {
      await writeFile(file, text);
      references.push((await buildImage(bundled, signal)).reference);
    }
    await rm(file);
    assert.equal(new Set(references).size, 3, references.join(' '));
  });

  it('is refused where Lambda would refuse it: an index, another architecture', async () => {
    const wrong = {
      'no single image': { mediaType: 'application/vnd.oci.image.index.v1+json' },
      'AWS runs it on arm64': { architecture: 'amd64' },
    };
    for (const [message, changes] of Object.entries(wrong)) {
      await rm('calls', { force: true });
      await writeFile('answer', JSON.stringify(inspection(changes)));
      const fresh = { ...bundled, program: 'lambda' as const };
      await assert.rejects(pushImage(fresh, `${registry}/${message.length}`, signal), (error: ImageError) => {
        assert.ok(error instanceof ImageError && error.message.includes(message), error.message);
        return error.remedy !== '';
      });
    }
  });

  it('signs in to ECR with a password that no command line shows, and to nothing else', async () => {
    await signIn('registry.example.org', signal);
    assert.deepEqual(await calls(), []);
    await signIn(registry, signal);
    assert.deepEqual(await calls(), [
      ['login', '--username', 'AWS', '--password-stdin', registry, 'password for us-east-1'],
    ]);
  });

  it('is named to the steps after it by its digest', async () => {
    const output = join(process.cwd(), 'output');
    const verb = fileURLToPath(new URL('../image.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [verb, 'lambda', '--push', registry], {
      env: { ...process.env, GITHUB_OUTPUT: output },
    });
    assert.match(stdout, /^✓ lambda built\n {2}\d+\.dkr\S+\/coalition-builder-lambda:sha-\w{12}\n {2}sha256:a{64}\n$/);
    assert.equal(await readFile(output, 'utf8'), `lambda-digest=sha256:${'a'.repeat(64)}\n`);
  });

  it('says which command is missing, or what it said', async () => {
    const bin = await mkdtemp(join(folder, 'bin-'));
    process.env.PATH = bin;
    await assert.rejects(buildImage(bundled, signal), (error: CommandError) => {
      return error.exitCode === 2 && /no docker command/.test(error.message) && /docs.docker.com/.test(error.remedy);
    });
    await writeFile(join(bin, 'docker'), '#!/bin/sh\necho "ERROR: denied: not yours" >&2\nexit 1\n', { mode: 0o755 });
    await assert.rejects(pushImage(bundled, registry, signal), (error: CommandError) => {
      return error.exitCode === 1 && /imagetools ended with 1:\n\s+ERROR: denied: not yours/.test(error.message);
    });
  });
});
