/** Counts in DynamoDB: one UpdateItem a request. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { untilDeadline } from '../deadline.ts';
import { type Trace, untraced } from '../telemetry/trace.ts';
import type { Counter } from './limiter.ts';

/**
 * @param table has the string key `pk`, and `expiresAt` (epoch seconds) as its time-to-live attribute
 * @param client made on the first request: loading it costs more than everything else that the API loads
 */
export function dynamoDbCounter(
  table: string,
  client: () => Promise<DynamoDBClient> = defaultClient,
  trace: Trace = untraced,
): Counter {
  let connected: Promise<DynamoDBClient> | undefined;
  return {
    async increment(key, expiresAt) {
      connected ??= client();
      const { UpdateItemCommand } = await import('./dynamodb-client.ts');
      // ADD is atomic and creates the item; the end of the window is in the key, so no condition is needed.
      const command = new UpdateItemCommand({
        TableName: table,
        Key: { pk: { S: key } },
        UpdateExpression: 'ADD hits :one SET expiresAt = :end',
        ExpressionAttributeValues: { ':one': { N: '1' }, ':end': { N: String(expiresAt) } },
        ReturnValues: 'UPDATED_NEW',
      });
      const database = await connected;
      const { Attributes } = await trace('DynamoDB', { namespace: 'aws', operation: 'UpdateItem' }, () =>
        database.send(command, untilDeadline()),
      );
      return Number(Attributes?.hits?.N);
    },
  };
}

/** Counting is worth half a second, twice: whoever waits longer is answered uncounted. */
export async function defaultClient(): Promise<DynamoDBClient> {
  const { DynamoDBClient } = await import('./dynamodb-client.ts');
  return new DynamoDBClient({
    maxAttempts: 2,
    // Without the last one the SDK only warns of a request that takes too long, and goes on waiting.
    requestHandler: { connectionTimeout: 500, requestTimeout: 500, throwOnRequestTimeout: true },
  });
}
