/** An upload from end to end: the address that we sign is sent to S3 (moto) by whoever uploads, then looked at, then removed. */
import assert from 'node:assert/strict';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { find, type Moto, startMoto } from '../../scripts/testing/moto.ts';
import { s3Store, uploadOrigins } from './s3.ts';

describe('media: S3 (emulated by moto)', () => {
  let moto: Moto;
  let client: S3Client;

  before(async function () {
    const command = find('moto_server');
    if (!command) return this.skip(); // no moto_server on this machine
    this.timeout(40_000);
    moto = await startMoto(command);
    client = new S3Client({
      endpoint: moto.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    await client.send(new CreateBucketCommand({ Bucket: 'media-bucket' }));
  });
  after(() => moto?.[Symbol.asyncDispose]());

  it('takes what it was told to expect, says what is there, and forgets it', async () => {
    const store = s3Store('media-bucket', 'https://media.example.org/', async () => client);
    const body = Buffer.from('\u0089PNG and some more', 'latin1');
    const key = 'images/x.png';
    assert.equal(await store.inspect(key), undefined);

    const { url, headers } = await store.allowUpload({ key, contentType: 'image/png', bytes: body.length });
    const uploaded = await fetch(url, { method: 'PUT', headers, body });
    assert.equal(uploaded.status, 200, await uploaded.text());

    const there = await store.inspect(key);
    assert.deepEqual([there?.contentType, there?.bytes], ['image/png', body.length]);
    assert.deepEqual(Buffer.from(there?.head ?? []), body);

    await store.remove(key);
    assert.equal(await store.inspect(key), undefined);
  });
});

describe('media: where addresses for uploads lead to', () => {
  for (const useDualstackEndpoint of [false, true]) {
    it(`is known to the page that uploads, ${useDualstackEndpoint ? 'over IPv6 too' : 'as the SDK has it'}`, async () => {
      const client = new S3Client({
        region: 'us-west-2',
        credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
        useDualstackEndpoint,
      });
      const store = s3Store('media-bucket', 'https://media.example.org/', async () => client);
      const { url } = await store.allowUpload({ key: 'images/x.png', contentType: 'image/png', bytes: 1 });
      assert.ok(uploadOrigins('media-bucket', 'us-west-2').includes(new URL(url).origin), url);
    });
  }
});
