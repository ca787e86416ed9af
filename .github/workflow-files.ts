/** The workflows of this repository, read for their tests; whether they are valid is for `npm run check -- actionlint`. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';

/** The parts that are read here. */
export interface Workflow {
  readonly on: Readonly<Record<string, { readonly inputs?: Readonly<Record<string, Input>> } | null>>;
  readonly permissions?: unknown;
  readonly concurrency?: Concurrency;
  readonly defaults?: { readonly run?: { readonly shell?: string } };
  readonly jobs: Readonly<Record<string, Job>>;
}
export interface Input {
  readonly type?: string;
  readonly default?: unknown;
  readonly required?: boolean;
  readonly options?: readonly string[];
}
export interface Concurrency {
  readonly group: string;
  readonly queue?: string;
  readonly 'cancel-in-progress'?: boolean | string;
}
export interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly concurrency?: Concurrency;
  readonly environment?: string;
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly strategy?: unknown;
  readonly secrets?: unknown;
  readonly steps?: readonly Step[];
}
export interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string | boolean;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

const folder = new URL('./workflows/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));

export const texts: ReadonlyMap<string, string> = new Map(
  files.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
);
export const workflows: ReadonlyMap<string, Workflow> = new Map(
  [...texts].map(([name, text]) => [name, load(text) as Workflow]),
);
export const workflow = (name: string): Workflow => workflows.get(name) ?? assert.fail(`there is no ${name}`);

export const jobs = [...workflows].flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => ({ at: `${file}, job ${name}`, file, name, job })),
);
export const steps = jobs.flatMap(({ at, job, file }) =>
  (job.steps ?? []).map((step, index) => ({ at: `${at}, step ${index + 1}`, file, job, step })),
);

/** `package.json`: what each verb runs. */
export const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

export interface Called {
  readonly at: string;
  readonly verb: string;
  /** What stands behind the verb, up to where its output goes. */
  readonly words: string;
}

/** Every `npm run <verb> -- …` of a script or a page. */
export function verbsIn(at: string, text: string): readonly Called[] {
  const joined = text.replace(/\\\n\s*/g, ' ');
  return [...joined.matchAll(/\bnpm (?:run (?:--silent )?|(?=test\b|start\b))([\w-]+)([^\n;|>]*)/g)].map(
    ([, verb = '', words = '']) => ({ at, verb, words }),
  );
}
