/** The Plan: what a deploy would do to an environment, as a frozen, versioned JSON value with a hash. */
import { createHash } from 'node:crypto';

/** Raised when a reader of an older Plan would misunderstand it. */
export const planVersion = 2;

export interface Plan {
  readonly version: typeof planVersion;
  readonly environment: string;
  readonly region: string;
  /** 12 digits; absent where no stack is there yet to tell it by. */
  readonly account?: string;
  /** Of the sources, to be found again; two commits may mean the same. */
  readonly commit?: string;
  /**
   * `templates`: compared with the committed templates of `base`, without asking AWS. `drift`: what is there compared with
   * what was deployed, whatever the templates say by now.
   */
  readonly source: 'change sets' | 'templates' | 'drift';
  readonly base?: string;
  /** What runs on it: no part of the hash, for code is reviewed as code. */
  readonly images: Readonly<Record<string, string>>;
  readonly stacks: readonly StackPlan[];
  /** Of everything above that matters. */
  readonly hash: string;
}

export interface StackPlan {
  readonly stack: string;
  readonly stackName: string;
  /** `templates/tiers/production/network.yaml` */
  readonly template: string;
  /** SHA-256 of the template with the placeholder release. */
  readonly templateDigest: string;
  /** `blocked`: it is not in a state that can be deployed to, or its changes cannot be told; `notes` say why. */
  readonly outcome: 'create' | 'update' | 'unchanged' | 'blocked';
  /** How bad it is where it is blocked. */
  readonly exitCode?: number;
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  /** Absent where nothing changes, or where it cannot be told: no part of the hash, for prices change by themselves. */
  readonly cost?: CostDelta;
  readonly notes: readonly string[];
  readonly hash: string;
}

/** USD a month more, negative where less, at list prices and the expected workload. */
export interface CostDelta {
  readonly monthlyUSD: number;
  /** Only those whose cost changes. */
  readonly resources: readonly { readonly logicalId: string; readonly monthlyUSD: number }[];
  readonly unpriced: readonly { readonly logicalId: string; readonly why: string }[];
}

/** CloudFormation's own actions, with a replacement told from an update; anything it may add later is `other`. */
export type Action =
  | 'add'
  | 'update'
  | 'replace'
  | 'may replace'
  | 'remove'
  | 'import'
  /** CloudFormation notes what somebody else has done; the resource stays as it is. */
  | 'note'
  /** CloudFormation cannot tell yet which of these it will be. */
  | 'undecided'
  | 'other';

/** `blocked` needs an entry in `allowedChanges` of environments/account.ts; the others are for the reader. */
export type Verdict = 'safe' | 'notice' | 'dangerous' | 'blocked';

export interface Change {
  readonly action: Action;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  /** What changes of it: `CidrBlock`, or an attribute such as `Metadata`. Sorted. */
  readonly properties: readonly string[];
  /** Each value below them that changes. Nothing of what is added. */
  readonly values: readonly ValueChange[];
  /** What becomes of the resource that goes away. */
  readonly old?: 'Delete' | 'Retain' | 'Snapshot';
  readonly verdict: Verdict;
  /** What somebody else has done to it since CloudFormation did, as a drift-aware change set tells. */
  readonly drift?: 'modified' | 'deleted';
  /** Why it is more than safe. */
  readonly reasons: readonly string[];
  /** It would be blocked, were it not allowed. */
  readonly allowed?: { readonly until: string; readonly reason: string };
  /** Only another image, and what follows from it: no part of the hash. */
  readonly release?: true;
  /** `templates/tiers/production/network.yaml:12`, where the template has it. */
  readonly source?: string;
  /** Where the generator writes it, nearest first: `generator/resources/vpc.ts:12`, `generator/stacks/network.ts:20`. */
  readonly definedAt?: readonly string[];
}

export interface ValueChange {
  /** `Environment.Variables.TABLE`, `Subnets[2]`; with `[+]` and `[-]` what a list gains and loses. */
  readonly path: string;
  /** As text; absent where there is none. */
  readonly before?: string;
  readonly after?: string;
  /** What CloudFormation had deployed, where somebody else made `before` of it. */
  readonly deployed?: string;
  /** All are masked. */
  readonly secret?: true;
  /** What comes is known only when it has been deployed. */
  readonly unknown?: true;
  /** Whether a new resource has to be made for it. */
  readonly recreates?: 'always' | 'perhaps';
  /** The resource, attribute or parameter that this follows from. */
  readonly because?: string;
  /** Another image, or what follows from one. */
  readonly release?: true;
}

/** What deserves a look of its own, wherever it hides. */
export interface Finding {
  readonly kind: 'permission' | 'network';
  readonly logicalId: string;
  readonly message: string;
}

export function stackPlan(plan: Omit<StackPlan, 'hash'>): StackPlan {
  return deepFreeze({ ...plan, hash: hashOfStack(plan) });
}

export function planOf(plan: Omit<Plan, 'version' | 'hash'>): Plan {
  return deepFreeze({ version: planVersion, ...plan, hash: hashOfPlan(plan) });
}

/**
 * Two Plans of a stack with this hash mean the same, whichever release each was made with, and whether or not the physical
 * ids, the lines of the templates and the day on which something is allowed until are the same.
 */
export function hashOfStack(plan: Omit<StackPlan, 'hash'>): string {
  const { stackName, templateDigest, outcome, changes } = plan;
  const matter = changes
    .filter(({ release }) => !release)
    .map(({ action, logicalId, type, old, values }) => {
      const lasting = values.filter((value) => !value.release);
      return JSON.stringify([action, logicalId, type, old ?? '', ...lasting.map(matterOf)]);
    })
    // Their order follows from verdicts, and those from the day.
    .sort();
  return digest([stackName, templateDigest, outcome === 'blocked', matter.join('\n')]);
}

export function hashOfPlan({ environment, region, account, source, stacks }: Omit<Plan, 'version' | 'hash'>): string {
  return digest([planVersion, environment, region, account ?? '', source, stacks.map(({ hash }) => hash)]);
}

const matterOf = ({ path, before, after, recreates, because }: ValueChange) => [
  path,
  before,
  after,
  recreates,
  because,
];

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function deepFreeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const part of parts) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
