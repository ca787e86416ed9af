/** Where an environment's API is, or what keeps it from being found: another account, another region, no deploy yet. */
import type { Environment } from '../../environments/index.ts';
import type { Stack } from '../aws/cloudformation.ts';
import { connectSts } from '../aws/sts.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import type { Session } from './session.ts';
import { describe } from './stack-state.ts';

type Asking = Pick<Session, 'sts' | 'signal'>;

/** @throws DeployError (2) where environments/account.ts names another account than that of the credentials */
export async function requireAccount(session: Asking, { account }: Environment): Promise<void> {
  if (account.id === undefined) return;
  const { id, arn } = await caller(session);
  if (id === account.id) return;
  throw new DeployError(
    `These credentials are ${arn}, of the account ${id}; environments/account.ts says ${account.id}.`,
    'Use credentials of that account: AWS_PROFILE says whose are taken, `aws sts get-caller-identity` shows whose they are.',
    exitCode.usage,
  );
}

/** The same, for verbs that need no session. */
export async function requireAccountOf(environment: Environment, signal: AbortSignal): Promise<void> {
  const { id, region } = environment.account;
  if (id === undefined) return;
  const sts = await connectSts({ region });
  try {
    await requireAccount({ signal, sts: async () => sts }, environment);
  } finally {
    sts.destroy();
  }
}

/** @throws DeployError (2) where it is not there */
export async function deployedStack(session: Session, stackName: string): Promise<Stack> {
  const stack = await describe(session, stackName);
  if (stack && !['DELETE_COMPLETE', 'REVIEW_IN_PROGRESS'].includes(stack.StackStatus ?? '')) return stack;
  throw await notDeployed(session, stackName);
}

/** @param what a stack, or whatever else a deploy makes */
export async function notDeployed(session: Session, what: string): Promise<DeployError> {
  const { id, arn } = await caller(session);
  return new DeployError(
    `${what} is not deployed in ${session.region} of the account ${id}, in which these credentials are ${arn}.`,
    `Use credentials of the account that has it (AWS_PROFILE; the region is that of environments/account.ts), or deploy it: npm run deploy -- ${session.name}`,
    exitCode.usage,
  );
}

async function caller(session: Asking): Promise<{ readonly id: string; readonly arn: string }> {
  const sts = await session.sts();
  const { Account = '', Arn = '' } = await sts.getCallerIdentity({}, { abortSignal: session.signal });
  return { id: Account, arn: Arn };
}
