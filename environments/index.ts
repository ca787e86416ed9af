/** The environments, put together from their files and validated. */
import { account } from './account.ts';
import {
  type AccountDefinition,
  definition,
  type EnvironmentDefinition,
  type EnvironmentName,
  type EnvironmentSettings,
  environmentNames,
  type TierDefinition,
  type TierName,
  type TierSettings,
} from './definition.ts';
import { development } from './development.ts';
import { production } from './production.ts';
import { DefinitionError, refusal } from './refusals.ts';
import { staging } from './staging.ts';
import { nonproduction } from './tiers/nonproduction.ts';
import { production as productionTier } from './tiers/production.ts';

export { type AccountDefinition, type EnvironmentName, environmentNames, type TierName } from './definition.ts';
export { DefinitionError } from './refusals.ts';

export interface Tier extends TierSettings {
  readonly name: TierName;
  /** Those that use this tier, in the order of `environmentNames`. */
  readonly environments: readonly EnvironmentName[];
}

export interface Environment extends Omit<EnvironmentSettings, 'tier'> {
  readonly name: EnvironmentName;
  readonly account: AccountDefinition;
  readonly tier: Tier;
}

export type Environments = Readonly<Record<EnvironmentName, Environment>>;

export const environments: Environments = assemble({
  account,
  tiers: { nonproduction, production: productionTier } satisfies Record<TierName, TierDefinition>,
  environments: { development, staging, production } satisfies Record<EnvironmentName, EnvironmentDefinition>,
});

/** @throws DefinitionError that lists the known names (exit code 2) */
export function environment(name: string): Environment {
  const known = environmentNames.find((candidate) => candidate === name);
  if (known) return environments[known];
  throw new DefinitionError(`There is no environment "${name}".`, `Known are ${environmentNames.join(', ')}.`);
}

/**
 * Validates everything at once and joins each environment with its tier.
 * @throws DefinitionError with every fault in it
 */
export function assemble(read: unknown): Environments {
  const result = definition.safeParse(read);
  if (!result.success) throw refusal(result.error, read);
  const { data } = result;
  const tierOf = (name: TierName): Tier => ({
    ...data.tiers[name],
    name,
    environments: environmentNames.filter((candidate) => data.environments[candidate].tier === name),
  });
  const tiers = { nonproduction: tierOf('nonproduction'), production: tierOf('production') };
  const join = (name: EnvironmentName): Environment => ({
    ...data.environments[name],
    name,
    account: data.account,
    tier: tiers[data.environments[name].tier],
  });
  return { development: join('development'), staging: join('staging'), production: join('production') };
}

/** The origins of the pages that may call the API and upload from a browser. */
export function browserOrigins({ siteUrl, api }: Environment): readonly string[] {
  return [siteUrl, ...api.corsOrigins];
}
