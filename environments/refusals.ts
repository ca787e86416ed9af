/** What is wrong with the environments, said so that a person can put it right: every fault, with its file and key. */
import * as z from 'zod/mini';
import { definition } from './definition.ts';

export interface Fault {
  /** Relative to the repository, like `environments/tiers/production.ts`. */
  readonly file: string;
  /** Like `database.instanceClass`. */
  readonly key: string;
  readonly found: string;
  readonly allowed: string;
  readonly remedy: string;
}

export class DefinitionError extends Error {
  readonly exitCode = 2;
  readonly faults: readonly Fault[];
  readonly remedy: string;
  constructor(message: string, remedy: string, faults: readonly Fault[] = []) {
    super(message);
    this.name = 'DefinitionError';
    this.remedy = remedy;
    this.faults = faults;
  }
}

/** @param read what the environments say, from which the refused values are quoted */
export function refusal(error: z.core.$ZodError, read: unknown): DefinitionError {
  const all = error.issues.flatMap((issue) => faultsOf(issue, read));
  // 0.5 is neither whole nor large enough, and still one fault.
  const faults = all.filter(
    (fault, index) => index === all.findIndex(({ file, key }) => file === fault.file && key === fault.key),
  );
  const count = faults.length === 1 ? 'One value' : `${faults.length} values`;
  const lines = faults.map(
    ({ file, key, found, allowed, remedy }) => `  ${file}: ${key} is ${found}; allowed: ${allowed}.\n    ${remedy}`,
  );
  return new DefinitionError(
    `${count} in environments/ ${faults.length === 1 ? 'is' : 'are'} refused:\n${lines.join('\n')}`,
    `Correct ${faults.length === 1 ? 'it' : 'them'}; environments/definition.ts has the rules.`,
    faults,
  );
}

function faultsOf(issue: z.core.$ZodIssue, read: unknown): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => {
      const path = [...issue.path, name];
      const remedy = 'Correct its spelling, or remove it.';
      return { ...placeOf(path), found: `an unknown key (${quote(at(read, path))})`, allowed: issue.message, remedy };
    });
  }
  const value = at(read, issue.path);
  const schema = schemaAt(issue.path);
  const advice = schema && z.globalRegistry.get(schema)?.description;
  const remedy = `${value === undefined ? 'Add it' : 'Change it'}${advice ? `: ${advice}` : ''}.`;
  const found = value === undefined ? 'missing' : quote(value);
  return [{ ...placeOf(issue.path), found, allowed: issue.message, remedy }];
}

/** The file that a path of the whole definition is written in, and the key inside that file. */
function placeOf(path: readonly PropertyKey[]): { file: string; key: string } {
  const [part, name, ...rest] = path.map(String);
  if (part === 'account') return { file: 'environments/account.ts', key: [name, ...rest].join('.') || 'account' };
  if (name === undefined) return { file: 'environments/index.ts', key: part ?? 'environments' };
  const file = part === 'tiers' ? `environments/tiers/${name}.ts` : `environments/${name}.ts`;
  return { file, key: rest.join('.') || name };
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((here, key) => (here as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function quote(value: unknown): string {
  return typeof value === 'bigint' || typeof value === 'function'
    ? String(value)
    : (JSON.stringify(value) ?? 'nothing');
}

function schemaAt(path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  return path.reduce<z.core.$ZodType | undefined>((schema, key) => {
    const { shape, element } = (schema?._zod.def ?? {}) as {
      shape?: Record<PropertyKey, z.core.$ZodType>;
      element?: z.core.$ZodType;
    };
    return unwrapped(element ?? shape?.[key]);
  }, unwrapped(definition));
}

/** Optional and read-only values are wrapped; what describes them may stand on the wrapper or inside. */
function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const { innerType } = (schema?._zod.def ?? {}) as { innerType?: z.core.$ZodType };
  return innerType ? unwrapped(innerType) : schema;
}
