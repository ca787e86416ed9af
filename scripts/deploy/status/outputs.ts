/** What stacks hand on: addresses, names, ARNs. Never a secret, for outputs are open to whoever may describe a stack. */
import { exitCode } from '../../terminal/exit-codes.ts';
import { DeployError } from '../errors.ts';
import { fewAtOnce } from '../few-at-once.ts';
import type { Session } from '../session.ts';
import { describe } from '../stack-state.ts';
import type { Target } from '../stacks.ts';
import { notDeployed, requireAccount } from '../whereabouts.ts';

/** By stack and name, both in order. */
export type StackOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** @throws DeployError (2) where none of the stacks is deployed */
export async function outputsOf(session: Session, { name, environment, stacks }: Target): Promise<StackOutputs> {
  await requireAccount(session, environment);
  const all: Record<string, Record<string, string>> = {};
  const looked = fewAtOnce(session, stacks, async ({ stack, stackName }) => ({
    stack,
    found: await describe(session, stackName),
  }));
  for await (const { stack, found } of looked) {
    if (!found || found.StackStatus === 'REVIEW_IN_PROGRESS') continue;
    const own = (found.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const);
    all[stack] = Object.fromEntries(own.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
  const [only, ...others] = stacks;
  if (Object.keys(all).length === 0)
    throw await notDeployed(session, others.length === 0 && only ? only.stackName : name);
  return all;
}

/** @throws DeployError (2) where no stack has it, or more than one */
export function outputNamed(wanted: string, all: StackOutputs): string {
  const found = Object.entries(all).flatMap(([stack, own]) => {
    const value = own[wanted];
    return value === undefined ? [] : [{ stack, value }];
  });
  const [first, ...others] = found;
  if (!first) {
    const known = Object.entries(all).flatMap(([stack, own]) => Object.keys(own).map((name) => `${stack} ${name}`));
    throw new DeployError(
      `There is no output "${wanted}".`,
      known.length === 0 ? 'These stacks hand nothing on.' : `There are ${known.join(', ')}.`,
      exitCode.usage,
    );
  }
  if (others.length === 0) return first.value;
  throw new DeployError(
    `${found.map(({ stack }) => stack).join(' and ')} each have an output "${wanted}".`,
    `Say which stack: --stack ${first.stack}`,
    exitCode.usage,
  );
}
