/** Whether API Gateway has a stage for the environment, and may call what stands behind it. */
import type { Environment } from '../../../environments/index.ts';
import { aliasName, functionName } from '../../../generator/names.ts';
import { connectApiGateway } from '../../aws/api-gateway.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import type { Session } from '../../deploy/session.ts';
import { Finding, type Found } from './examination.ts';

const apiId = ({ Outputs = [] }: Stack) =>
  Outputs.find(({ OutputKey }) => OutputKey === 'RestApiId')?.OutputValue ?? '';

export async function publishedStage(
  { region, signal }: Session,
  { name }: Environment,
  cdn: Stack,
): Promise<Found<string>> {
  const gateway = await connectApiGateway({ region });
  const restApiId = apiId(cdn);
  try {
    const { deploymentId } = await gateway.getStage({ restApiId, stageName: name }, { abortSignal: signal });
    if (!deploymentId)
      throw new Finding(`The stage ${name} shows no deployment.`, `npm run deploy -- ${name} --stack api`);
    return { found: `${restApiId}/${name} shows deployment ${deploymentId}`, value: restApiId };
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException')
      throw new Finding(
        `The API ${restApiId} has no stage ${name}: whoever asks is answered 403.`,
        `Deploy it again: npm run deploy -- ${name} --stack api`,
      );
    throw error;
  } finally {
    gateway.destroy();
  }
}

/** The permission is the alias's own: one on the function does not cover what is called by its alias. */
export async function gatewayMayCall(session: Session, { name }: Environment, cdn: Stack): Promise<Found<true>> {
  const own = `${functionName(name)}:${aliasName}`;
  const sources = await allowedSources(session, functionName(name));
  const wanted = `:${apiId(cdn)}/`;
  const source = sources.find((arn) => arn.includes(wanted));
  if (source === undefined)
    throw new Finding(
      `Nothing allows API Gateway to call ${own} for the API ${apiId(cdn)}${sources.length > 0 ? `, only for ${sources.join(', ')}` : ''}: whoever asks is answered 500.`,
      `Deploy it again, which says so anew: npm run deploy -- ${name} --stack api`,
    );
  return { found: `${own} may be called by ${source}`, value: true };
}

async function allowedSources(session: Session, FunctionName: string): Promise<readonly string[]> {
  const lambda = await session.lambda();
  try {
    const { Policy = '{}' } = await lambda.getPolicy(
      { FunctionName, Qualifier: aliasName },
      { abortSignal: session.signal },
    );
    const { Statement = [] } = JSON.parse(Policy) as { readonly Statement?: readonly Permission[] };
    return Statement.filter(
      ({ Effect, Principal }) => Effect === 'Allow' && Principal?.Service === 'apigateway.amazonaws.com',
    ).map(({ Condition }) => Condition?.ArnLike?.['AWS:SourceArn'] ?? 'anything');
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return [];
    throw error;
  }
}

interface Permission {
  readonly Effect: string;
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: { readonly ArnLike?: { readonly 'AWS:SourceArn'?: string } };
}
