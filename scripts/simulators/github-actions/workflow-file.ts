/** Workflow files as far as the simulation knows them; a key that it does not know throws. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import * as z from 'zod';

const text = z.string();
const texts = z.record(text, z.union([text, z.number(), z.boolean()]));
const condition = z.union([text, z.boolean()]).optional();
const permissions = z.record(text, z.enum(['read', 'write']));
const environment = z.union([text, z.strictObject({ name: text, url: text.optional() })]);

const step = z.strictObject({
  name: text.optional(),
  id: text.optional(),
  if: condition,
  uses: text.optional(),
  with: texts.optional(),
  run: text.optional(),
  env: texts.optional(),
});

const concurrency = z.strictObject({
  group: text,
  'cancel-in-progress': z.union([z.boolean(), text]).optional(),
  queue: z.enum(['single', 'max']).optional(),
});

const job = z.strictObject({
  name: text.optional(),
  needs: z.union([text, z.array(text)]).optional(),
  if: condition,
  'runs-on': text.optional(),
  'timeout-minutes': z.number().optional(),
  environment: environment.optional(),
  concurrency: concurrency.optional(),
  permissions: permissions.optional(),
  outputs: z.record(text, text).optional(),
  env: texts.optional(),
  strategy: z
    .strictObject({ 'fail-fast': z.boolean(), matrix: z.record(text, z.union([z.array(text), text])) })
    .optional(),
  steps: z.array(step).optional(),
  uses: text.optional(),
  with: texts.optional(),
});

const input = z.strictObject({
  description: text.optional(),
  type: z.enum(['string', 'boolean', 'choice', 'number']),
  required: z.boolean().optional(),
  default: z.union([text, z.boolean(), z.number()]).optional(),
  options: z.array(text).optional(),
});

const called = z.strictObject({
  inputs: z.record(text, input).optional(),
  outputs: z.record(text, z.strictObject({ description: text.optional(), value: text })).optional(),
});

const events = z.strictObject({
  push: z.strictObject({ branches: z.array(text) }).optional(),
  pull_request: z.strictObject({ paths: z.array(text).optional() }).nullish(),
  merge_group: z.null().optional(),
  schedule: z.array(z.strictObject({ cron: text })).optional(),
  workflow_call: called.nullish(),
  workflow_dispatch: z.strictObject({ inputs: z.record(text, input).optional() }).nullish(),
});

const workflow = z.strictObject({
  name: text,
  'run-name': text.optional(),
  on: events,
  permissions,
  concurrency: concurrency.optional(),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.literal('bash') }) }).optional(),
  env: texts.optional(),
  jobs: z.record(text, job),
});

export type Workflow = z.infer<typeof workflow>;
export type Job = z.infer<typeof job>;
export type Step = z.infer<typeof step>;
export type Input = z.infer<typeof input>;
export type Concurrency = z.infer<typeof concurrency>;

/** @param file below `.github/workflows/` of the checkout */
export function readWorkflow(root: string, file: string): Workflow {
  const path = join(root, '.github/workflows', file);
  if (!existsSync(path)) throw new Error(`There is no workflow ${file}.`);
  const read = workflow.safeParse(load(readFileSync(path, 'utf8')));
  if (read.success) return read.data;
  throw new Error(`The simulation of GitHub Actions does not know all of ${file}:\n${z.prettifyError(read.error)}`);
}

/** The inputs of a run: what was given, else the default; what is of another kind than it says is refused, as there. */
export function inputsOf(
  declared: Readonly<Record<string, Input>> = {},
  given: Readonly<Record<string, unknown>>,
): Record<string, string | boolean | number> {
  const unknown = Object.keys(given).find((name) => !(name in declared));
  if (unknown !== undefined) throw new Error(`Unexpected inputs provided: ["${unknown}"]`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, { type, required, options, default: fallback }]) => {
      const value = given[name] ?? fallback ?? (type === 'boolean' ? false : type === 'number' ? 0 : '');
      if (required && given[name] === undefined) throw new Error(`Required input '${name}' not provided`);
      if (options && !options.includes(String(value)))
        throw new Error(`Provided value '${value}' for input '${name}' not in the list of allowed values`);
      const kind = type === 'boolean' || type === 'number' ? type : 'string';
      if (typeof value !== kind) throw new Error(`Unexpected value '${value}' for input '${name}' of type ${type}`);
      return [name, value as string | boolean | number];
    }),
  );
}
