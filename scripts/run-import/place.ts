/** Where an import runs: the cluster, task definition and network that the stack `geodata-import` has made. */
import type { Environment, EnvironmentName } from '../../environments/index.ts';
import { pascalCase } from '../../generator/cloudformation/stack.ts';
import type { CloudFormation, Stack } from '../aws/cloudformation.ts';
import { isValidationError } from '../deploy/errors.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { RunImportError } from './errors.ts';

/** The outputs of `generator/stacks/geodata-import.ts` that are read here, by their names in its template. */
export const outputNames = (environment: EnvironmentName) =>
  ({
    cluster: 'ClusterName',
    // Each environment of a tier has a task of its own, which knows the way into its database.
    taskDefinition: `${pascalCase(environment)}TaskDefinitionArn`,
    subnets: 'SubnetIds',
    securityGroup: 'SecurityGroupId',
    logGroup: 'LogGroupName',
  }) as const;

/** What the container is called there; its log streams are `<prefix>/<container>/<task>`, with the same word twice. */
export const container = 'import';

export interface Place {
  readonly environment: EnvironmentName;
  readonly region: string;
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly subnets: readonly string[];
  readonly securityGroup: string;
  readonly logGroup: string;
}

export function stackNameOf({ tier }: Environment): string {
  return `coalition-builder-${tier.name}-geodata-import`;
}

/**
 * Asks CloudFormation.
 * @throws RunImportError (2) where the stack is not deployed, or not with these outputs
 */
export async function findPlace(aws: CloudFormation, environment: Environment, signal: AbortSignal): Promise<Place> {
  const name = { StackName: stackNameOf(environment) };
  const { Stacks = [] } = await aws
    .describeStacks(name, { abortSignal: signal })
    .catch((error: unknown): { Stacks?: Stack[] } => {
      // There is no error code of its own for it.
      if (isValidationError(error) && error.message.includes('does not exist')) return {};
      throw error;
    });
  return placeOf(environment, Stacks[0]);
}

/** @param stack undefined where it is not deployed */
export function placeOf(environment: Environment, stack: Stack | undefined): Place {
  const stackName = stackNameOf(environment);
  const remedy = `npm run deploy -- ${environment.name} --stack geodata-import`;
  if (!stack) throw new RunImportError(`${stackName} is not deployed.`, remedy, exitCode.usage);
  const outputs = new Map(stack.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  const names = outputNames(environment.name);
  const missing = Object.values(names).filter((name) => !outputs.get(name));
  if (missing.length > 0)
    throw new RunImportError(`${stackName} has no output ${missing.join(', ')}.`, remedy, exitCode.usage);
  const output = (key: keyof typeof names) => outputs.get(names[key]) ?? '';
  return {
    environment: environment.name,
    region: environment.account.region,
    cluster: output('cluster'),
    taskDefinition: output('taskDefinition'),
    subnets: output('subnets').split(','),
    securityGroup: output('securityGroup'),
    logGroup: output('logGroup'),
  };
}
