/** Whether what a release runs on is still there: its version, and the image from which Lambda starts it. */
import { exitCode } from '../../terminal/exit-codes.ts';
import { DeployError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Release } from './history.ts';

/** @returns the digest of its image @throws DeployError (7), with the way to have it back, where something is gone */
export async function requireStillThere(
  session: Session,
  functionName: string,
  release: Release,
  environment: string,
): Promise<string> {
  const image = await imageOfVersion(session, functionName, release, environment);
  const { repository, digest } = partsOf(image);
  const recorded = release.entry.record.images.lambda;
  if (recorded !== undefined && recorded !== digest) {
    throw gone(
      `Version ${release.version} of ${functionName} runs ${digest}, and the record of that release says ${recorded}`,
      release,
      environment,
    );
  }
  // Lambda fetches it anew for a version that was not called for weeks, and by then may not find it.
  const ecr = await session.ecr();
  try {
    await ecr.describeImages(
      { repositoryName: repository, imageIds: [{ imageDigest: digest }] },
      { abortSignal: session.signal },
    );
    return digest;
  } catch (error) {
    const { name = '' } = error instanceof Error ? error : {};
    if (!['ImageNotFoundException', 'RepositoryNotFoundException'].includes(name)) throw error;
    throw gone(
      `The image of version ${release.version}, ${digest}, is not in ${repository} any more`,
      release,
      environment,
      error,
    );
  }
}

async function imageOfVersion(
  session: Session,
  functionName: string,
  release: Release,
  environment: string,
): Promise<string> {
  const lambda = await session.lambda();
  try {
    const { Code, Configuration } = await lambda.getFunction(
      { FunctionName: functionName, Qualifier: release.version },
      { abortSignal: session.signal },
    );
    if (Configuration?.State === 'Failed')
      throw gone(
        `Version ${release.version} of ${functionName} cannot run: ${Configuration.StateReason ?? 'its state is Failed'}`,
        release,
        environment,
      );
    return Code?.ResolvedImageUri ?? Code?.ImageUri ?? '';
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    throw gone(`${functionName} has no version ${release.version} any more`, release, environment, error);
  }
}

/** `1.dkr.ecr.us-east-1.amazonaws.com/coalition-builder-lambda@sha256:…` */
function partsOf(image: string): { readonly repository: string; readonly digest: string } {
  const [, repository = '', digest = ''] = /^[^/]+\/([^@:]+)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  return { repository, digest };
}

function gone(what: string, { entry: { record } }: Release, environment: string, cause?: unknown): DeployError {
  const from = record.commit === undefined ? 'its commit' : record.commit.slice(0, 12);
  return new DeployError(
    `${what}; nothing was moved.`,
    `Deploy that release anew: git checkout ${from}, npm run image, npm run deploy -- ${environment} --lambda-image sha256:…\nOr choose another: npm run releases -- ${environment}`,
    exitCode.needsHuman,
    cause,
  );
}
