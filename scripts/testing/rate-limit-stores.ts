/** Every store that requests are counted in, as the contract test starts it: the real thing where a machine has it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import RedisMock from 'ioredis-mock';
import { dynamoDbCounter } from '../../api/limits/dynamodb.ts';
import type { Counter } from '../../api/limits/limiter.ts';
import { connectRedis, redisCounter } from '../../api/limits/redis.ts';
import { find, freePort, startMoto } from './moto.ts';

export interface StartedStore {
  readonly counter: Counter;
  stop(): Promise<void>;
}

export interface Store {
  readonly name: string;
  /** @returns undefined where this machine lacks what the store needs */
  start(): Promise<StartedStore | undefined>;
}

export const table = 'coalition-builder-rate-limits';

export const stores: readonly Store[] = [
  { name: 'the embedded store (ioredis-mock)', start: embedded },
  { name: 'Redis', start: redis },
  { name: 'DynamoDB (emulated by dynalite)', start: dynaliteStore },
  { name: 'DynamoDB (emulated by moto)', start: moto },
];

async function embedded(): Promise<StartedStore> {
  const mock = new RedisMock({ keyPrefix: 'contract ' });
  await mock.flushall();
  return { counter: redisCounter(mock), stop: async () => mock.disconnect() };
}

async function redis(): Promise<StartedStore | undefined> {
  const command = find('redis-server');
  if (!command) return undefined;
  const port = await freePort();
  const server = spawn(command, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  await listening(port);
  const client = await connectRedis(`redis://127.0.0.1:${port}`, () => {});
  if (client.status !== 'ready') await once(client, 'ready', { signal: AbortSignal.timeout(10_000) });
  return {
    counter: redisCounter(client),
    async stop() {
      client.disconnect();
      await ended(server);
    },
  };
}

/** A client that is refused once says so as an error, although it would try again. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const answers = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answers) return;
    await setTimeout(50);
  }
  throw new Error('redis-server did not listen within 10 s.');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

/** Updates an item under a lock, as DynamoDB does. */
export async function startDynalite(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function dynaliteStore(): Promise<StartedStore> {
  const server = await startDynalite();
  return overDynamoDb(server.url, new Agent({ keepAlive: true }), server.stop);
}

async function moto(): Promise<StartedStore | undefined> {
  const command = find('moto_server');
  if (!command) return undefined;
  const server = await startMoto(command);
  // One connection, so one update after the other: moto reads and writes back, and loses what comes in between.
  return overDynamoDb(server.url, new Agent({ keepAlive: true, maxSockets: 1 }), async () =>
    server[Symbol.asyncDispose](),
  );
}

async function overDynamoDb(url: string, httpAgent: Agent, stopServer: () => Promise<void>): Promise<StartedStore> {
  const client = dynamoDbClient(url, httpAgent);
  await createTable(client);
  return {
    counter: dynamoDbCounter(table, async () => client),
    async stop() {
      client.destroy();
      await setTimeout(0);
      await stopServer();
    },
  };
}

export function dynamoDbClient(endpoint: string, httpAgent = new Agent({ keepAlive: true })): DynamoDBClient {
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, requestHandler: { httpAgent } });
}

/** As `generator/resources/rate-limits-table.ts` makes it, unless somebody else's limiter wants another key. */
export async function createTable(client: DynamoDBClient, { name = table, key = 'pk' } = {}): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    }),
  );
}
