/** The log groups of an environment, and the stack that makes each. */
import type { Environment } from '../../../environments/index.ts';
import {
  functionName,
  importName,
  instanceIdentifier,
  jobsFunctionName,
  outboundFunctionName,
  suffixed,
} from '../../../generator/names.ts';
import { fetchedHosts } from '../../../generator/resources/outbound-function.ts';
import { connect } from '../../aws/cloudformation.ts';
import { describe } from '../../deploy/stack-state.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';

export interface Source {
  /** As lines name it. */
  readonly name: 'api' | 'jobs' | 'outbound' | 'gateway' | 'import' | 'database';
  readonly group: string;
  readonly stack: 'api' | 'jobs' | 'geodata-import' | 'database';
}

export type Wanted = Readonly<Record<'jobs' | 'gateway' | 'import' | 'database', boolean>>;

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
    // Nobody calls it but the others, and what it cannot reach they only see as an answer.
    ...(wanted.jobs && fetchedHosts(tier).length > 0
      ? [{ name: 'outbound', group: `/aws/lambda/${outboundFunctionName(name)}`, stack: 'jobs' } as const]
      : []),
    ...(wanted.gateway ? await gateway(environment, signal) : []),
    ...(wanted.import
      ? [{ name: 'import', group: `/ecs/${suffixed(importName, tier.name)}`, stack: 'geodata-import' } as const]
      : []),
    ...(wanted.database ? [database(environment)] : []),
  ];
  return sources.length > 0 ? sources : [lambda('api', functionName(name))];
}

function database({ tier }: Environment): Source {
  if (tier.database.mode === 'external')
    throw new OperationError('The database is elsewhere, and so is its log.', 'Leave out --database.', exitCode.usage);
  return { name: 'database', group: `/aws/rds/instance/${instanceIdentifier(tier)}/postgresql`, stack: 'database' };
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
