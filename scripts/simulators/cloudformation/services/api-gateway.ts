/** API Gateway: GetStage, of the stages that the account's stacks made. */
import type { Account } from '../state.ts';
import { actual, find } from './functions.ts';
import { fault } from './lambda.ts';
import { type ServiceAnswer, type ServiceRequest, segments } from './service.ts';

export function apiGateway(account: Account, { method, url }: ServiceRequest): ServiceAnswer {
  const [kind, id, part, stageName, ...rest] = segments(url);
  if (method !== 'GET' || kind !== 'restapis' || part !== 'stages' || stageName === undefined || rest.length > 0)
    return fault(400, 'NotSimulated', `This simulator does not simulate ${method} ${url.pathname}.`);
  const found = find(
    account,
    ({ type, live, properties }) =>
      type === 'AWS::ApiGateway::Stage' &&
      live !== null &&
      properties.RestApiId === id &&
      properties.StageName === stageName,
  );
  if (!found) return fault(404, 'NotFoundException', 'Invalid stage identifier specified');
  return { status: 200, body: JSON.stringify({ stageName, deploymentId: actual(found[1]).DeploymentId }) };
}
