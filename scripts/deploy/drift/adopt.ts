/**
 * Where environments/ says what somebody has changed by hand, and what it would have to say for that to stay. Found by
 * trying: whichever value of environments/ turns the template's property into what is there is the one. Pure.
 */
import type { Environment } from '../../../environments/index.ts';
import { readTemplate } from '../../../generator/cloudformation/read-yaml.ts';
import { compile, placeholderRelease } from '../../../generator/compile.ts';
import type { Change, StackPlan, ValueChange } from '../../plan/plan.ts';

export interface Adoption {
  readonly logicalId: string;
  /** Of the resource: `MemorySize`. */
  readonly property: string;
  /** `environments/production.ts` */
  readonly file: string;
  /** Below what that file exports: `lambda`, `memoryMB`. */
  readonly key: readonly string[];
  readonly value: string | number | boolean;
  /** How many other resources of the environment change with it. */
  readonly others: number;
}

/** What no value of environments/ says by itself is written in the generator. */
export interface NotAdopted {
  readonly logicalId: string;
  readonly property: string;
  /** `generator/resources/vpc.ts:12` */
  readonly definedAt?: string;
}

type Scalar = string | number | boolean;

export function adoptionsOf(
  environment: Environment,
  { stackName, changes }: StackPlan,
): { readonly adopted: readonly Adoption[]; readonly not: readonly NotAdopted[] } {
  const adopted: Adoption[] = [];
  const not: NotAdopted[] = [];
  const before = resourcesOf(environment);
  for (const change of changes.filter(({ drift }) => drift === 'modified')) {
    for (const value of change.values.filter(({ secret }) => secret === undefined)) {
      const found = adoptionOf(environment, before, stackName, change, value);
      if (found) adopted.push(found);
      else {
        const [definedAt] = change.definedAt ?? [];
        not.push({ logicalId: change.logicalId, property: value.path, ...(definedAt !== undefined && { definedAt }) });
      }
    }
  }
  return { adopted, not };
}

function adoptionOf(
  environment: Environment,
  before: Resources,
  stackName: string,
  { logicalId }: Change,
  { path, before: is, after: was }: ValueChange,
): Adoption | undefined {
  if (is === undefined || was === undefined) return undefined;
  const tried = leavesOf(environment).flatMap(({ keys, leaf }) => {
    const value = String(leaf) === was ? like(leaf, is) : undefined;
    const after = value === undefined ? undefined : resourcesOf(withLeaf(environment, keys, value));
    const at = `${stackName} ${logicalId}`;
    if (value === undefined || after === undefined || textAt(after.get(at), path) !== is) return [];
    const differ = [...after].filter(
      ([name, resource]) => JSON.stringify(resource) !== JSON.stringify(before.get(name)),
    );
    return [{ logicalId, property: path, ...placeOf(environment, keys), value, others: differ.length - 1 }];
  });
  const [best, second] = tried.sort((one, other) => one.others - other.others);
  // Two that do the same: which one is meant, only a person knows.
  return best && best.others !== second?.others ? best : undefined;
}

type Resources = ReadonlyMap<string, unknown>;

/** The properties of every resource, by the names of its stack and of itself; empty where it cannot be compiled. */
function resourcesOf(environment: Environment): Resources {
  try {
    return new Map(
      compile(environment, placeholderRelease).flatMap(({ stackName, body }) =>
        Object.entries(readTemplate(body).Resources).map(([id, { Properties }]) => [`${stackName} ${id}`, Properties]),
      ),
    );
  } catch {
    return new Map();
  }
}

interface Leaf {
  readonly keys: readonly string[];
  readonly leaf: Scalar;
}

/** What its own file and its tier's say, defaults too. */
function leavesOf({ name: _, account: __, tier, ...own }: Environment): readonly Leaf[] {
  const { name: ___, environments: ____, ...shared } = tier;
  return [...below(own, []), ...below(shared, ['tier'])];
}

function below(value: unknown, keys: readonly string[]): readonly Leaf[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [{ keys, leaf: value }];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => below(item, [...keys, key]));
}

/** @returns undefined where the text is none of that type */
function like(leaf: Scalar, text: string): Scalar | undefined {
  if (typeof leaf === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (typeof leaf === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : undefined;
  return text;
}

function withLeaf(environment: Environment, keys: readonly string[], value: Scalar): Environment {
  const copy = structuredClone(environment);
  const parents = keys.slice(0, -1);
  const parent = parents.reduce<Record<string, unknown>>(
    (at, key) => at[key] as Record<string, unknown>,
    copy as unknown as Record<string, unknown>,
  );
  parent[keys.at(-1) ?? ''] = value;
  return copy;
}

function placeOf({ name, tier }: Environment, keys: readonly string[]): Pick<Adoption, 'file' | 'key'> {
  const [first, ...rest] = keys;
  return first === 'tier'
    ? { file: `environments/tiers/${tier.name}.ts`, key: rest }
    : { file: `environments/${name}.ts`, key: keys };
}

/** @param path as a plan has it: `Environment.Variables.LEVEL`, `MethodSettings[0].ThrottlingRateLimit` */
function textAt(resource: unknown, path: string): string | undefined {
  const keys = path.split(/\.|\[(\d+)\]/).filter(Boolean);
  const value = keys.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    resource,
  );
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}
