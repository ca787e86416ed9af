import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type Answer, startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent, type Content } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { routesOf } from '../rooms.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { content?: Record<string, { schema: object }>; $ref?: string }>;
  readonly parameters: readonly { name: string; in: string; required: boolean }[];
  readonly requestBody?: object;
}

describe('openapi.json', () => {
  let database: FreshDatabase;
  let api: TestApi;
  let content: Content;
  let document: { openapi: string; paths: Record<string, Record<string, Operation>>; components: object };
  let ajv: Ajv2020;

  before(async () => {
    database = await freshDatabase();
    content = await addContent(database);
    api = await startApi(database);
    document = (await api.get('/api/openapi.json')).json();
    ajv = new Ajv2020({ strict: false, allErrors: true });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addSchema({ $id: 'openapi.json', components: document.components });
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  function assertMatches(answer: Answer, operation: Operation) {
    const found = operation.responses[String(answer.status)] ?? operation.responses.default;
    assert.ok(found, `${operation.operationId} has no answer ${answer.status}`);
    const response = found.$ref
      ? { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }
      : found;
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (!response.content) {
      assert.equal(answer.text, '', operation.operationId);
      return;
    }
    const schema = response.content[type]?.schema;
    assert.ok(schema, `${operation.operationId} answered ${answer.status} as ${type}, which is not described`);
    if (!type.endsWith('json')) return;
    const linked = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi.json#/'));
    const validate = ajv.compile(linked);
    assert.ok(validate(answer.json()), `${operation.operationId}: ${ajv.errorsText(validate.errors)}`);
  }

  it('is a document of version 3.1, whose references all lead somewhere', () => {
    assert.match(document.openapi, /^3\.1\./);
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    let count = 0;
    for (const [, path = ''] of references) {
      count += 1;
      const target = path
        .split('/')
        .reduce<unknown>((inside, name) => (inside as Record<string, unknown>)?.[name], document);
      assert.ok(target, path);
    }
    assert.ok(count > 100);
  });

  it('describes every route, once, under a name of its own', async () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    assert.equal(operations.length, (await routesOf(api.services)).length);
    assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  });

  it('is a page too, with every operation and no script', async () => {
    const page = await api.get('/api/docs/');
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'; style-src 'sha256-/);
    assert.ok(!/<script|https?:\/\/|style="/i.test(page.text));
    for (const methods of Object.values(document.paths)) {
      for (const { operationId } of Object.values(methods))
        assert.ok(page.text.includes(`id="${operationId}"`), operationId);
    }
    const targets = [...page.text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    for (const id of new Set(targets)) assert.ok(page.text.includes(`id="${id}"`), id);
  });

  it('names a parameter for each part of a path', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters, operationId } of Object.values(methods)) {
        const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
        assert.deepEqual(named.sort(), parts.sort(), operationId);
      }
    }
  });

  it('holds for what every operation answers, to staff and to nobody, to sense and to nonsense', async () => {
    const staff = await api.as('administrator');
    const values: Record<string, string> = { name: 'clean-water', layer: 'state', token: 'x' };
    const ids = Object.entries(content);
    let answered = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        // Logging out or deactivating oneself would end the walk.
        if (path === '/api/staff/session/' && method === 'delete') continue;
        const id = ids.find(([name]) => path.replaceAll('-', '').includes(name.slice(0, 5)))?.[1] ?? 1;
        for (const filled of [id, 999_999_999]) {
          const at = path.replace(/\{(\w+)\}/g, (_, name: string) =>
            name === 'id' ? String(filled) : (values[name] ?? 'x'),
          );
          for (const agent of [staff, api]) {
            const body = operation.requestBody ? {} : undefined;
            const answer = await agent.send(method.toUpperCase(), at, body);
            assert.ok(answer.status < 500 || path.includes('ready'), `${method} ${at}: ${answer.text}`);
            assertMatches(answer, operation);
            answered += 1;
          }
        }
      }
    }
    assert.ok(answered > 200, String(answered));
    assert.deepEqual(api.logged, []);
  });
});
