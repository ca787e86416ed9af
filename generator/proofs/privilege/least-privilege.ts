/** Nobody may do more than is needed, and everybody may do as much: of programs, of workflows, of policies, of callers. */
import type { Platform } from '../../platform/platform.ts';
import type { Proof } from '../proof.ts';
import { accountRoleClaims } from './account-roles.ts';
import { type Needs, needs as recorded } from './calls.ts';
import { invokerClaims } from './invokers.ts';
import { policyClaims } from './policies.ts';
import { programClaims } from './programs.ts';

export async function leastPrivilege(platform: Platform, needs: Needs = recorded): Promise<Proof> {
  return {
    name: 'Least privilege',
    claims: [
      ...(await programClaims(platform, needs)),
      ...(await accountRoleClaims(platform)),
      ...(await policyClaims(platform)),
      ...invokerClaims(platform),
    ],
  };
}
