import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createTable, dynamoDbClient, startDynalite, table } from '../../scripts/testing/rate-limit-stores.ts';
import { countItems } from '../jobs/count-items.ts';
import { defaultClient, dynamoDbCounter } from './dynamodb.ts';
import { describedItemCount } from './item-count.ts';
import { rateLimiter } from './limiter.ts';

describe('limits: DynamoDB (emulated by dynalite)', () => {
  let server: Awaited<ReturnType<typeof startDynalite>>;
  let client: DynamoDBClient;
  before(async () => {
    server = await startDynalite();
    client = dynamoDbClient(server.url);
    await createTable(client);
  });
  after(async () => {
    client.destroy();
    await server.stop();
  });

  it('needs one UpdateItem a request, first or not, allowed or not, and leaves one item that ends', async () => {
    const calls: string[] = [];
    client.middlewareStack.add(
      (next, context) => (args) => {
        calls.push(context.commandName ?? '');
        return next(args);
      },
      { step: 'initialize', name: 'count' },
    );
    const limiter = rateLimiter(
      dynamoDbCounter(table, async () => client),
      'staging',
      {
        now: () => 1_800_000_010_000,
      },
    );
    for (let i = 0; i < 3; i++) await limiter.take({ action: 'lookup', requests: 2, windowSeconds: 60 }, '192.0.2.1');
    client.middlewareStack.remove('count');
    assert.deepEqual(calls, Array(3).fill('UpdateItemCommand'));

    const { Items } = await client.send(new ScanCommand({ TableName: table }));
    assert.deepEqual(Items, [
      { pk: { S: 'staging#lookup#192.0.2.1#30000000' }, hits: { N: '3' }, expiresAt: { N: '1800000060' } },
    ]);
  });

  it('tells how many items there are, as a metric of the environment', async () => {
    const lines: string[] = [];
    const counted = await countItems(
      { ENVIRONMENT: 'staging', RATE_LIMIT_TABLE: table },
      // Like DynamoDB, dynalite counts when it gets round to it, which is not while a test runs.
      async (name) => 7 + (await describedItemCount(name, async () => client)),
      (line) => lines.push(line),
    );
    const { _aws, RateLimitItems } = JSON.parse(lines[0] ?? '');
    assert.deepEqual([counted.items, RateLimitItems, lines.length], [7, 7, 1]);
    const [metrics] = _aws.CloudWatchMetrics;
    const { metricNamespace, rateLimitItems } = await import('../../generator/resources/log-metrics.ts');
    assert.deepEqual([metrics.Namespace, metrics.Metrics[0].Name], [metricNamespace('staging'), rateLimitItems]);
  });
});

describe('limits: DynamoDB, hanging', () => {
  it('is given up by the client itself', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((ready) => silent.once('listening', ready));
    const { port } = silent.address() as { port: number };
    const variables = {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
    };
    const before = { ...process.env };
    Object.assign(process.env, variables);
    try {
      const client = await defaultClient();
      await assert.rejects(dynamoDbCounter(table, async () => client).increment('a', 1, 60), { name: 'TimeoutError' });
      client.destroy();
    } finally {
      process.env = before;
      silent.close();
    }
  });
});
