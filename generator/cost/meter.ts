/** What a meter is: it reads one kind of resource, and says how much of what it uses in a month. */
import { type Place, type Platform, type PlatformStack, targets } from '../platform/platform.ts';
import type { EnvironmentUse, Workload } from './workload.ts';

export interface Charge {
  /** A key of the price list. */
  readonly price: string;
  /** In the price's unit. */
  readonly quantity: number;
  /** What it is, for a person: `db.t3.small`. */
  readonly what: string;
}

export interface Use {
  readonly platform: Platform;
  readonly workload: Workload;
}

/** @throws UnknownUse where the templates or the workload do not say enough: it is never guessed */
export type Meter = (place: Place, use: Use) => readonly Charge[];

/** Why something cannot be priced. */
export class UnknownUse extends Error {}

/** The use of the environment that a stack belongs to. */
export function environmentUse({ workload }: Use, environment: string): EnvironmentUse {
  const found = workload.environments[environment];
  if (!found) throw new UnknownUse(`the workload says nothing about the environment ${environment}`);
  return found;
}

export function tierUse({ workload }: Use, { owner }: PlatformStack) {
  const found = workload.tiers[owner];
  if (!found) throw new UnknownUse(`the workload says nothing about the tier ${owner}`);
  return found;
}

/** The environments whose stacks take something from this place: those of its tier. */
export function environmentsUsing({ platform }: Use, place: Place): readonly string[] {
  const users = platform.stacks
    .filter(({ scope }) => scope === 'environment')
    .filter((stack) =>
      Object.keys(stack.template.Parameters ?? {}).some((name) =>
        targets(platform, stack, { Ref: name }).some((target) => target.place === place),
      ),
    );
  return [...new Set(users.map(({ owner }) => owner))];
}

export function numberOf(value: unknown, fallback?: number): number {
  const number = value === undefined ? fallback : Number(value);
  if (number === undefined || Number.isNaN(number)) throw new UnknownUse(`${JSON.stringify(value)} is no number`);
  return number;
}

/** A million of what is counted one by one. */
export const million = 1_000_000;
export const thousand = 1000;
export const secondsPerHour = 3600;
