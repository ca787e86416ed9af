import assert from 'node:assert/strict';
import { appendFile, chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, bundle } from '../bundle.ts';
import { ImageError } from '../image.ts';
import { writeCodeCache } from '../loader.ts';
import type { Built } from './buildah.ts';
import { checkImage } from './manifest.ts';

describe('what an image has to have', function () {
  this.timeout(60_000);
  let parent: string;
  let made: Bundle;
  let root: string;
  before(async () => {
    parent = await mkdtemp(join(tmpdir(), 'manifest-'));
    made = await bundle('lambda', parent);
    await writeCodeCache(made.folder);
  });
  beforeEach(async () => {
    root = await mkdtemp(join(parent, 'image-'));
    await cp(made.folder, join(root, 'var/task'), { recursive: true });
  });
  after(() => rm(parent, { recursive: true }));

  const image = (changes: Partial<Built> = {}): Built => ({
    root,
    config: {},
    architecture: 'amd64',
    ownBytes: 500_000,
    mediaTypes: ['application/vnd.docker.distribution.manifest.v2+json'],
    ...changes,
  });
  const inside = (file: string) => join(root, 'var/task', file);
  const refused = (pattern: RegExp, changes?: Partial<Built>, of = made) =>
    assert.rejects(
      checkImage(of, image(changes)),
      (error: Error) => error instanceof ImageError && pattern.test(error.message),
    );

  it('is all there where the image is its bundle', async () => {
    assert.match(
      await checkImage(made, image()),
      /^\d+ files, with Amazon RDS us-east-1 Root CA RSA2048 G1, 0\.5 MB above/,
    );
  });

  it('is every file of the bundle, as it is there, for everybody to read, and nothing else', async () => {
    const [migration = assert.fail()] = made.data.filter((file) => file.startsWith('migrations/'));
    await rm(inside(migration));
    await refused(new RegExp(`other files than its bundle: ${migration}\\.$`));
    await cp(join(made.folder, migration), inside(migration));
    await appendFile(inside(migration), 'drop table stakeholders;');
    await refused(/_\w+\.sql is not the one of the bundle/);
    await cp(join(made.folder, migration), inside(migration));
    await chmod(inside(migration), 0o600);
    await refused(/cannot be read by everybody/);
    await chmod(inside(migration), 0o644);
    await writeFile(inside('.env'), 'SECRET=1');
    await refused(/other files than its bundle: \.env\./);
  });

  it('is the authority of RDS in our region', async () => {
    // The same bundle, but for its certificates: as if the package that brings them had gone, or were broken.
    const stripped = { ...made, folder: join(parent, 'stripped') };
    await cp(made.folder, stripped.folder, { recursive: true });
    let found = 0;
    for (const file of made.code) {
      const text = await readFile(join(made.folder, file), 'utf8');
      const without = text.replace(/(-----BEGIN CERTIFICATE-----(?:\\n|\n)?)[\w+/=]{20}/g, '$1AAAAAAAAAAAAAAAAAAAA');
      if (without !== text) found++;
      for (const folder of [stripped.folder, join(root, 'var/task')]) await writeFile(join(folder, file), without);
    }
    assert.equal(found, 1, 'one file has them');
    await assert.rejects(checkImage(stripped, image()));
    for (const file of made.code) {
      const text = await readFile(join(made.folder, file), 'utf8');
      const none = text.replaceAll('-----BEGIN CERTIFICATE-----', '');
      for (const folder of [stripped.folder, join(root, 'var/task')]) await writeFile(join(folder, file), none);
    }
    await refused(/does not know who signs the certificates of RDS/, {}, stripped);
  });

  it('is migrations, one manifest, and at most 10 MB of ours', async () => {
    const none = { ...made, data: made.data.filter((file) => !file.startsWith('migrations/')) };
    await rm(inside('migrations'), { recursive: true });
    await refused(/has no migrations/, {}, none);
    await cp(join(made.folder, 'migrations'), inside('migrations'), { recursive: true });
    await refused(/no single image but application\/vnd\.oci\.image\.index/, {
      mediaTypes: ['application/vnd.oci.image.index.v1+json'],
    });
    await refused(/adds 10\.1 MB to its base; 10 MB is the most/, { ownBytes: 10.1 * 1024 * 1024 });
  });
});
