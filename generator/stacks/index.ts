/** Every stack of an environment, in the order of deployment: after those whose outputs it takes. */
import type { Tier } from '../../environments/index.ts';
import type { Stack } from '../cloudformation/stack.ts';
import { api } from './api.ts';
import { cdn } from './cdn.ts';
import { database } from './database.ts';
import { geodataImport } from './geodata-import.ts';
import { jobs } from './jobs.ts';
import { monitoring } from './monitoring.ts';
import { network } from './network.ts';
import { rateLimits } from './rate-limits.ts';
import { storage } from './storage.ts';

/** A database elsewhere is reached without a network of ours. */
export function stacksOf({ network: { vpc }, database: { mode } }: Tier): readonly Stack[] {
  const tier = [...(vpc ? [network] : []), ...(mode === 'rds' ? [database] : []), rateLimits, geodataImport];
  return [...tier, storage, cdn, jobs, api, monitoring];
}

/** What a tier has under other settings only. Who changes them has such stacks still. */
export function formerStacksOf(tier: Tier): readonly Stack[] {
  const present = stacksOf(tier);
  return [network, database].filter((stack) => !present.includes(stack));
}
