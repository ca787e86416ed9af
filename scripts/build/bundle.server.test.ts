import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { addDemoCampaign } from '../../api/local/demo.ts';
import { type FreshDatabase, freshDatabase } from '../testing/database.ts';
import { type Bundle, bundle } from './bundle.ts';

const exec = promisify(execFile);

describe('bundle: the program of the Lambda, against a database', () => {
  let folder: string;
  let bundled: Bundle;
  let database: FreshDatabase;
  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    bundled = await bundle('lambda', folder);
    database = await freshDatabase();
    await addDemoCampaign(database);
  });
  after(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  /** Runs the bundle as Lambda does: a process of its own that knows its variables and the event, no more. */
  async function invoke(path: string): Promise<{ statusCode: number; body: string }> {
    const event = {
      resource: '/{proxy+}',
      path,
      httpMethod: 'GET',
      headers: { Host: 'api.example.org' },
      multiValueHeaders: { Host: ['api.example.org'] },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      requestContext: { identity: { sourceIp: '203.0.113.9' }, stage: 'staging' },
      body: null,
      isBase64Encoded: false,
    };
    const program = `import(${JSON.stringify(join(bundled.folder, 'lambda.mjs'))}).then(async ({ handler }) => {
      const answer = await handler(${JSON.stringify(event)}, {});
      process.stdout.write('\\n' + JSON.stringify(answer), () => process.exit());
    })`;
    const { stdout } = await exec(process.execPath, ['-e', program], {
      cwd: folder,
      env: {
        AWS_REGION: 'us-east-1',
        ENVIRONMENT: 'staging',
        DATABASE_URL: database.url,
        RATE_LIMIT_TABLE: 'coalition-builder-rate-limits',
        SECRET_KEY_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:key',
        MEDIA_BUCKET: 'coalition-builder-media',
        PUBLIC_BASE_URL: 'https://api.example.org',
      },
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  }

  it('answers the health check, and has written every letter before (H3: the deployed image lacked the templates of its mail)', async () => {
    const { statusCode, body } = await invoke('/api/health/');
    assert.equal(statusCode, 200, body);
    assert.equal(JSON.parse(body).status, 'healthy');
  });

  it('serves what the database has', async () => {
    const { statusCode, body } = await invoke('/api/campaigns/');
    assert.equal(statusCode, 200, body);
    assert.match(body, /clean-water/);
  });
});

describe('bundle: the program of the import, against a database', () => {
  let folder: string;
  let bundled: Bundle;
  let database: FreshDatabase;
  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    bundled = await bundle('importer', folder);
    database = await freshDatabase({ migrated: false });
  });
  after(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });

  it('brings a database up to date and imports districts', async () => {
    const files = fileURLToPath(new URL('../../api/local/boundaries/', import.meta.url));
    const words = ['--dataset', 'cd', '--year', '2025', '--resolution', '20m', '--source', `dir:${files}`];
    const program = join(bundled.folder, 'importer.mjs');
    const env = { ENVIRONMENT: 'staging', DATABASE_URL: database.url };
    const { stdout } = await exec(process.execPath, [program, ...words], { cwd: folder, env });
    assert.match(stdout, /cb_2025_us_cd119_20m/);
    const { rows } = await database.pool.query('select count(*)::int as regions from region');
    assert.ok(rows[0]?.regions > 400, JSON.stringify(rows));
  }).timeout(60_000);
});
