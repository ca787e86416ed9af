/** The plans of environments, from the files that previews have left. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentName } from '../../environments/index.ts';
import type { Plans } from '../plan/markdown.ts';
import { PlanError, readPlan } from '../plan/read.ts';

/** Bytes; a plan of 5,000 changes has some 3 million. */
const mostOfAPlan = 16 * 1024 * 1024;

/**
 * Reads `<folder>/<environment>.json`. Where a preview failed there is no file, or not all of it; then there is no plan,
 * and whoever shows the others has to say so. The files may come from code of a pull request: what is no file, or too
 * large to be a plan, is none.
 */
export async function readPlans(folder: string, names: readonly EnvironmentName[]): Promise<Plans> {
  const read = names.map(async (name) => [name, await planOf(join(folder, `${name}.json`), name)] as const);
  return new Map(await Promise.all(read));
}

async function planOf(file: string, name: EnvironmentName) {
  const text = (await isPlausible(file)) ? await readFile(file, 'utf8').catch(() => '') : '';
  try {
    const plan = readPlan(text, file);
    return plan.environment === name ? plan : undefined;
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

const isPlausible = (file: string): Promise<boolean> =>
  lstat(file).then(
    (found) => found.isFile() && found.size <= mostOfAPlan,
    () => false,
  );

/** Whether anything would change, or could not be told. */
export function isPending(plans: Plans): boolean {
  return [...plans.values()].some((plan) => plan?.stacks.some(({ outcome }) => outcome !== 'unchanged') ?? true);
}
