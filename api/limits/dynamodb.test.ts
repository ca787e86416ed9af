import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { countItems } from '../jobs/count-items.ts';
import { describedItemCount, dynamoDbCounter } from './dynamodb.ts';
import { rateLimiter } from './limiter.ts';

// dynalite rather than moto: like DynamoDB it updates an item under a lock, where moto loses parallel updates.
describe('limits: rateLimiter, on DynamoDB (emulated by dynalite)', () => {
  const server = dynalite({ createTableMs: 0 });
  let client: DynamoDBClient;
  before(async () => {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    });
    await client.send(
      new CreateTableCommand({
        TableName: 'coalition-builder-rate-limits',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
  });
  after(() => {
    client.destroy();
    server.close();
  });

  it('allows exactly as many as it should, of three times as many in parallel', async () => {
    const limit = { action: 'lookup', requests: 10, windowSeconds: 60 };
    const now = 1_800_000_010_000;
    const counter = dynamoDbCounter('coalition-builder-rate-limits', async () => client);
    const limiter = rateLimiter(counter, 'staging', () => now);
    const verdicts = await Promise.all(Array.from({ length: 30 }, () => limiter.take(limit, '192.0.2.1')));
    assert.equal(verdicts.filter(({ allowed }) => allowed).length, 10);

    const { Items } = await client.send(new ScanCommand({ TableName: 'coalition-builder-rate-limits' }));
    assert.deepEqual(Items, [
      { pk: { S: 'staging#lookup#192.0.2.1#30000000' }, hits: { N: '30' }, expiresAt: { N: '1800000060' } },
    ]);
  });

  it('tells how many items there are, as a metric of the environment', async () => {
    const lines: string[] = [];
    const counted = await countItems(
      { ENVIRONMENT: 'staging', RATE_LIMIT_TABLE: 'coalition-builder-rate-limits' },
      // Like DynamoDB, dynalite counts when it gets round to it, which is not while a test runs.
      async (table) => 7 + (await describedItemCount(table, async () => client)),
      (line) => lines.push(line),
    );
    const { _aws, RateLimitItems } = JSON.parse(lines[0] ?? '');
    assert.deepEqual([counted.items, RateLimitItems, lines.length], [7, 7, 1]);
    const [metrics] = _aws.CloudWatchMetrics;
    const { metricNamespace, rateLimitItems } = await import('../../generator/resources/log-metrics.ts');
    assert.deepEqual([metrics.Namespace, metrics.Metrics[0].Name], [metricNamespace('staging'), rateLimitItems]);
  });
});
