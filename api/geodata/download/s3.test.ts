import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundledFolder } from '../formats/testing/files.ts';
import { s3Source } from './s3.ts';
import type { Source } from './source.ts';

const name = 'tl_2024_27_sldu';
const candidate = { name, url: `https://www2.census.gov/${name}.zip` };

describe('geodata: the S3 cache (on an emulator)', function () {
  this.timeout(60_000);
  let emulator: ChildProcess | undefined;
  let folder: string;
  const before_: Record<string, string | undefined> = {};
  before(async function () {
    folder = mkdtempSync(join(tmpdir(), 'coalition-s3-'));
    if (spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status !== 0) this.skip(); // no moto_server on this machine
    const port = await freePort();
    emulator = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const variables = {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_REGION: 'us-east-1',
    };
    for (const [key, value] of Object.entries(variables)) {
      before_[key] = process.env[key];
      process.env[key] = value;
    }
    await answering(variables.AWS_ENDPOINT_URL_S3);
    const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
    await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'geodata' }));
  });
  after(() => {
    emulator?.kill();
    rmSync(folder, { recursive: true, force: true });
    for (const [key, value] of Object.entries(before_)) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  });

  /** Stands for the Census; counts how often it is asked. */
  function origin(): Source & { asked: number } {
    return {
      name: 'the Census Bureau',
      asked: 0,
      async get({ name: wanted, url }) {
        this.asked += 1;
        if (wanted !== name) return undefined;
        const path = join(folder, 'downloaded.zip');
        copyFileSync(join(bundledFolder, `${name}.zip`), path);
        return { path, origin: url };
      },
    };
  }
  const sourceOn = (census: Source) =>
    s3Source({ bucket: 'geodata', prefix: 'tiger', folder: join(folder, 'cache') }, census);

  it('fetches a file once from the Census, and then from the bucket, byte for byte', async () => {
    const census = origin();
    assert.equal((await sourceOn(census).get(candidate, {}))?.origin, candidate.url);
    const again = await sourceOn(census).get(candidate, {});
    assert.equal(again?.origin, `s3://geodata/tiger/${name}.zip`);
    assert.deepEqual(readFileSync(again?.path ?? ''), readFileSync(join(bundledFolder, `${name}.zip`)));
    assert.equal(census.asked, 1);
  });

  it('has no file that the Census does not have', async () => {
    assert.equal(await sourceOn(origin()).get({ name: 'tl_2024_27_sldx', url: '' }, {}), undefined);
  });

  it('refuses an object whose content is not what its sha256 says', async () => {
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const put = new PutObjectCommand({
      Bucket: 'geodata',
      Key: 'tiger/bad.zip',
      Body: 'PK',
      Metadata: { sha256: '0' },
    });
    await new S3Client({ forcePathStyle: true }).send(put);
    await assert.rejects(sourceOn(origin()).get({ name: 'bad', url: '' }, {}), {
      name: 'DownloadError',
      message: /s3:\/\/geodata\/tiger\/bad\.zip is damaged/,
    });
  });

  it('keeps no half of an object whose connection is cut', async () => {
    const emulated = process.env.AWS_ENDPOINT_URL_S3;
    const server = createHttpServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('PK', () => response.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const into = mkdtempSync(join(folder, 'cut-'));
    try {
      process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const cut = s3Source({ bucket: 'geodata', prefix: 'tiger', folder: into }, origin());
      await assert.rejects(cut.get(candidate, {}), /The bucket geodata cannot be used: /);
      assert.deepEqual(readdirSync(into), []);
    } finally {
      process.env.AWS_ENDPOINT_URL_S3 = emulated;
      server.close();
    }
  });

  it('says which bucket it cannot use', async () => {
    const source = s3Source({ bucket: 'nobodys', prefix: '', folder: join(folder, 'cache') }, origin());
    await assert.rejects(source.get(candidate, {}), {
      name: 'DownloadError',
      message: /The bucket nobodys cannot be used: NoSuchBucket/,
    });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => probe.once('listening', ready));
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  return typeof address === 'object' && address ? address.port : 0;
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error('moto_server did not answer within 20 s.');
}
