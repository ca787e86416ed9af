/**
 * What has to be called the same by stacks that hand nothing on to each other: those of an environment, and the one of
 * the account, which a person deploys once, with rights that nobody else has.
 */
import type { EnvironmentName, Tier, TierName } from '../environments/index.ts';
import { aws, type Expression, sub } from './cloudformation/expression.ts';

export type Image = 'lambda' | 'importer';

export const repositoryName = (image: Image) => `coalition-builder-${image}`;

/** By digest: a tag could be moved, and CloudFormation would see no difference. */
export const imageUri = (image: Image, digest: string): Expression =>
  sub`${aws.accountId}.dkr.ecr.${aws.region}.${aws.urlSuffix}/${repositoryName(image)}@${digest}`;

/** Bucket names are one name space for all of AWS. */
export const deploymentsBucketName = sub`coalition-builder-deployments-${aws.accountId}-${aws.region}`;

/** The folder of that bucket in which a tier keeps Census files; what one tier stores, the other never imports. */
export const importCacheFolder = (tier: Tier) => `tiger/${tier.name}`;

/** The most that any role of a tier may do. Every role names its tier's, or the account refuses to make the role. */
export const boundaryName = (tier: Tier) => `coalition-builder-boundary-${tier.name}`;
export const boundaryArn = (tier: Tier): Expression =>
  sub`arn:${aws.partition}:iam::${aws.accountId}:policy/${boundaryName(tier)}`;

export const functionName = (environment: EnvironmentName) => `coalition-${environment}`;
export const jobsFunctionName = (environment: EnvironmentName) => `coalition-${environment}-jobs`;
export const outboundFunctionName = (environment: EnvironmentName) => `${functionName(environment)}-outbound`;
export const keepWarmRuleName = (environment: EnvironmentName) => `${functionName(environment)}-keep-warm`;
/** Versions are published behind it; whoever calls the function calls this. */
export const aliasName = 'live';

export const importName = 'coalition-builder-geodata-import';

/** The names that are promised stay bare in production, and are suffixed where an account would hold them twice. */
export const suffixed = (name: string, owner: EnvironmentName | TierName) =>
  owner === 'production' ? name : `${name}-${owner}`;

export const databaseSecretName = (environment: EnvironmentName) => `coalition-builder-${environment}-database`;
export const instanceIdentifier = (tier: Tier) => `coalition-builder-${tier.name}`;
export const rateLimitsTableName = (tier: Tier) => suffixed('coalition-builder-rate-limits', tier.name);

/** Where the application's own numbers are, by environment (`api/telemetry/metrics.ts`). */
export const applicationNamespace = 'CoalitionBuilder';

/** What GitHub calls a job that may deploy to an environment, and the role that it takes on. */
export const deployContext = (environment: EnvironmentName) => `environment:${environment}`;
export const deployRoleName = (environment: EnvironmentName) => `coalition-builder-deploy-${environment}`;

/** The output of the stack `bootstrap` that names the role with which CloudFormation changes what a tier has. */
export function executionRoleOutput(tier: string): `${string}ExecutionRoleArn` {
  return `${tier}ExecutionRoleArn`;
}
