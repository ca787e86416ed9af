import assert from 'node:assert/strict';
import { startApi, type TestApi } from '../../scripts/testing/api.ts';
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
