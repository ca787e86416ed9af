/** What `npm run drift -- --json` has printed, as an issue: whether there is one to be, and what it says. */
import { readFile } from 'node:fs/promises';
import { driftedIn, renderDrift } from '../plan/drift.ts';
import { plural } from '../plan/markdown.ts';
import type { Plan } from '../plan/plan.ts';
import { PlanError, readPlan } from '../plan/read.ts';
import type { Issue } from './kept-issue.ts';

/** @throws PlanError where it is not what the verb prints: then nothing is known, and nothing is said */
export async function driftIssue(file: string, run: number, url: string | undefined): Promise<Issue> {
  const plans = await plansIn(file);
  const drifted = driftedIn(plans.values());
  const isBlind = [...plans.values()].some(({ stacks }) => stacks.some(({ outcome }) => outcome === 'blocked'));
  return {
    name: 'drift',
    run,
    title: drifted > 0 ? `Drift: ${plural(drifted, 'resource')} changed by hand` : 'Drift: none any more',
    body: renderDrift(plans, { run: url }),
    state: drifted > 0 ? 'open' : isBlind ? 'unknown' : 'done',
  };
}

async function plansIn(file: string): Promise<ReadonlyMap<string, Plan>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const plans = Object.entries(parse(text)?.plans ?? {});
  if (plans.length === 0)
    throw new PlanError(
      `${file} has nothing of what npm run drift -- --json prints.`,
      'It ended before it knew anything; its own words say why. The issue is left as it is.',
    );
  return new Map(plans.map(([name, plan]) => [name, readPlan(JSON.stringify(plan), `${file}, ${name}`)]));
}

function parse(text: string): { readonly plans?: Readonly<Record<string, unknown>> } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
