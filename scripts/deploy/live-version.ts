/** The version that an API's alias points to, and moving it: seconds, and the database is not touched. */
import { aliasName } from '../../generator/names.ts';
import type { Lambda } from '../aws/lambda.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError } from './errors.ts';
import type { Session } from './session.ts';

export interface LiveVersion {
  readonly functionName: string;
  readonly version: string;
  /** Changes with the alias: whoever moves it says which one was seen. */
  readonly revisionId: string;
}

/** @returns undefined where there is no such function, or no alias of it */
export async function liveVersion(session: Session, functionName: string): Promise<LiveVersion | undefined> {
  const lambda = await session.lambda();
  try {
    const { FunctionVersion = '', RevisionId = '' } = await lambda.getAlias(
      { FunctionName: functionName, Name: aliasName },
      { abortSignal: session.signal },
    );
    return { functionName, version: FunctionVersion, revisionId: RevisionId };
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** The version that a stack's template publishes: the one that its alias is meant to point to. */
export async function intendedVersion({ aws, signal }: Session, stackId: string): Promise<string | undefined> {
  const { StackResources = [] } = await aws.describeStackResources({ StackName: stackId }, { abortSignal: signal });
  const version = StackResources.find(({ ResourceType }) => ResourceType === 'AWS::Lambda::Version');
  return version?.PhysicalResourceId?.split(':').at(-1);
}

/**
 * Not interruptible, so that where the alias points is known.
 * @throws DeployError (5) where somebody else has moved it since it was seen; (7) where the version is gone
 */
export async function moveAlias(
  session: Session,
  { functionName, version, revisionId }: LiveVersion,
  to: string,
): Promise<LiveVersion> {
  const lambda: Lambda = await session.lambda();
  try {
    const { RevisionId = '' } = await lambda.updateAlias({
      FunctionName: functionName,
      Name: aliasName,
      FunctionVersion: to,
      RevisionId: revisionId,
      // Whatever share of the requests somebody sent elsewhere: all of them go there now.
      RoutingConfig: { AdditionalVersionWeights: {} },
    });
    session.say(`  ${aliasName} of ${functionName}: version ${version} → ${to}`);
    return { functionName, version: to, revisionId: RevisionId };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'PreconditionFailedException') {
      throw new DeployError(
        `Somebody else has just moved ${aliasName} of ${functionName}; it was left where they put it.`,
        `See where: npm run status -- ${session.name}`,
        exitCode.busy,
        error,
      );
    }
    if (error.name === 'ResourceNotFoundException') {
      throw new DeployError(
        `${functionName} has no version ${to} to go to: ${error.message}`,
        `See which there are: npm run releases -- ${session.name}`,
        exitCode.needsHuman,
        error,
      );
    }
    throw error;
  }
}
