import assert from 'node:assert/strict';
import { startApi, type TestApi } from '../../scripts/testing/api.ts';
import { addContent } from '../../scripts/testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { traced } from '../database/traced.ts';
import { metrics } from './metrics.ts';
import { xray } from './trace.ts';

describe('telemetry of requests', () => {
  let database: FreshDatabase;
  let api: TestApi;
  const segments: Array<{ name: string; fault?: boolean; annotations: { operation: string } }> = [];
  const lines: Array<Record<string, unknown>> = [];
  before(async () => {
    database = await freshDatabase();
    const trace = xray(
      () => 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
      (document) => segments.push(JSON.parse(document)),
    );
    api = await startApi(traced(database, trace), {
      metrics: metrics('staging', (line) => lines.push(JSON.parse(line))),
    });
  });
  beforeEach(() => {
    segments.length = 0;
    lines.length = 0;
  });
  after(async () => {
    await api.close();
    await database.close();
  });

  it('traces each statement by its name or verb, in transactions too, and marks what fails', async () => {
    const editor = await api.as('editor');
    segments.length = 0;
    await editor.send('POST', '/api/campaigns/', { name: 'traced', title: 'It’s rosa@example.net' });
    await editor.send('POST', '/api/campaigns/', { name: 'traced', title: 'Again' });
    const operations = segments.map(({ annotations }) => annotations.operation);
    for (const operation of ['session', 'begin', 'insert', 'select', 'commit', 'rollback'])
      assert.ok(operations.includes(operation), operation);
    assert.deepEqual(
      segments.filter(({ fault }) => fault).map(({ annotations }) => annotations.operation),
      ['insert'],
    );
    assert.ok(!JSON.stringify(segments).includes('rosa'));
  });

  it('shows that a list asks the database as often for twenty rows as for one (L18: a query more for each row, and no index for e-mail and the public list)', async () => {
    const paths = [
      'campaigns',
      'content-blocks',
      'themes',
      'homepage',
      'legislators',
      'bills',
      'legal/documents',
      'stakeholders',
      'staff/campaigns',
    ];
    const administrator = await api.as('administrator');
    const statements = async () => {
      const counts: Record<string, number> = {};
      for (const path of paths) {
        segments.length = 0;
        assert.equal((await administrator.get(`/api/${path}/`)).status, 200, path);
        counts[path] = segments.length;
      }
      return counts;
    };
    const { image, campaign, legislator } = await addContent(database);
    const few = await statements();
    const { pool } = database;
    await pool.query(
      `insert into campaign (name, title, image) select 'n-' || n, 'T', $1 from generate_series(1, 20) n`,
      [image],
    );
    await pool.query(`insert into theme (name, logo) select 'n-' || n, $1 from generate_series(1, 20) n`, [image]);
    await pool.query(
      `insert into content_block (page_type, block_type, image) select 'about', 'text', $1 from generate_series(1, 20)`,
      [image],
    );
    await pool.query(
      `with added as (
         insert into bill (campaign, level, number, title, chamber, session, introduced_date)
         select $1, 'federal', n, 'T', 'house', '119', '2026-01-01' from generate_series(1, 20) n returning id)
       insert into bill_sponsor (bill, legislator, role) select id, $2, 'sponsor' from added`,
      [campaign, legislator],
    );
    await pool.query(
      `insert into stakeholder (first_name, last_name, email, type) select 'F', 'L', n || '@example.net', 'farmer' from generate_series(1, 20) n`,
    );
    await pool.query(
      `insert into legislator (level, first_name, last_name, chamber, state) select 'state', 'F', 'L' || n, 'assembly', 'CA' from generate_series(1, 20) n`,
    );
    assert.deepEqual(await statements(), few);
    assert.ok(
      Object.values(few).every((count) => count <= 5),
      JSON.stringify(few),
    );
  });

  it('counts and times each request, by its route and not by its path', async () => {
    await api.get('/api/campaigns/by-name/some-private-name/');
    await api.get('/api/nothing/rosa@example.net');
    const [known, unknown] = lines;
    assert.deepEqual(
      [known?.route, known?.status, known?.environment, known?.Faults, known?.Throttled],
      ['GET /api/campaigns/by-name/{name}', 404, 'staging', 0, 0],
    );
    assert.ok(typeof known?.Latency === 'number' && known.Latency > 0);
    assert.equal(unknown?.route, 'none');
    assert.ok(!JSON.stringify(lines).match(/private|rosa/));
    assert.ok(known);
    const { CloudWatchMetrics } = known._aws as {
      CloudWatchMetrics: [{ Metrics: { Name: string }[]; Dimensions: string[][]; Namespace: string }];
    };
    const { Metrics, Dimensions, Namespace } = CloudWatchMetrics[0];
    assert.equal(Namespace, 'CoalitionBuilder');
    for (const name of [...Metrics.map(({ Name }) => Name), ...Dimensions.flat()]) assert.ok(name in known, name);
  });
});
