/** Where an environment's API is, or what keeps it from being found: another account, another region, no deploy yet. */
import type { Stack } from '../aws/cloudformation.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import type { Session } from './session.ts';
import { describe } from './stack-state.ts';

/** @throws DeployError (2) where it is not there */
export async function deployedStack(session: Session, stackName: string, environment: string): Promise<Stack> {
  const stack = await describe(session, stackName);
  if (stack && !['DELETE_COMPLETE', 'REVIEW_IN_PROGRESS'].includes(stack.StackStatus ?? '')) return stack;
  throw await notDeployed(session, stackName, environment);
}

/** @param environment what one would deploy to have it */
export async function notDeployed(session: Session, what: string, environment: string): Promise<DeployError> {
  const { Account = '?', Arn = '?' } = await (await session.sts()).getCallerIdentity(
    {},
    { abortSignal: session.signal },
  );
  return new DeployError(
    `${what} is not deployed in ${session.region} of the account ${Account}, in which these credentials are ${Arn}.`,
    `Use credentials of the account that has it (AWS_PROFILE; the region is that of environments/account.ts), or deploy it: npm run deploy -- ${environment}`,
    exitCode.usage,
  );
}
