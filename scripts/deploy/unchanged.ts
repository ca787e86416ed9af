/** Whether a stack is what it is to become, as far as can be told without asking CloudFormation to work it out. */
import { isDeepStrictEqual } from 'node:util';
import type { Parameter, Stack } from '../aws/cloudformation.ts';
import { AwsError } from '../aws/errors.ts';
import { type Deployable, deployedTemplate } from './release.ts';
import type { Session } from './session.ts';

/**
 * The same text, parameters and tags make no change, and save the seconds of a change set. Anything else, also the same
 * thing written otherwise, is left to CloudFormation.
 */
export async function isDeployedAlready(
  session: Session,
  { stackName, body, tags }: Deployable,
  stack: Stack,
  parameters: readonly Parameter[],
): Promise<boolean> {
  // What such a reference stands for may have changed by itself.
  if (body.includes('{{resolve:') || body.includes('AWS::SSM::Parameter::Value')) return false;
  const had = (stack.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]);
  const has = parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]);
  if (!isDeepStrictEqual(had.toSorted(), has.toSorted())) return false;
  const tagged = (stack.Tags ?? []).map(({ Key, Value }) => [Key, Value]);
  if (!isDeepStrictEqual(tagged.toSorted(), Object.entries(tags).toSorted())) return false;
  try {
    return (await deployedTemplate(session, stackName)) === body;
  } catch (error) {
    // Whoever may not read it has CloudFormation compare.
    if (error instanceof AwsError && error.cause instanceof Error && '$fault' in error.cause) return false;
    throw error;
  }
}
