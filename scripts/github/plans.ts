/** The plans of environments, from the files that previews have left. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentName } from '../../environments/index.ts';
import type { Plans } from '../plan/markdown.ts';
import { PlanError, readPlan } from '../plan/read.ts';

/**
 * Reads `<folder>/<environment>.json`. Where a preview failed there is no file, or not all of it; then there is no plan,
 * and whoever shows the others has to say so.
 */
export async function readPlans(folder: string, names: readonly EnvironmentName[]): Promise<Plans> {
  const read = names.map(async (name) => [name, await planOf(join(folder, `${name}.json`), name)] as const);
  return new Map(await Promise.all(read));
}

async function planOf(file: string, name: EnvironmentName) {
  const text = await readFile(file, 'utf8').catch(() => '');
  try {
    const plan = readPlan(text, file);
    return plan.environment === name ? plan : undefined;
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

/** Whether anything would change, or could not be told. */
export function isPending(plans: Plans): boolean {
  return [...plans.values()].some((plan) => plan?.stacks.some(({ outcome }) => outcome !== 'unchanged') ?? true);
}
