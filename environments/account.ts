/** Where everything lives. One AWS account holds both tiers. */
import type { AccountDefinition } from './definition.ts';

export const account: AccountDefinition = {
  region: 'us-east-1',
};
