/** Where the API of an environment answers: its own domain, else what its stack says. */
import type { Environment } from '../../environments/index.ts';
import { connect } from '../aws/cloudformation.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import { describe } from './stack-state.ts';

/** @throws DeployError (2) where the stack is not deployed */
export async function urlOf({ name, account, api }: Environment, signal: AbortSignal): Promise<string> {
  if (api.domain) return `https://${api.domain.name}`;
  const stackName = `coalition-builder-${name}-api`;
  const aws = await connect({ region: account.region });
  try {
    const stack = await describe({ aws, signal }, stackName);
    const url = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'Url')?.OutputValue;
    if (url) return url;
    const what = stack ? 'has no output Url' : 'is not deployed';
    throw new DeployError(
      `${stackName} ${what}.`,
      `npm run deploy -- ${name}, or name its address: --url https://…`,
      exitCode.usage,
    );
  } finally {
    aws.destroy();
  }
}
