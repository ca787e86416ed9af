/** Of the table that counts. A module of its own, because the job that asks for it is granted more than the API is. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defaultClient } from './dynamodb.ts';

/** How many items DynamoDB says the table has; it counts them every six hours or so. */
export async function describedItemCount(
  table: string,
  client: () => Promise<DynamoDBClient> = defaultClient,
): Promise<number> {
  const { DescribeTableCommand } = await import('./dynamodb-client.ts');
  const { Table } = await (await client()).send(new DescribeTableCommand({ TableName: table }));
  return Table?.ItemCount ?? 0;
}
