import assert from 'node:assert/strict';
import { type Agent, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { s3Store } from './s3.ts';

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)]);

describe('media', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let editor: Agent;
  before(async () => {
    database = await freshDatabase();
    api = await startApi(database);
    editor = await api.as('editor');
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  const allow = async (content_type: string, bytes: number) =>
    (await editor.send('POST', '/api/media/uploads/', { content_type, bytes })).json();
  const put = (url: string, headers: Record<string, string>, body: Buffer) =>
    fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) });
  const described = { title: 'Heron', alt_text: 'A heron', author: 'Ann', license: 'CC BY 4.0' };

  it('goes straight to the store, becomes an image with its attribution, and leaves with it', async () => {
    const { file, url, headers, method, expires_at } = await allow('image/png', png.length);
    assert.equal(method, 'PUT');
    assert.ok(new Date(expires_at) > new Date());
    assert.equal((await put(url, headers, png)).status, 200);
    const added = await editor.send('POST', '/api/images/', {
      file,
      ...described,
      caption: '<b>By</b> Ann<script>x</script>',
    });
    assert.equal(added.status, 201, added.text);
    const { id, image_url, content_type, bytes, caption } = added.json();
    assert.deepEqual([content_type, bytes, caption], ['image/png', png.length, '<b>By</b> Ann']);
    const served = await fetch(image_url);
    assert.deepEqual(Buffer.from(await served.arrayBuffer()), png);
    assert.equal(served.headers.get('content-type'), 'image/png');
    assert.match(served.headers.get('cache-control') ?? '', /immutable/);
    assert.equal((await editor.send('POST', '/api/images/', { file, ...described })).status, 409, 'one row a file');
    assert.equal((await editor.send('PATCH', `/api/images/${id}/`, { file })).status, 422, 'its file stays');
    assert.equal((await editor.send('DELETE', `/api/images/${id}/`)).status, 200);
    assert.equal((await fetch(image_url)).status, 404);
  });

  it('is listed for the public, with its attribution, while the site shows it', async () => {
    const content = await addContent(database);
    await database.pool.query(
      `with unused as (insert into image (file, content_type, bytes, title, alt_text) values
         ('images/draft.jpg', 'image/jpeg', 10, 'Draft', 'Not yet') returning id)
       insert into campaign (name, title, active, image) select 'draft', 'Draft', false, id from unused`,
    );
    for (const [path, id, field] of [
      ['images', content.image, 'image_url'],
      ['videos', content.video, 'video_url'],
    ] as const) {
      const list = (await api.get(`/api/${path}/`)).json();
      assert.deepEqual(
        list.map((each: { id: number }) => each.id),
        [id],
      );
      assert.match(list[0][field], /river/);
      assert.equal((await api.get(`/api/${path}/${id}/`)).json().alt_text, list[0].alt_text);
      assert.equal((await api.get(`/api/${path}/99999/`)).status, 404);
    }
    assert.equal((await editor.get('/api/staff/images/')).json()[0].title, 'Draft');
    const etag = (await api.get('/api/images/')).headers.get('etag') ?? '';
    await editor.send('PATCH', `/api/campaigns/${content.campaign}/`, { title: 'Other' });
    assert.equal((await api.get('/api/images/', { 'If-None-Match': etag })).status, 200, 'what shows it is part of it');
    await database.pool.query(`update campaign set active = true where name = 'draft'`);
    assert.equal((await api.get('/api/images/')).json().length, 2);
  });

  it('is taken as it was announced, once, and not longer than it was allowed', async () => {
    const { url, headers } = await allow('image/png', png.length);
    assert.equal((await put(url, headers, png.subarray(1))).status, 403, 'another size');
    assert.equal((await put(url, { ...headers, 'Content-Type': 'text/html' }, png)).status, 403, 'another type');
    assert.equal(
      (
        await put(
          url.replace(/signature=(.)/, (_: string, first: string) => `signature=${first === '_' ? '-' : '_'}`),
          headers,
          png,
        )
      ).status,
      403,
      'another signature',
    );
    assert.equal((await put(url.replace(/expires=\d+/, `expires=${Date.now() + 1e9}`), headers, png)).status, 403);
    assert.equal((await put(url, headers, png)).status, 200);
    assert.equal((await put(url, headers, png)).status, 412, 'nothing is overwritten');
  });

  it('is refused when it is too large, of another kind, or not what it says', async () => {
    for (const [content_type, bytes] of [
      ['image/svg+xml', 10],
      ['text/html', 10],
      ['image/png', 10_000_001],
      ['image/png', 0],
      ['video/mp4', 100_000_001],
    ] as const) {
      assert.equal(
        (await editor.send('POST', '/api/media/uploads/', { content_type, bytes })).status,
        422,
        content_type,
      );
    }
    const html = Buffer.from('<script>alert(1)</script>');
    const { file, url, headers } = await allow('image/jpeg', html.length);
    await put(url, headers, html);
    const added = await editor.send('POST', '/api/images/', { file, ...described });
    assert.match(added.json().summary, /file is no image of a kind that can be shown/);
    const missing = await allow('image/png', 5);
    assert.match(
      (await editor.send('POST', '/api/images/', { file: missing.file, ...described })).json().summary,
      /was not uploaded/,
    );
    for (const key of ['../../etc/passwd', 'images/../x.png', 'images/x.png', '/images/a.png']) {
      assert.equal((await editor.send('POST', '/api/images/', { file: key, ...described })).status, 422, key);
    }
    const { file: picture, ...upload } = await allow('image/png', png.length);
    await put(upload.url, upload.headers, png);
    assert.equal(
      (await editor.send('POST', '/api/videos/', { file: picture, ...described })).status,
      422,
      'an image is no video',
    );
  });

  it('plays by itself only without sound', async () => {
    const mp4 = Buffer.concat([Buffer.from('00000018', 'hex'), Buffer.from('ftypmp42'), Buffer.alloc(50)]);
    const { file, url, headers } = await allow('video/mp4', mp4.length);
    await put(url, headers, mp4);
    const add = (more: object) => editor.send('POST', '/api/videos/', { file, ...described, ...more });
    assert.match((await add({ autoplay: true, muted: false })).json().summary, /video autoplay is muted/);
    assert.equal((await add({ autoplay: true, muted: true })).status, 201);
  });

  it('is signed for S3 with its type, its size, and the promise to overwrite nothing', async () => {
    const variables = { ...process.env };
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'of this test',
    });
    const store = s3Store('media-bucket', 'https://media.example.org/');
    const { url, headers } = await store.allowUpload({ key: 'images/x.png', contentType: 'image/png', bytes: 123 });
    process.env = variables;
    const { hostname, pathname, searchParams } = new URL(url);
    assert.equal(`${hostname}${pathname}`, 'media-bucket.s3.us-east-1.amazonaws.com/images/x.png');
    assert.equal(
      searchParams.get('X-Amz-SignedHeaders'),
      'cache-control;content-length;content-type;host;if-none-match',
    );
    assert.equal(searchParams.get('X-Amz-Expires'), '600');
    assert.deepEqual(headers, {
      'Content-Type': 'image/png',
      'Cache-Control': 'public, max-age=31536000, immutable',
      'If-None-Match': '*',
    });
    // A checksum of a body that nobody has yet would be refused by S3.
    assert.ok(![...searchParams.keys()].some((name) => /checksum/i.test(name)), url);
  });
});
