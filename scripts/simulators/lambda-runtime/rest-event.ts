/**
 * Events as a REST API with a proxy integration sends them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
export interface RestRequest {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Text is sent as it is, bytes as base64. */
  readonly body?: string | Uint8Array;
  readonly sourceIp?: string;
}

/** @param path as in the request line, still percent-encoded */
export function restEvent(
  method: string,
  path: string,
  { headers = {}, query = {}, body, sourceIp = '203.0.113.9' }: RestRequest = {},
) {
  const named = {
    Host: 'api.example.org',
    'X-Forwarded-For': `${sourceIp}, 192.0.2.7`,
    'X-Forwarded-Proto': 'https',
    ...headers,
  };
  const isText = body === undefined || typeof body === 'string';
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: last(named),
    multiValueHeaders: lists(named),
    queryStringParameters: Object.keys(query).length > 0 ? last(query) : null,
    multiValueQueryStringParameters: Object.keys(query).length > 0 ? lists(query) : null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '111122223333',
      apiId: 'a1b2c3d4e5',
      httpMethod: method,
      identity: { sourceIp, userAgent: null },
      path: `/simulated${path}`,
      protocol: 'HTTP/1.1',
      requestId: '8f1c5b6e-0000-4000-8000-000000000000',
      resourcePath: '/{proxy+}',
      stage: 'simulated',
    },
    body: isText ? (body ?? null) : Buffer.from(body).toString('base64'),
    isBase64Encoded: !isText,
  };
}

/** A gateway names a header or a parameter that is repeated twice: its last value here, all of them there. */
function last(fields: Readonly<Record<string, string | readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, [values].flat().at(-1) ?? '']));
}

function lists(fields: Readonly<Record<string, string | readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, [values].flat() as string[]]));
}

/** An answer as the gateway reads it. */
export interface RestAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}
