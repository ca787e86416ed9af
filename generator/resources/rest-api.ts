/**
 * A REST API that hands every request to one alias: the root, and `{proxy+}` for all below it, which does not match the
 * root. A deployment is a snapshot that CloudFormation does not renew by itself, so its logical id derives from what it
 * shows.
 */
import type { Environment } from '../../environments/index.ts';
import { aws, getAtt, ref, sub } from '../cloudformation/expression.ts';
import { fingerprint } from '../cloudformation/fingerprint.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { functionName } from '../names.ts';
import { logGroup } from './log-group.ts';

type RestApi = Resource<'AWS::ApiGateway::RestApi'>;

export interface Gateway {
  readonly api: RestApi;
  readonly stage: Resource<'AWS::ApiGateway::Stage'>;
}

/** Metrics know an API by its name, so it is unique in the account. */
export function restApi(template: Template, { name }: Environment): RestApi {
  return template.add('RestApi', {
    Type: 'AWS::ApiGateway::RestApi',
    Properties: {
      Name: functionName(name),
      EndpointConfiguration: { Types: ['REGIONAL'], IpAddressType: 'dualstack' },
      // Whatever a client sends reaches the function as it was sent.
      BinaryMediaTypes: ['*/*'],
    },
  });
}

export function publishedStage(
  template: Template,
  environment: Environment,
  api: RestApi,
  alias: Resource<'AWS::Lambda::Alias'>,
): Gateway['stage'] {
  const { name, tier, tracing } = environment;
  const { throttle, cacheGB } = environment.api;
  const proxy = template.add('ProxyResource', {
    Type: 'AWS::ApiGateway::Resource',
    Properties: { RestApiId: ref(api), ParentId: getAtt(api, 'RootResourceId'), PathPart: '{proxy+}' },
  });
  const methods = [
    proxyMethod(template, 'RootMethod', api, getAtt(api, 'RootResourceId'), alias),
    proxyMethod(template, 'ProxyMethod', api, ref(proxy), alias),
  ];
  const responses = errorResponses(template, environment, api);
  const shown = [api, proxy, ...methods, ...responses];
  const deployment = template.add(`Deployment${fingerprint(shown.map(({ declaration }) => declaration.Properties))}`, {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: [...methods, ...responses],
    Properties: { RestApiId: ref(api) },
  });

  const accessLogs = logGroup(template, 'AccessLogGroup', `/aws/apigateway/${functionName(name)}`, tier);
  // The name is API Gateway's choice; it would make the group itself.
  const executionLogs = logGroup(
    template,
    'ExecutionLogGroup',
    sub`API-Gateway-Execution-Logs_${ref(api)}/${name}`,
    tier,
  );
  template.add('GatewayPermission', {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      // On the alias: a permission on the function does not cover what is called by its alias.
      FunctionName: ref(alias),
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: sub`arn:${aws.partition}:execute-api:${aws.region}:${aws.accountId}:${ref(api)}/*`,
    },
  });
  return template.add('Stage', {
    Type: 'AWS::ApiGateway::Stage',
    DependsOn: [executionLogs],
    Properties: {
      RestApiId: ref(api),
      DeploymentId: ref(deployment),
      StageName: name,
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: throttle.ratePerSecond,
          ThrottlingBurstLimit: throttle.burst,
          LoggingLevel: 'ERROR',
          // Whole requests, with their cookies and what people typed: never.
          DataTraceEnabled: false,
          MetricsEnabled: false,
          ...(cacheGB !== undefined && { CachingEnabled: true, CacheDataEncrypted: true }),
        },
      ],
      CacheClusterEnabled: cacheGB !== undefined,
      ...(cacheGB !== undefined && { CacheClusterSize: String(cacheGB) }),
      AccessLogSetting: { DestinationArn: getAtt(accessLogs, 'Arn'), Format: JSON.stringify(accessLog) },
      TracingEnabled: tracing,
    },
  });
}

function proxyMethod(
  template: Template,
  id: string,
  api: RestApi,
  resourceId: ReturnType<typeof ref>,
  alias: Resource<'AWS::Lambda::Alias'>,
) {
  return template.add(id, {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: ref(api),
      ResourceId: resourceId,
      HttpMethod: 'ANY',
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'AWS_PROXY',
        // How API Gateway calls Lambda, whichever method the client chose.
        IntegrationHttpMethod: 'POST',
        Uri: sub`arn:${aws.partition}:apigateway:${aws.region}:lambda:path/2015-03-31/functions/${ref(alias)}/invocations`,
        // The most there is without a raised quota.
        TimeoutInMillis: 29_000,
      },
    },
  });
}

/**
 * What the gateway itself answers (throttled, too large, no function) never reaches the application, which says CORS
 * for everything else. Without these headers a browser hides even the status.
 */
function errorResponses(template: Template, { api: { corsOrigins } }: Environment, api: RestApi) {
  const [only, ...others] = corsOrigins;
  // A header cannot hold two origins. What the gateway says is the same for everybody, so any may read it.
  const origin = others.length === 0 ? `'${only}'` : 'method.request.header.Origin';
  return (['DEFAULT_4XX', 'DEFAULT_5XX'] as const).map((type) =>
    template.add(type === 'DEFAULT_4XX' ? 'ClientErrorResponse' : 'ServerErrorResponse', {
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: {
        RestApiId: ref(api),
        ResponseType: type,
        ResponseParameters: {
          'gatewayresponse.header.Access-Control-Allow-Origin': origin,
          'gatewayresponse.header.Access-Control-Allow-Credentials': "'true'",
          'gatewayresponse.header.Vary': "'Origin'",
        },
      },
    }),
  );
}

const accessLog = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  responseLength: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integration.latency',
  integrationStatus: '$context.integration.status',
  error: '$context.error.message',
  userAgent: '$context.identity.userAgent',
};
