/** What the clients of all services have in common: where they connect to, and that their errors are for people. */
import { cloudFormation, endpointVariable, explain, notTheService, type Service } from './errors.ts';

export interface Connection {
  readonly region: string;
  /** Wins over AWS_ENDPOINT_URL and what is said for one service, as AWS_ENDPOINT_URL_CLOUDFORMATION. */
  readonly endpoint?: string;
  /** Wins over the usual chain: variables, profile, role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What every client is made with. @param requestTimeout in milliseconds */
export function settingsOf({ region, endpoint, credentials }: Connection, requestTimeout: number) {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3000, requestTimeout, throwOnRequestTimeout: true },
  };
}

type MetadataBearer = { readonly $metadata: { readonly requestId?: string } };
type Handler = (input: never) => Promise<{ readonly output: unknown }>;

interface Client {
  readonly middlewareStack: {
    add(middleware: (next: Handler, context: { commandName?: string }) => Handler, options: object): void;
  };
}

/** @returns the client, whose errors a person can act on are `AwsError`s from then on */
export function explained<C extends object>(client: C, connection: Connection, service: Service): C {
  const endpoint = endpointOf(connection, service);
  (client as unknown as Client).middlewareStack.add(
    (next, { commandName = 'Command' }) =>
      async (input) => {
        const request = { operation: String(commandName).replace(/Command$/, ''), endpoint, service };
        try {
          const answer = await next(input);
          // The SDK makes an empty answer of whatever it cannot read.
          if (!(answer.output as MetadataBearer).$metadata.requestId) throw notTheService(request, 'no request id');
          return answer;
        } catch (error) {
          throw explain(error, request);
        }
      },
    // Outermost: an error that the SDK will retry is none yet.
    { step: 'initialize', priority: 'high', name: 'explainErrors' },
  );
  return client;
}

export function endpointOf({ endpoint, region }: Connection, service: Service = cloudFormation): string {
  return (
    endpoint ??
    process.env[endpointVariable(service)] ??
    process.env.AWS_ENDPOINT_URL ??
    `https://${service.prefix}.${region}.amazonaws.com`
  );
}

/** Whether requests stay on this machine: a simulator. */
export function isLocal(connection: Connection, service: Service = cloudFormation): boolean {
  return /^https?:\/\/(127\.|localhost|\[::1\])/.test(endpointOf(connection, service));
}
