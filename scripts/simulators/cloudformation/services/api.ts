/** What stands behind API Gateway: a request reaches the version that the stage's alias points to now. */
import type { Account } from '../state.ts';
import { actual, find } from './functions.ts';
import type { ServiceAnswer, ServiceRequest } from './service.ts';

/** @param host `abc.execute-api.us-east-1.amazonaws.com`: the name that the request would have gone to */
export function api(account: Account, host: string, { method, url, headers: sent }: ServiceRequest): ServiceAnswer {
  const [id = ''] = host.split('.');
  const [stageName = '', ...rest] = url.pathname.split('/').slice(1);
  const found = find(
    account,
    ({ type, properties }) =>
      type === 'AWS::ApiGateway::Stage' &&
      String(properties.RestApiId).toLowerCase() === id &&
      properties.StageName === stageName,
  );
  if (!found) return { status: 403, body: '{"message":"Forbidden"}' };
  const [stack] = found;
  const alias = [...stack.resources.values()].find(({ type }) => type === 'AWS::Lambda::Alias');
  if (!alias) return { status: 502, body: '{"message": "Internal server error"}' };
  const { FunctionName, FunctionVersion } = actual(alias);
  const published = account.versions.get(String(FunctionName))?.find(({ number }) => number === FunctionVersion);
  const { status, body, headers } = account.serving({
    method,
    headers: sent,
    functionName: String(FunctionName),
    version: String(FunctionVersion),
    imageUri: published?.imageUri ?? '',
    path: `/${rest.join('/')}`,
  });
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}
