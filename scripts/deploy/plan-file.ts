/** A plan from a file, held against what this deploy is about. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Plan } from '../plan/plan.ts';
import { PlanError, readPlan } from '../plan/read.ts';
import type { Deployable } from './release.ts';
import type { Target } from './stacks.ts';

/** @throws PlanError (2) where the file is no plan, or one of something else */
export async function planFrom(
  file: string,
  { name, region, environment }: Target,
  stacks: readonly Deployable[],
): Promise<Plan> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new PlanError(`${file} cannot be read: ${error.code ?? error.message}.`, 'Name the file that preview wrote.');
  });
  const plan = readPlan(text, file);
  const again = `Preview what is to be deployed: npm run preview -- ${name} --json > ${file}`;
  if (plan.environment !== name)
    throw new PlanError(`${file} is a plan of ${plan.environment}, not of ${name}.`, again);
  if (plan.region !== region) throw new PlanError(`${file} is a plan for ${plan.region}, not for ${region}.`, again);
  const account = environment.account.id;
  if (account !== undefined && plan.account !== undefined && plan.account !== account)
    throw new PlanError(`${file} is a plan for the account ${plan.account}, not for ${account}.`, again);
  if (plan.source === 'templates')
    throw new PlanError(`${file} was made offline: AWS was not asked what would change.`, again);
  if (plan.source === 'drift')
    throw new PlanError(`${file} says what somebody has changed by hand, not what a deploy would change.`, again);
  const other = stacks.find(({ stackName, body, committed = body }) => {
    const planned = plan.stacks.find((stack) => stack.stackName === stackName);
    return planned?.templateDigest !== createHash('sha256').update(committed).digest('hex');
  });
  if (other) {
    const of = plan.commit ? ` It was made of commit ${plan.commit.slice(0, 12)}.` : '';
    throw new PlanError(`${file} was made of another templates/${other.path} than the one here.${of}`, again);
  }
  return plan;
}
