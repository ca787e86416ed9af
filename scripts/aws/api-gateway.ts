/** The one place where the API Gateway client is made. */
import type { APIGateway } from '@aws-sdk/client-api-gateway';
import { type Connection, explained, settingsOf } from './connection.ts';

export type { APIGateway } from '@aws-sdk/client-api-gateway';

const service = { name: 'API Gateway', prefix: 'apigateway', variable: 'API_GATEWAY', actions: { GetStage: 'GET' } };

/** @returns the SDK's own client, whose errors a person can act on are `AwsError`s */
export async function connectApiGateway(connection: Connection): Promise<APIGateway> {
  const { APIGateway } = await import('@aws-sdk/client-api-gateway');
  return explained(new APIGateway(settingsOf(connection, 10_000)), connection, service);
}
