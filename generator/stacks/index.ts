/** Every stack, in the order of deployment: after those whose outputs it takes. */
import type { Stack } from '../cloudformation/stack.ts';
import { database } from './database.ts';
import { network } from './network.ts';
import { rateLimits } from './rate-limits.ts';

export const stacks: readonly Stack[] = [network, database, rateLimits];
