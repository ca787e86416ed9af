/** The account's bucket of what deploys leave behind; there is one once the account itself is deployed. */
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import type { Session } from './session.ts';
import { describe } from './stack-state.ts';

const accountStack = 'coalition-builder-bootstrap';

/** @returns its name, undefined where the account is not deployed */
export async function deploymentsBucket(session: Session): Promise<string | undefined> {
  const stack = await describe(session, accountStack);
  return stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'DeploymentsBucketName')?.OutputValue;
}

export function noBucket(what: string): DeployError {
  return new DeployError(
    `${what}, and there is no bucket for it: the account is not deployed.`,
    'Deploy it first: npm run deploy -- account',
    exitCode.usage,
  );
}
