/** Which stacks a destruction is about: an environment's own; those of its tier only where that is asked, and nobody else needs them. */
import { type Environment, environments } from '../../../environments/index.ts';
import { compile, placeholderRelease } from '../../../generator/compile.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { DeployError } from '../errors.ts';
import { foundStacks } from '../heal/operations.ts';
import type { Deployable } from '../release.ts';
import type { Session } from '../session.ts';
import { describe } from '../stack-state.ts';

export interface Wanted {
  readonly name: string;
  readonly environment: Environment;
  readonly stacks: readonly Deployable[];
  readonly withTier: boolean;
  readonly isOneStack: boolean;
}

export interface Scope {
  readonly stacks: readonly Deployable[];
  /** What is left of the tier, and why; a sentence, empty where nothing is. */
  readonly notice: string;
}

/** @throws DeployError (4) where others still need what is to go */
export async function scopeOf(session: Session, wanted: Wanted): Promise<Scope> {
  const { name, environment, stacks, withTier, isOneStack } = wanted;
  const isAccount = name === 'account';
  const isShared = ({ tags }: Deployable) => isAccount || tags.Environment === undefined;
  const shared = stacks.filter(isShared);
  const own = stacks.filter((stack) => !isShared(stack));
  const names = isAccount ? Object.keys(environments) : environment.tier.environments.filter((other) => other !== name);
  const users = await usersAmong(session, names);
  if (isAccount || withTier || isOneStack) {
    const needed = await workingAmong(session, shared);
    if (users.length > 0 && needed.length > 0) throw stillNeeded(needed, users);
    return { stacks, notice: '' };
  }
  const left = (await foundStacks(session, shared)).map(({ compiled }) => compiled.stack);
  if (left.length === 0) return { stacks: own, notice: '' };
  const why =
    users.length > 0
      ? `${users.join(' and ')} ${users.length === 1 ? 'needs' : 'need'} them`
      : 'nobody else needs them, and they cost; --tier deletes them, too';
  return { stacks: own, notice: `The stacks of the tier ${environment.tier.name} stay (${left.join(', ')}): ${why}.` };
}

/** Environments of which something is deployed. */
async function usersAmong(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const used = await Promise.all(
    Object.values(environments)
      .filter(({ name }) => names.includes(name))
      .map(async (environment) => {
        const own = compile(environment, placeholderRelease).filter(({ tags }) => tags.Environment !== undefined);
        return (await foundStacks(session, own)).length > 0 ? environment.name : undefined;
      }),
  );
  return used.filter((name) => name !== undefined);
}

/** Whatever was created once may be needed; what never worked is needed by nobody. */
async function workingAmong(session: Session, stacks: readonly Deployable[]): Promise<readonly string[]> {
  const never = ['REVIEW_IN_PROGRESS', 'CREATE_FAILED', 'ROLLBACK_FAILED', 'ROLLBACK_COMPLETE'];
  const statuses = await Promise.all(stacks.map(({ stackName }) => describe(session, stackName)));
  return statuses.flatMap((stack) =>
    stack && !never.includes(stack.StackStatus ?? '') ? [stack.StackName ?? ''] : [],
  );
}

function stillNeeded(stacks: readonly string[], users: readonly string[]): DeployError {
  return new DeployError(
    `Nothing was deleted, for ${users.join(' and ')} still ${users.length === 1 ? 'needs' : 'need'} ${stacks.join(', ')}.`,
    `Destroy ${users.map((name) => `\`npm run destroy -- ${name}\``).join(' and ')} first, or leave these.`,
    exitCode.stoppedByGuard,
  );
}
