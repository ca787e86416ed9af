/** What a proof is: claims about the templates, each with what shows it, or with every place that contradicts it. */
import type { Place, PlatformStack } from '../platform/platform.ts';

export interface Proof {
  readonly name: string;
  readonly claims: readonly Claim[];
}

export interface Claim {
  /** What is said to hold: `coalition-production reaches PostgreSQL`. */
  readonly says: string;
  /** By what it holds, for a reader: `app subnets, 5432 from AppSecurityGroup to DataSecurityGroup`. */
  readonly shown: string;
  /** Whose it is: stacks of an environment's own, of its tier, or of the account. */
  readonly owner: string;
  /** Empty where the claim holds. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  /** `environments/production/api.yaml Function`, relative to `templates/`. */
  readonly where: string;
  readonly what: string;
}

export function at({ stack, id }: Place, what: string): Finding {
  return { where: `${stack.path} ${id}`, what };
}

export function within({ path }: PlatformStack, what: string): Finding {
  return { where: path, what };
}

/** A claim that one sentence about each place either confirms or contradicts. */
export function claim(
  owner: string,
  says: string,
  shown: string,
  ...findings: readonly (Finding | false | undefined | readonly (Finding | false | undefined)[])[]
): Claim {
  const contradictions = findings.flat().filter((finding): finding is Finding => Boolean(finding));
  return { owner, says, shown, findings: contradictions };
}

export function holds({ claims }: Proof): boolean {
  return claims.every(({ findings }) => findings.length === 0);
}
