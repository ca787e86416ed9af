/** The log groups of an environment, and the stack that makes each. */
import type { Environment } from '../../../environments/index.ts';
import { functionName, importName, jobsFunctionName, suffixed } from '../../../generator/names.ts';
import { connect } from '../../aws/cloudformation.ts';
import { describe } from '../../deploy/stack-state.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';

export interface Source {
  /** As lines name it. */
  readonly name: 'api' | 'jobs' | 'gateway' | 'import';
  readonly group: string;
  readonly stack: 'api' | 'jobs' | 'geodata-import';
}

export type Wanted = Readonly<Record<'jobs' | 'gateway' | 'import', boolean>>;

/** The function's own where none is wanted. @throws OperationError (2) where API Gateway's cannot be named yet */
export async function sourcesOf(
  environment: Environment,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<readonly Source[]> {
  const { name, tier } = environment;
  const lambda = (own: 'api' | 'jobs', called: string): Source => ({
    name: own,
    group: `/aws/lambda/${called}`,
    stack: own,
  });
  const sources = [
    ...(wanted.jobs ? [lambda('jobs', jobsFunctionName(name))] : []),
    ...(wanted.gateway ? await gateway(environment, signal) : []),
    ...(wanted.import
      ? [{ name: 'import', group: `/ecs/${suffixed(importName, tier.name)}`, stack: 'geodata-import' } as const]
      : []),
  ];
  return sources.length > 0 ? sources : [lambda('api', functionName(name))];
}

/** Who asked what, and what went wrong before a function was reached: API Gateway keeps two logs. */
async function gateway({ name, account }: Environment, signal: AbortSignal): Promise<readonly Source[]> {
  const stackName = `coalition-builder-${name}-cdn`;
  const aws = await connect({ region: account.region });
  try {
    const stack = await describe({ aws, signal }, stackName);
    const id = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'RestApiId')?.OutputValue;
    if (id === undefined)
      throw new OperationError(
        `${stackName} ${stack ? 'has no output RestApiId' : 'is not deployed'}, so API Gateway has no log yet.`,
        `npm run deploy -- ${name}`,
        exitCode.usage,
      );
    return [
      { name: 'gateway', group: `/aws/apigateway/${functionName(name)}`, stack: 'api' },
      { name: 'gateway', group: `API-Gateway-Execution-Logs_${id}/${name}`, stack: 'api' },
    ];
  } finally {
    aws.destroy();
  }
}
