/** Calls of AWS as subsegments, over the real clients: what was called, and that it failed where it did. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { createTable, dynamoDbClient, startDynalite, table } from '../../scripts/testing/rate-limit-stores.ts';
import { dynamoDbCounter } from '../limits/dynamodb.ts';
import { s3Store } from '../media/s3.ts';
import { xray } from './trace.ts';

interface Segment {
  readonly name: string;
  readonly namespace: string;
  readonly aws: { readonly operation: string };
  readonly fault?: boolean;
}

describe('subsegments of AWS', () => {
  const segments: Segment[] = [];
  const trace = xray(
    () => 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    (document) => segments.push(JSON.parse(document)),
  );
  const seen = () =>
    segments.splice(0).map(({ name, namespace, aws, fault }) => [name, namespace, aws.operation, fault]);

  it('name what DynamoDB is asked, and mark what it refuses', async () => {
    const server = await startDynalite();
    const client = dynamoDbClient(server.url);
    await createTable(client);
    await dynamoDbCounter(table, async () => client, trace).increment('a', 2_000_000_000, 60);
    assert.deepEqual(seen(), [['DynamoDB', 'aws', 'UpdateItem', undefined]]);
    await assert.rejects(dynamoDbCounter('no-such-table', async () => client, trace).increment('a', 2_000_000_000, 60));
    assert.deepEqual(seen(), [['DynamoDB', 'aws', 'UpdateItem', true]]);
    client.destroy();
    await server.stop();
  });

  it('name what S3 is asked, and mark what it refuses', async () => {
    // Answers as S3 does to these two requests, and to no other.
    const server = createServer((request, response) => {
      if (request.method === 'GET') response.writeHead(206, { 'Content-Range': 'bytes 0-1/9' }).end('ab');
      else
        response.writeHead(403, { 'Content-Type': 'application/xml' }).end('<Error><Code>AccessDenied</Code></Error>');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'y' },
      maxAttempts: 1,
    });
    const store = s3Store('bucket', 'https://media.example.org/', async () => client, trace);
    assert.equal((await store.inspect('images/a.png'))?.bytes, 9);
    await assert.rejects(store.remove('images/a.png'), /AccessDenied|UnknownError/);
    assert.deepEqual(seen(), [
      ['S3', 'aws', 'GetObject', undefined],
      ['S3', 'aws', 'DeleteObject', true],
    ]);
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
});
