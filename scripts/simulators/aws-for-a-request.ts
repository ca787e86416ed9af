/**
 * As much of Secrets Manager and DynamoDB as one request of the API asks for, over AWS's own wire protocol: secrets that
 * a test writes down, and a counter that counts. Nothing is signed for; `moto` knows the services properly.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SimulatedAws extends AsyncDisposable {
  readonly url: string;
  /** By ARN, those to come by `<ARN> AWSPENDING`; a test may change them at any time. */
  readonly secrets: Map<string, string>;
  /** `Service.Operation` of every request so far. */
  readonly requests: string[];
  /** While true, requests are taken and never answered. */
  hangs: boolean;
}

export async function simulatedAws(secrets: Readonly<Record<string, string>> = {}): Promise<SimulatedAws> {
  const hits = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']);
    aws.requests.push(operation);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (aws.hangs) return;
    const { SecretId = '', VersionStage, Key } = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    if (operation.endsWith('.GetSecretValue')) {
      const secret = aws.secrets.get(VersionStage === undefined ? SecretId : `${SecretId} ${VersionStage}`);
      response.statusCode = secret === undefined ? 400 : 200;
      response.end(
        JSON.stringify(
          secret === undefined
            ? { __type: 'ResourceNotFoundException', Message: 'There is none.' }
            : { SecretString: secret },
        ),
      );
    } else {
      const counted = (hits.get(Key?.pk?.S) ?? 0) + 1;
      hits.set(Key?.pk?.S, counted);
      response.end(JSON.stringify({ Attributes: { hits: { N: String(counted) } } }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const aws: SimulatedAws = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets: new Map(Object.entries(secrets)),
    requests: [],
    hangs: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return aws;
}
