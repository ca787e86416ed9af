import assert from 'node:assert/strict';
import { S3 } from '@aws-sdk/client-s3';
import { publishedAssets } from '../../api/pages/published-assets.ts';
import { environments } from '../../environments/index.ts';
import { compile, placeholderRelease } from '../../generator/compile.ts';
import { find, type Moto, startMoto } from '../testing/moto.ts';
import { deployEnvironment } from './deploy-environment.ts';
import { copyOfProject, simulatedAccount } from './fixture.ts';
import { type PublishedFile, publishAssets } from './publish-assets.ts';
import { openSession, type Session } from './session.ts';

const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };

describe('publish-assets: into a bucket', function () {
  this.timeout(60_000);
  let moto: Moto;
  let s3: S3;
  let session: Session;
  before(async function () {
    const command = find('moto_server');
    if (!command) return this.skip();
    moto = await startMoto(command);
    const connection = { region: 'us-east-1', endpoint: moto.url, credentials };
    s3 = new S3({ ...connection, forcePathStyle: true });
    session = await openSession(connection, new AbortController().signal, () => {});
  });
  after(async () => {
    s3?.destroy();
    session?.close();
    await moto?.[Symbol.asyncDispose]();
  });

  async function bucketNamed(Bucket: string) {
    await s3.createBucket({ Bucket });
    return Bucket;
  }
  const keysWith = (files: readonly PublishedFile[], wanted: PublishedFile['outcome']) =>
    files.filter(({ outcome }) => outcome === wanted).map(({ key }) => key);

  it('uploads each file under a key with its content in it, to be kept for good, with its type', async () => {
    const Bucket = await bucketNamed('fresh');
    const files = await publishAssets(session, Bucket);
    assert.equal(keysWith(files, 'uploaded').length, files.length);
    const names = files.map(({ key }) => key.replace(/-[0-9a-f]{16}\//, '-#/'));
    for (const name of [
      'pages-#/map/main.js',
      'pages-#/look/element.js',
      'maplibre-gl-6.17.0-#/maplibre-gl-worker.mjs',
    ])
      assert.ok(names.includes(name), names.join(' '));
    assert.deepEqual(
      names.filter((name) => !name.includes('-#/') || /test|\.html$/.test(name)),
      [],
    );
    const types = { mjs: 'text/javascript', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
    for (const { key: Key, bytes } of files) {
      const { ContentType, CacheControl, ContentLength } = await s3.headObject({ Bucket, Key });
      assert.equal(ContentType, `${types[Key.split('.').at(-1) as keyof typeof types]}; charset=utf-8`, Key);
      assert.equal(CacheControl, 'public, max-age=31536000, immutable', Key);
      assert.equal(ContentLength, bytes, Key);
    }
    const worker = files.find(({ key }) => key.endsWith('worker.mjs'))?.key ?? '';
    const body = await (await s3.getObject({ Bucket, Key: worker })).Body?.transformToByteArray();
    assert.deepEqual(Buffer.from(body ?? []), publishedAssets().files.get(worker)?.content);
  });

  it('uploads nothing twice, and again what is missing or damaged; what others need stays', async () => {
    const Bucket = await bucketNamed('used');
    const former = 'pages-0123456789abcdef/map/main.js';
    await s3.putObject({ Bucket, Key: former, Body: 'of a release to go back to' });
    const [first = assert.fail(), second = assert.fail()] = await publishAssets(session, Bucket);
    assert.deepEqual(keysWith(await publishAssets(session, Bucket), 'uploaded'), []);
    await s3.deleteObject({ Bucket, Key: first.key });
    await s3.putObject({ Bucket, Key: second.key, Body: 'something else' });
    const dry = await publishAssets(session, Bucket, { dryRun: true });
    assert.deepEqual(keysWith(dry, 'would be uploaded'), [first.key, second.key]);
    await assert.rejects(s3.headObject({ Bucket, Key: first.key }), { name: 'NotFound' });
    assert.deepEqual(keysWith(await publishAssets(session, Bucket), 'uploaded'), [first.key, second.key]);
    assert.ok(await s3.headObject({ Bucket, Key: former }));
  });

  it('says so where the bucket is gone', async () => {
    await assert.rejects(publishAssets(session, 'gone'), { name: 'DeployError', message: /bucket gone is not there/ });
  });

  it('interrupted, leaves what is whole', async () => {
    const Bucket = await bucketNamed('interrupted');
    const interruption = new AbortController();
    const own = { ...session, signal: interruption.signal };
    const done: string[] = [];
    const each = ({ key }: PublishedFile) => {
      done.push(key);
      interruption.abort();
    };
    await assert.rejects(publishAssets(own, Bucket, { each }), { name: 'Interrupted' });
    const after = await publishAssets(session, Bucket);
    for (const key of done) assert.ok(keysWith(after, 'there').includes(key), key);
  });
});

describe('publish-assets: as part of a deploy, and as it is typed', function () {
  this.timeout(60_000);
  const { development } = environments;
  const network = ['network', 'database', 'rate-limits', 'storage', 'cdn', 'jobs', 'api'];
  const stacks = compile(development, placeholderRelease).filter(({ stack }) => network.includes(stack));

  it('comes before the API, and before its migrations', async () => {
    const { rehearsed } = await import('./rehearsal.ts');
    await using account = await simulatedAccount(rehearsed);
    const said: string[] = [];
    const session = await openSession(account.connection, new AbortController().signal, (line) => said.push(line));
    await deployEnvironment(session, { name: 'development', environment: development, stacks });
    const at = (pattern: RegExp) => said.findIndex((line) => pattern.test(line));
    const order = [
      /-storage/,
      /assets .*\d+ of \d+ uploaded in s3:\/\/coalition-builder-static/,
      /migrate …/,
      /api .*deployed|AWS::Lambda::Alias/,
    ];
    const found = order.map(at);
    assert.ok(!found.includes(-1), `${found}\n${said.join('\n')}`);
    session.close();
  });

  it('says what it uploads, what is there, and what is missing for it', async () => {
    using project = copyOfProject();
    await using account = await simulatedAccount();
    const type = (...args: string[]) => project.run('publish-assets', args, account.variables);
    const early = await type('development');
    assert.equal(early.code, 2);
    assert.match(early.stderr, /development has no static bucket.*\n {2}npm run deploy -- development makes it/);
    assert.equal((await type('nowhere')).code, 2);
    const deployed = await project.run('deploy', ['development', '--stack', 'storage'], account.variables);
    assert.equal(deployed.code, 0, deployed.stderr);
    const dry = await type('development', '--dry-run');
    assert.match(dry.stdout, /would be uploaded {2}pages-[0-9a-f]{16}\/map\/main\.js/);
    assert.match((await type('development')).stdout, /✓ \d+ files, \d\.\d MB: \d+ uploaded, 0 there already/);
    const again = JSON.parse((await type('development', '--json')).stdout);
    assert.equal(again.environment, 'development');
    assert.ok(again.files.length > 10 && again.files.every(({ outcome }: PublishedFile) => outcome === 'there'));
  });
});
