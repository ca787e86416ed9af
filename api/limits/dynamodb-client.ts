/** What we use of the client. Imported by itself, so that a bundle has nothing else of it: it is a part of a cold start. */
export { DescribeTableCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
