/**
 * A REST API that hands every request to one alias: the root, and `{proxy+}` for all below it, which does not match the
 * root. A deployment is a snapshot that CloudFormation does not renew by itself, so its logical id derives from what it
 * shows.
 */
import { browserOrigins, type Environment } from '../../environments/index.ts';
import { aws, type Expression, getAtt, type Reference, ref, sub } from '../cloudformation/expression.ts';
import { fingerprint } from '../cloudformation/fingerprint.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { functionName } from '../names.ts';
import { accepted } from './accepted.ts';
import { logGroup } from './log-group.ts';

/** What stands behind the address. */
interface Gateway {
  readonly restApiId: Reference;
  readonly rootResourceId: Expression;
}

/** Whatever a client sends reaches the function as it was sent. A deployment freezes this, too. */
const BinaryMediaTypes = ['*/*'];

/** The address alone: nothing answers there yet. Metrics know an API by its name, so it is unique in the account. */
export function restApi(template: Template, { name }: Environment): Resource<'AWS::ApiGateway::RestApi'> {
  return template.add('RestApi', {
    Type: 'AWS::ApiGateway::RestApi',
    Properties: {
      Name: functionName(name),
      EndpointConfiguration: { Types: ['REGIONAL'], IpAddressType: 'dualstack' },
      BinaryMediaTypes,
    },
  });
}

export function publishedStage(
  template: Template,
  environment: Environment,
  { restApiId: RestApiId, rootResourceId }: Gateway,
  alias: Resource<'AWS::Lambda::Alias'>,
): Resource<'AWS::ApiGateway::Stage'> {
  const { name, tier, tracing } = environment;
  const { throttle } = environment.api;
  const proxy = template.add('ProxyResource', {
    Type: 'AWS::ApiGateway::Resource',
    Properties: { RestApiId, ParentId: rootResourceId, PathPart: '{proxy+}' },
  });
  const methods = [
    proxyMethod(template, 'RootMethod', RestApiId, rootResourceId, alias),
    proxyMethod(template, 'ProxyMethod', RestApiId, ref(proxy), alias),
  ];
  const responses = errorResponses(template, environment, RestApiId);
  const shown = [proxy, ...methods, ...responses].map(({ declaration }) => declaration.Properties);
  const deployment = template.add(`Deployment${fingerprint([BinaryMediaTypes, shown])}`, {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: [...methods, ...responses],
    Properties: { RestApiId },
  });

  const accessLogs = logGroup(template, 'AccessLogGroup', `/aws/apigateway/${functionName(name)}`, tier);
  // The name is API Gateway's choice; it would make the group itself.
  const executionLogs = logGroup(
    template,
    'ExecutionLogGroup',
    sub`API-Gateway-Execution-Logs_${RestApiId}/${name}`,
    tier,
  );
  template.add('GatewayPermission', {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      // On the alias: a permission on the function does not cover what is called by its alias.
      FunctionName: ref(alias),
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: sub`arn:${aws.partition}:execute-api:${aws.region}:${aws.accountId}:${RestApiId}/*`,
    },
  });
  return template.add('Stage', {
    Type: 'AWS::ApiGateway::Stage',
    Ignore: accepted('CKV_AWS_73', 'CKV_AWS_120'),
    DependsOn: [executionLogs],
    Properties: {
      RestApiId,
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
          // Of each method, that is, and paid for; those of the stage are there anyway.
          MetricsEnabled: false,
        },
      ],
      // Its key would be the parameters that a method declares, and `{proxy+}` declares none: one answer for all paths.
      CacheClusterEnabled: false,
      AccessLogSetting: { DestinationArn: getAtt(accessLogs, 'Arn'), Format: JSON.stringify(accessLog) },
      TracingEnabled: tracing,
    },
  });
}

function proxyMethod(
  template: Template,
  id: string,
  RestApiId: Expression,
  ResourceId: Expression,
  alias: Resource<'AWS::Lambda::Alias'>,
) {
  return template.add(id, {
    Type: 'AWS::ApiGateway::Method',
    Ignore: accepted('CKV_AWS_59'),
    Properties: {
      RestApiId,
      ResourceId,
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
function errorResponses(template: Template, environment: Environment, RestApiId: Expression) {
  const [only, ...others] = browserOrigins(environment);
  // A header cannot hold two origins. What the gateway says is the same for everybody, so any may read it.
  const origin = others.length === 0 ? `'${only}'` : 'method.request.header.Origin';
  return (['DEFAULT_4XX', 'DEFAULT_5XX'] as const).map((type) =>
    template.add(type === 'DEFAULT_4XX' ? 'ClientErrorResponse' : 'ServerErrorResponse', {
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: {
        RestApiId,
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

/** Without the path: it may hold the token that lets a person at their endorsement. The function's log has the route. */
const accessLog = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  status: '$context.status',
  responseLength: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integration.latency',
  integrationStatus: '$context.integration.status',
  error: '$context.error.message',
  userAgent: '$context.identity.userAgent',
};
